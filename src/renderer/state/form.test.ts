import { expect, test } from "vitest";
import { analyses } from "../../shared/analyses";
import type { Study } from "../../shared/contract";
import { coherenceRun } from "../../shared/charts/madeUpRuns";
import { defaultsOf } from "../../shared/parameters";
import { FakeClient, someData, someModel, someStudy } from "./fakeClient";
import { Form } from "./form.svelte";
import { Session } from "./session.svelte";
import { EVERY } from "./subject.svelte";

const second = { ...someModel(), id: "model-2", name: "averaged" };

function open(study = someStudy()): { form: Form; session: Session; client: FakeClient } {
  const client = new FakeClient({});
  const session = new Session(client, study);
  return { form: new Form(analyses.coherence, session), session, client };
}

test("untouched, it asks for the defaults of the schema on what the study has", () => {
  const { form } = open();
  expect(form.hindrance).toBeNull();
  expect(form.requests).toEqual([
    {
      analysis: "coherence",
      model: "model-1",
      data: "data-1",
      parameters: defaultsOf(analyses.coherence.parameters),
    },
  ]);
});

test("on a grid that is not square it proposes the largest group that fits", () => {
  const { form } = open(someStudy({ data: [someData({ shape: [3, 1, 3, 8, 16] })] }));
  expect(form.values["group"]).toBe("v4-axes");
});

test("the element is one of the group, whichever is chosen", () => {
  const { session } = open(someStudy({ data: [someData({ shape: [3, 1, 3, 8, 16] })] }));
  const form = new Form(analyses.landscape, session);
  expect(form.values["element"]).toBe("r2");
  form.set("group", "trivial");
  expect(form.values["element"]).toBe("e");
  form.set("group", "d4");
  expect(form.values["element"]).toBe("r");
  form.set("element", "s");
  form.set("group", "v4-axes");
  expect(form.values["element"]).toBe("s");
});

test("a group that was only fitted to other data gives way again, one that was chosen stays", () => {
  const particles = someData();
  const info = { ...particles.info, axes: ["trajectory", "particle", "channel"], shape: [4, 5, 6] };
  const data = [{ ...particles, id: "bodies", info }, someData()];
  const { session } = open(someStudy({ data }));
  const form = new Form(analyses.landscape, session);
  form.aim({ model: "model-1", data: "bodies" });
  expect([form.values["group"], form.values["element"]]).toEqual(["trivial", "e"]);
  expect(form.changed).toBe(false);
  form.aim({ model: "model-1", data: "data-1" });
  expect([form.values["group"], form.values["element"]]).toEqual(["d4", "r"]);
  form.set("group", "c4");
  form.aim({ model: "model-1", data: "data-1" });
  expect(form.values["group"]).toBe("c4");
  form.aim({ model: "model-1", data: "bodies" });
  form.reset();
  expect([form.values["group"], form.changed]).toEqual(["trivial", false]);
});

test("a wrong value is said at its parameter and holds the run back", () => {
  const { form } = open();
  form.set("ridge", "soft");
  form.set("group", "d5");
  expect(Object.keys(form.problems).sort()).toEqual(["group", "ridge"]);
  expect(form.hindrance).toContain("“Group” and “Ridge”");
  form.set("ridge", 1e-6);
  form.set("group", "d4");
  expect(form.valid).toBe(true);
  expect(form.changed).toBe(false);
});

test("set up from the overview, it is about what was chosen there, all models too", () => {
  const { session } = open(someStudy({ models: [someModel(), second] }));
  session.subject.model = "model-2";
  session.setUp("coherence");
  const form = session.formOf({ kind: "new", analysis: "coherence" });
  expect(form.model).toBe("model-2");
  session.subject.model = EVERY;
  session.setUp("coherence");
  expect(form.requests.map(({ model }) => model)).toEqual(["model-1", "model-2"]);
});

test("what was typed is there until the tab is closed", () => {
  const { session } = open();
  const page = { kind: "new", analysis: "coherence" } as const;
  session.setUp("coherence");
  session.formOf(page).set("samples", "4");
  session.tabs.open({ kind: "study" });
  expect(session.formOf(page).values["samples"]).toBe("4");
  session.tabs.close(page);
  expect(session.formOf(page).values["samples"]).toBe("16");
});

test("a model that was removed is named, and the run is held back until another is chosen", () => {
  const { form, client } = open(someStudy({ models: [someModel(), second] }));
  client.emit("study.changed", someStudy({ models: [second] }));
  expect(form.modelProblem).toContain("“unet”");
  expect(form.hindrance).toBe("Choose a model that is here.");
  form.model = "model-2";
  expect(form.hindrance).toBeNull();
});

