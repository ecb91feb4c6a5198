import { expect, test } from "vitest";
import { Tabs, type Page } from "./tabs.svelte";

const run = (id: string): Page => ({ kind: "run", id });

test("opening a page twice keeps one tab", () => {
  const tabs = new Tabs();
  tabs.open(run("a"));
  tabs.open(run("b"));
  tabs.open(run("a"));
  expect(tabs.pages).toHaveLength(3);
  expect(tabs.active).toEqual(run("a"));
});

test("closing the active tab shows its neighbour, and the overview stays", () => {
  const tabs = new Tabs();
  tabs.open(run("a"));
  tabs.open(run("b"));
  tabs.close(run("b"));
  expect(tabs.active).toEqual(run("a"));
  tabs.close({ kind: "study" });
  expect(tabs.pages).toContainEqual({ kind: "study" });
});

test("a run takes the place of the form that started it", () => {
  const tabs = new Tabs();
  const form: Page = { kind: "new", analysis: "coherence" };
  tabs.open(form);
  tabs.open(run("other"));
  tabs.replace(form, run("made"));
  expect(tabs.pages).toEqual([{ kind: "study" }, run("made"), run("other")]);
  expect(tabs.active).toEqual(run("other"));
});

test("a form that was closed meanwhile does not stop its run from opening", () => {
  const tabs = new Tabs();
  tabs.replace({ kind: "new", analysis: "coherence" }, run("made"));
  expect(tabs.pages).toContainEqual(run("made"));
});

test("the same page is not beside itself: the other of its kind comes to the left", () => {
  const tabs = new Tabs();
  tabs.open(run("a"));
  tabs.open(run("b"));
  tabs.compare(run("b"));
  expect([tabs.active, tabs.beside]).toEqual([run("a"), run("b")]);
  tabs.compare(run("b"));
  expect(tabs.beside).toBeUndefined();
});

test("a page that stood beside and was closed comes back as a tab only", () => {
  const tabs = new Tabs();
  tabs.open(run("a"));
  tabs.open(run("b"));
  tabs.compare(run("b"));
  tabs.close(run("b"));
  tabs.open(run("b"));
  tabs.open(run("a"));
  expect(tabs.beside).toBeUndefined();
});

test("moving goes around the ends", () => {
  const tabs = new Tabs();
  tabs.open(run("a"));
  tabs.move(1);
  expect(tabs.active).toEqual({ kind: "study" });
  tabs.move(-1);
  expect(tabs.active).toEqual(run("a"));
});
