import { beforeEach, expect, test, vi } from "vitest";
import { fromErrorRecord } from "../../shared/errors";
import { App } from "./app.svelte";
import { FakeClient, someJob, someStudy } from "./fakeClient";
import type { Page } from "./tabs.svelte";

const form: Page = { kind: "new", analysis: "coherence" };
const request = { analysis: "coherence", model: "model-1", data: "data-1", parameters: {} };

function storage(): Storage {
  const kept: Record<string, string> = {};
  return {
    getItem: (key: string) => kept[key] ?? null,
    setItem: (key: string, value: string) => void (kept[key] = value),
    removeItem: (key: string) => void Reflect.deleteProperty(kept, key),
  } as Storage;
}

let client: FakeClient;
let app: App;
beforeEach(async () => {
  vi.stubGlobal("localStorage", storage());
  vi.stubGlobal("sessionStorage", storage());
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal("window", globalThis);
  client = new FakeClient({ "study.open": () => someStudy(), "study.close": () => ({}) });
  app = new App(client);
  await app.openStudy("/studies/one");
});

test("the run that a form waits for takes its place, the second one goes beside", () => {
  const tabs = app.session!.tabs;
  tabs.open(form);
  app.await("job-1", form, request);
  app.await("job-2", form, { ...request, model: "model-2" }, true);
  client.emit("job.changed", someJob({ id: "job-1", state: "done", run: "run-1" }));
  expect(tabs.active).toEqual({ kind: "run", id: "run-1" });
  client.emit("job.changed", someJob({ id: "job-2", state: "done", run: "run-2" }));
  expect([tabs.active, tabs.beside]).toEqual([
    { kind: "run", id: "run-1" },
    { kind: "run", id: "run-2" },
  ]);
});

test("what was said in a study does not stay when it is left", async () => {
  app.messages.problem(new Error("It is not square."));
  client.answers["recent.list"] = () => [];
  await app.closeStudy();
  expect(app.messages.all).toEqual([]);
});

test("a job of another window is announced, not opened", () => {
  client.emit("job.changed", someJob({ state: "done", run: "run-1" }));
  expect(app.session!.tabs.active).toEqual({ kind: "study" });
  expect(app.messages.all).toMatchObject([{ kind: "word", text: "Coherence is done." }]);
});

test("a failure is said aloud only where its form is out of sight", () => {
  const failed = someJob({ state: "failed", error: { code: "x/y", message: "It is not square." } });
  app.session!.tabs.open(form);
  app.await("job-1", form, request);
  client.emit("job.changed", failed);
  expect(app.messages.all).toEqual([]);
  app.session!.tabs.open({ kind: "study" });
  app.await("job-2", form, request);
  client.emit("job.changed", { ...failed, id: "job-2" });
  expect(app.messages.all).toMatchObject([{ error: { code: "x/y" } }]);
});

test("a form that waits knows what it asked for", () => {
  client.emit("job.changed", someJob());
  app.await("job-1", form, request);
  expect(app.awaited.requestOf(form)).toEqual(request);
});

test("an error on opening leaves what was open, and another try is possible", async () => {
  client.answers["study.open"] = () => {
    throw new Error("no such study");
  };
  await expect(app.openStudy("/studies/two")).rejects.toThrow("no such study");
  expect(app.opening).toBeNull();
  expect(app.session!.path).toBe("/studies/one");
});

test("what was removed is offered back, and comes back", async () => {
  client.answers["study.remove"] = () => someStudy({ data: [], undo: "Remove flow" });
  client.answers["study.undo"] = () => someStudy();
  await app.remove("data-1", "flow");
  const [message] = app.messages.all;
  expect(message).toMatchObject({ text: "Removed flow.", action: { label: "Undo" } });
  if (message?.kind === "word") message.action?.run();
  await vi.waitFor(() => expect(app.session!.study.data).toHaveLength(1));
});

test("going to a place that is gone shows what there is instead", async () => {
  app.session!.tabs.open({ kind: "data", id: "data-1" });
  const gone = { study: "/studies/one", page: { kind: "run", id: "run-9" } } as const;
  expect(await app.goTo(gone)).toEqual({
    study: "/studies/one",
    page: { kind: "data", id: "data-1" },
  });
  client.answers["recent.list"] = () => [];
  expect(await app.goTo({ study: null, page: null })).toEqual({ study: null, page: null });
  expect(app.session).toBeNull();
});

test("a file of several arrays is asked about, and added as was chosen", async () => {
  const choices = [
    { value: "a", label: "a [3, 8]" },
    { value: "b", label: "b [3, 8]" },
  ];
  const asked: unknown[] = [];
  client.answers["study.addData"] = ({ options }) => {
    asked.push(options);
    if (options.input !== undefined) return { study: someStudy(), entry: "data-1" };
    throw fromErrorRecord({ code: "data/no-input", message: "Which?", choices });
  };
  await app.openFile("/data/several.npz", "data");
  expect(app.dialog).toEqual({ kind: "arrays", path: "/data/several.npz", choices });
  if (app.dialog?.kind !== "arrays") throw new Error("no question");
  await app.addArrays(app.dialog, "b", "a");
  expect(asked).toEqual([{}, { input: "b", target: "a" }]);
  expect(app.dialog).toBeNull();
  // Whoever gives no answer wants the file no more; only one that was sent is removed by that.
  await app.openFile("/data/several.npz", "data");
  if (app.dialog?.kind !== "arrays") throw new Error("no question");
  const discarded: string[] = [];
  client.answers["files.discard"] = ({ path }) => {
    discarded.push(path);
    return {};
  };
  await app.cancelArrays(app.dialog);
  expect(discarded).toEqual(["/data/several.npz"]);
  expect(app.dialog).toBeNull();
});
