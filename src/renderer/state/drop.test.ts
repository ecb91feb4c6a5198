import { beforeEach, expect, test, vi } from "vitest";
import type { Study } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import { App } from "./app.svelte";
import { Drop } from "./drop.svelte";
import { FakeClient, someModel, someStudy } from "./fakeClient";

function storage(): Storage {
  return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined } as never;
}

const file = (name: string): File => new File([new Uint8Array(4)], name);

let client: FakeClient;
let app: App;
let drop: Drop;
beforeEach(() => {
  vi.stubGlobal("localStorage", storage());
  vi.stubGlobal("sessionStorage", storage());
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal("window", globalThis);
  const empty = someStudy({ data: [], models: [] });
  client = new FakeClient({
    "figure.identify": () => null,
    "study.create": () => empty,
    "files.upload": ({ name }) => ({ received: 4, path: `/studies/one/files/${name}` }),
    "study.addModel": () => ({ study: someStudy({ data: [] }), entry: "model-1" }),
    "study.addData": () => ({ study: someStudy(), entry: "data-1" }),
  });
  app = new App(client);
  drop = new Drop(app);
});

test("a model and data without a study ask for one, called after the model", async () => {
  await drop.take([file("flow.npz"), file("unet.v2.onnx")]);
  expect(app.messages.all).toEqual([]);
  expect(app.dialog).toMatchObject({ kind: "new-study", name: "unet.v2" });
});

test("what waited is added to the study once, the model first", async () => {
  await drop.take([file("flow.npz"), file("unet.onnx")]);
  const request = app.dialog;
  await app.createStudy("/studies/one", "unet");
  await drop.take(request?.kind === "new-study" ? (request.files ?? []) : []);
  expect(client.calls.map(({ name }) => name).filter((name) => name.startsWith("study."))).toEqual([
    "study.create",
    "study.addModel",
    "study.addData",
  ]);
  expect(app.messages.all).toEqual([]);
  await drop.take([]);
  expect(app.dialog).toBeNull();
});

test("what opens as nothing is said, and asks for no study", async () => {
  await drop.take([file("notes.txt")]);
  expect(app.dialog).toBeNull();
  expect(app.messages.all).toMatchObject([{ kind: "word" }]);
});

test("of files that each leave open which array is meant one is asked after the other", async () => {
  const choices = [{ value: "u", label: "u" }];
  client.answers["study.addData"] = () => {
    throw new UserError("data/no-input", "Several arrays.", { choices });
  };
  await app.createStudy("/studies/one", "unet");
  await drop.take([file("a.npz"), file("b.npz")]);
  expect(app.dialog).toMatchObject({ kind: "arrays", path: "/studies/one/files/a.npz" });
  app.closeDialog();
  expect(app.dialog).toMatchObject({ kind: "arrays", path: "/studies/one/files/b.npz" });
  app.closeDialog();
  expect(app.dialog).toBeNull();
});

test("a network dropped with two checkpoints is there with each of them, and that is said", async () => {
  await app.createStudy("/studies/one", "unet");
  const models = [someModel()];
  const study = (): Study => someStudy({ data: [], models });
  client.answers["study.addModel"] = ({ path, weights }) => {
    const file = { path, size: 10, sha256: null };
    if (weights !== undefined) models.push({ ...someModel(), id: "model-2", file, weights: file });
    return { study: study(), entry: models.at(-1)!.id };
  };
  client.answers["study.editModel"] = ({ entry, name }) => {
    const at = models.findIndex(({ id }) => id === entry);
    models[at] = { ...models[at]!, ...(name === undefined ? {} : { name }) };
    return study();
  };
  client.answers["model.weights"] = ({ weights }) => [
    { path: weights, key: "", tensors: 2, matched: 2, examples: [], problem: null },
  ];
  await drop.take([file("ckpt_00.pt"), file("ckpt_07.pt"), file("unet.onnx")]);
  const sent = (name: string): unknown[] =>
    client.calls.filter((call) => call.name === name).map(({ input }) => input);
  expect(sent("study.editModel")[0]).toMatchObject({
    entry: "model-1",
    weights: "/studies/one/files/ckpt_00.pt",
  });
  expect(sent("study.addModel")[1]).toMatchObject({
    path: someModel().file.path,
    weights: "/studies/one/files/ckpt_07.pt",
  });
  const name = `${someModel().name}, ckpt_07`;
  expect(models.map((model) => model.name)).toEqual([someModel().name, name]);
  expect(app.messages.all).toMatchObject([{ text: expect.stringContaining(name) as string }]);
});

test("several that open as nothing are said in one sentence, and a folder is no unknown file", async () => {
  await drop.take([file("a.docx"), file("notes.txt")]);
  expect(app.messages.all).toMatchObject([
    { text: expect.stringMatching(/^a\.docx and notes\.txt do not open here/) as string },
  ]);
  app.messages.clear();
  await app.createStudy("/studies/one", "unet");
  const shards = file("shards");
  await drop.take([shards], [shards]);
  expect(app.messages.all).toMatchObject([
    { text: expect.stringMatching(/^shards is a folder.*by its path/) as string },
  ]);
  expect(client.calls.map(({ name }) => name)).not.toContain("files.upload");
});

test("a file of statistics is offered as what the network is normalised with", async () => {
  await app.createStudy("/studies/one", "unet");
  await drop.take([file("unet.onnx"), file("flow.npz")]);
  client.emit("study.changed", someStudy());
  client.answers["study.addData"] = () => {
    throw new UserError("data/statistics", "It holds statistics.");
  };
  await drop.take([file("stats.npz")]);
  const message = app.messages.all.at(-1);
  expect(message?.kind === "word" && message.action?.label).toBe("Normalise unet with them");
  if (message?.kind === "word") message.action?.run();
  const form = app.session!.formOf({ kind: "new", analysis: "equivariance" });
  expect(form.values["normalise"]).toBe("/studies/one/files/stats.npz");
});
