import { beforeEach, expect, test, vi } from "vitest";
import { FakeClient, someStudy } from "./fakeClient";
import { keepTabs, keptTabs } from "./openTabs";
import { Session } from "./session.svelte";

function storage(): Storage {
  const kept: Record<string, string> = {};
  return {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => void (kept[key] = value),
  } as Storage;
}

beforeEach(() => {
  vi.stubGlobal("localStorage", storage());
  vi.stubGlobal("sessionStorage", storage());
});

test("a study's tabs are as they were, less those of what is gone", () => {
  const session = new Session(new FakeClient({}), someStudy());
  session.tabs.open({ kind: "data", id: "data-1" });
  session.tabs.open({ kind: "model", id: "model-1" });
  session.setUp("coherence");
  session.tabs.open({ kind: "data", id: "data-1" });
  keepTabs(session.path, session.tabs.kept);
  const again = new Session(new FakeClient({}), someStudy({ models: [] }));
  expect(again.tabs.pages).toEqual([
    { kind: "study" },
    { kind: "data", id: "data-1" },
    { kind: "new", analysis: "coherence" },
  ]);
  expect(again.tabs.active).toEqual({ kind: "data", id: "data-1" });
});

test("another window begins with those of the last one, and keeps its own over a reload", () => {
  const of = (id: string): Parameters<typeof keepTabs>[1] => ({
    pages: [{ kind: "run", id }],
    active: `run:${id}`,
    beside: null,
  });
  keepTabs("/studies/one", of("a"));
  vi.stubGlobal("sessionStorage", storage());
  expect(keptTabs("/studies/one")).toEqual(of("a"));
  keepTabs("/studies/one", of("b"));
  expect(keptTabs("/studies/one")).toEqual(of("b"));
  expect(keptTabs("/studies/two")).toBeNull();
});

test("what is kept and cannot be read is passed over", () => {
  sessionStorage.setItem("noetherscope-tabs:/studies/one", '{"pages": [{"kind": "field"}]}');
  expect(keptTabs("/studies/one")).toBeNull();
  sessionStorage.setItem("noetherscope-tabs:/studies/one", "{");
  expect(keptTabs("/studies/one")).toBeNull();
});