test.each(["equivariance", "evolution"])(
  "%s under doing nothing is not run, and it is said whether another group fits",
  (analysis) => {
    const { session } = open();
    const page = { kind: "new", analysis } as const;
    session.setUp(analysis);
    const form = session.formOf(page);
    form.set("group", "trivial");
    expect(form.hindrance).toMatch(/choose another group/);
    const particles = someData();
    const info = {
      ...particles.info,
      axes: ["trajectory", "particle", "channel"],
      shape: [4, 5, 6],
    };
    const other = open(someStudy({ data: [{ ...particles, info }] })).session;
    other.setUp(analysis);
    expect(other.formOf(page).hindrance).toMatch(/^No group acts on these data/);
  },
);

test("again: filled from a run, it differs from the defaults only where the run did", () => {
  const { record } = coherenceRun();
  const { form } = open();
  form.change({ "unit-columns": true });
  form.fillFrom(
    { ...record, parameters: { ...record.parameters, ridge: 1e-4, gone: 3 } },
    { model: "model-1", data: "data-1" },
  );
  expect(form.values["ridge"]).toBe(1e-4);
  // All eight elements of D4 are the empty default.
  expect(form.values["elements"]).toBe("");
  expect(form.values["unit-columns"]).toBe(true);
  expect(form.valid).toBe(true);
});

test("again, of a run whose model the study has not: the file is named, no other is put in its place", () => {
  const { form } = open();
  form.fillFrom(coherenceRun().record, { model: null, data: "data-1" });
  expect(form.modelProblem).toContain("unet.onnx");
  expect(form.valid).toBe(false);
});

test("what is stated of a model is in every form of it on these data, and in none of another model", () => {
  const { session } = open(someStudy({ models: [someModel(), second] }));
  const form = new Form(analyses.equivariance, session);
  form.aim({ model: "model-1", data: "data-1" });
  form.set("normalise", "/a/stats.npz");
  form.set("pad", "circular:4");
  form.set("samples", "all");
  const other = new Form(analyses.evolution, session);
  other.aim({ model: "model-1", data: "data-1" });
  expect([other.values["normalise"], other.values["pad"]]).toEqual(["/a/stats.npz", "circular:4"]);
  expect(other.values["samples"]).toBe(analyses.evolution.parameters.samples.default);
  // The same form set up for another model is as new, and by its own choice of models the statement stays behind.
  form.aim({ model: "model-2", data: "data-1" });
  expect([form.values["normalise"], form.values["samples"]]).toEqual(["auto", "16"]);
  other.model = "model-2";
  expect(other.values["normalise"]).toBe("auto");
  form.model = EVERY;
  expect(form.requests.map(({ parameters }) => parameters["normalise"])).toEqual(["/a/stats.npz", "auto"]); // prettier-ignore
});

test("what a pair's latest run stated is offered when the study is opened again", () => {
  const run = (id: string, started: string, normalise: string): Study["runs"][number] => ({
    ...{ id, analysis: "coherence", title: id, started, seconds: 1, stale: false },
    ...{ model: "model-2", data: "data-1", stated: { normalise } },
  });
  const runs = [run("new", "2026-02-02T00:00:00Z", "v=0+-2"), run("old", "2026-02-01T00:00:00Z", "per-channel")]; // prettier-ignore
  const { session } = open(someStudy({ models: [someModel(), second], runs }));
  const form = new Form(analyses.coherence, session);
  form.aim({ model: "model-2", data: "data-1" });
  expect([form.values["normalise"], form.changed]).toEqual(["v=0+-2", false]);
  form.set("normalise", "auto");
  expect(form.values["normalise"]).toBe("auto");
  form.aim({ model: "model-1", data: "data-1" });
  expect(form.values["normalise"]).toBe("auto");
});

test("again: the run's own normalisation is in its form, and states nothing for the others", () => {
  const { form, session } = open(someStudy({ models: [someModel(), second] }));
  const { record } = coherenceRun();
  const parameters = { ...record.parameters, normalise: "per-channel" };
  form.fillFrom({ ...record, parameters }, { model: "model-1", data: "data-1" });
  expect(form.values["normalise"]).toBe("per-channel");
  expect(new Form(analyses.coherence, session).values["normalise"]).toBe("auto");
  form.model = "model-2";
  expect(form.values["normalise"]).toBe("auto");
});
