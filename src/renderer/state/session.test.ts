import { expect, test } from "vitest";
import type { TrainingEntry } from "../../shared/training/training";
import { FakeClient, someData, someModel, someStudy } from "./fakeClient";
import { Session } from "./session.svelte";

test("a study changed by another window is shown, another study is not", () => {
  const client = new FakeClient({});
  const session = new Session(client, someStudy());
  client.emit("study.changed", someStudy({ name: "Renamed" }));
  client.emit("study.changed", someStudy({ path: "/studies/two", name: "Two" }));
  expect(session.study.name).toBe("Renamed");
});

test("samples of data are dropped when the file is found to be another", async () => {
  const tensor = { dtype: "float32", shape: [1, 1], data: Float32Array.of(1) } as const;
  const client = new FakeClient({
    "data.sample": () => ({ input: tensor, target: null, file: { size: 1 } }),
  });
  const session = new Session(client, someStudy());
  await session.samples.need("data-1", 0, { samples: 1, shape: [1, 1, 1] });
  client.emit("study.changed", someStudy({ name: "Renamed" }));
  expect(session.samples.get("data-1", 0)?.state).toBe("ready");
  client.emit("study.changed", someStudy({ data: [{ ...someData(), state: "changed" }] }));
  expect(session.samples.get("data-1", 0)).toBeUndefined();
});

test("added data is opened", async () => {
  const added = someStudy({ data: [someData(), { ...someData(), id: "data-2" }] });
  const client = new FakeClient({ "study.addData": () => ({ study: added, entry: "data-2" }) });
  const session = new Session(client, someStudy());
  await session.addData("/data/more.npz");
  expect(session.tabs.active).toEqual({ kind: "data", id: "data-2" });
});

test("the tab of what was removed closes, and the page beside with it", () => {
  const client = new FakeClient({});
  const session = new Session(client, someStudy());
  session.tabs.open({ kind: "data", id: "data-1" });
  session.tabs.open({ kind: "model", id: "model-1" });
  session.tabs.compare({ kind: "data", id: "data-1" });
  client.emit("study.changed", someStudy({ data: [] }));
  expect(session.tabs.pages).toEqual([{ kind: "study" }, { kind: "model", id: "model-1" }]);
  expect(session.tabs.beside).toBeUndefined();
});

test("undo asks the host only where there is something to undo", async () => {
  const client = new FakeClient({ "study.undo": () => someStudy({ redo: "Rename" }) });
  const session = new Session(client, someStudy());
  await session.undo();
  expect(client.calls).toEqual([]);
  client.emit("study.changed", someStudy({ undo: "Rename" }));
  await session.undo();
  expect(session.study.redo).toBe("Rename");
});

test("each run keeps a selection of its own", () => {
  const session = new Session(new FakeClient({}), someStudy());
  session.selectionOf("a").pick({ element: "r" });
  session.selectionOf("b").pick({ element: "s" });
  expect(session.selectionOf("a").view).toEqual({ element: "r" });
});

test("after a lost connection the study is the host's again", async () => {
  const client = new FakeClient({ "study.open": () => someStudy({ name: "Changed meanwhile" }) });
  const session = new Session(client, someStudy());
  await session.refresh();
  expect(session.study.name).toBe("Changed meanwhile");
});

test("a closed session hears no more of its study", async () => {
  const client = new FakeClient({ "study.close": () => ({}) });
  const session = new Session(client, someStudy());
  await session.close();
  client.emit("study.changed", someStudy({ name: "Later" }));
  expect(session.study.name).toBe("One");
});

test("analyses over a training are aimed at its checkpoints, its loss and its variables", () => {
  const model = { ...someModel(), checkpoints: "seed-0/epoch-*.safetensors" };
  const seeds = [{ seed: 0 }, { seed: 1 }];
  const training = {
    id: "twins",
    models: ["model-1"],
    dataEntry: "data-1",
    seeds,
    parameters: { loss: "smse", normalise: "pooled" },
  } as unknown as TrainingEntry;
  const session = new Session(new FakeClient({}), someStudy({ models: [model] }));
  const over = session.aimAtTrained(training, "evolution");
  expect(over?.form.requests).toMatchObject([
    {
      model: "model-1",
      data: "data-1",
      parameters: { checkpoints: "seed-*/epoch-*.safetensors", loss: "smse", normalise: "pooled" },
    },
  ]);
  // A path is of one training.
  expect(session.aimAtTrained(training, "landscape")?.form.values).toMatchObject({
    checkpoints: "seed-0/epoch-*.safetensors",
    directions: "path",
  });
  expect(session.aimAtTrained({ ...training, models: [] }, "evolution")).toBeNull();
});
