import { beforeEach, expect, test, vi } from "vitest";
import { UserError } from "../../shared/errors";
import { App } from "./app.svelte";
import { Drop } from "./drop.svelte";
import { FakeClient, someStudy } from "./fakeClient";

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
