import { beforeEach, expect, test } from "vitest";
import type { Page } from "./tabs.svelte";
import { placeOf, Trail, type Place } from "./trail";

/** A browser's history, less the browser. */
class Entries {
  readonly all: unknown[] = [null];
  at = 0;
  get state(): unknown {
    return this.all[this.at];
  }
  pushState(state: unknown): void {
    this.all.splice(++this.at, Infinity, state);
  }
  replaceState(state: unknown): void {
    this.all[this.at] = state;
  }
}

const welcome: Place = { study: null, page: null };
const at = (page: Page): Place => ({ study: "/studies/one", page });
const overview = at({ kind: "study" });
const data = at({ kind: "data", id: "data-1" });
const form = at({ kind: "new", analysis: "coherence" });
const run = at({ kind: "run", id: "run-1" });

const open = (): boolean => true;
let entries: Entries;
let trail: Trail;
beforeEach(() => {
  entries = new Entries();
  trail = new Trail(entries);
});
const places = (): unknown[] => entries.all.map(placeOf);

test("each place that is visited is one entry, the same place again is none", () => {
  for (const place of [welcome, overview, overview, data, data]) trail.visit(place, open);
  expect(places()).toEqual([welcome, overview, data]);
});

test("going back writes nothing, and a new way from there drops the old one", async () => {
  for (const place of [welcome, overview, data]) trail.visit(place, open);
  entries.at = 1;
  await trail.follow(entries.state, (place) => {
    // As the window does: what is shown on the way is no visit.
    trail.visit(data, open);
    return Promise.resolve(place);
  });
  trail.visit(overview, open);
  expect(places()).toEqual([welcome, overview, data]);
  trail.visit(run, open);
  expect(places()).toEqual([welcome, overview, run]);
});

test("a form that gave way to its run leaves no entry", () => {
  for (const place of [overview, form]) trail.visit(place, open);
  trail.visit(run, ({ kind }) => kind !== "new");
  expect(places()).toEqual([overview, run]);
});

test("an entry whose page is gone becomes what is shown instead", async () => {
  for (const place of [overview, data, run]) trail.visit(place, open);
  entries.at = 1;
  await trail.follow(entries.state, () => Promise.resolve(run));
  expect(places()).toEqual([overview, run, run]);
});

test("after a reload the entry that is shown stays one, and others' entries are left alone", async () => {
  entries.replaceState({ noetherscope: data });
  trail.visit(data, open);
  expect(places()).toEqual([data]);
  await trail.follow({ other: "program" }, () => {
    throw new Error("nowhere to go");
  });
  expect(places()).toEqual([data]);
});
