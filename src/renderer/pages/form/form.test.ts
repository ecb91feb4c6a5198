import { expect, test } from "vitest";
import { analyses } from "../../../shared/analyses";
import { coherenceRun } from "../../../shared/charts/madeUpRuns";
import { defaultsOf } from "../../../shared/parameters";
import { someData, someStudy } from "../../state/fakeClient";
import { Form } from "./form.svelte";

test("untouched, it asks for the defaults of the schema on what the study has", () => {
  const form = new Form(analyses.coherence, someStudy());
  expect(form.valid).toBe(true);
  expect(form.request).toEqual({
    analysis: "coherence",
    model: "model-1",
    data: "data-1",
    parameters: defaultsOf(analyses.coherence.parameters),
  });
});

test("on a grid that is not square it proposes the largest group that fits", () => {
  const data = someData({ shape: [3, 1, 3, 8, 16] });
  const form = new Form(analyses.coherence, someStudy({ data: [data] }));
  expect(form.values["group"]).toBe("v4-axes");
});

test("a wrong value is said at its parameter and holds the run back", () => {
  const form = new Form(analyses.coherence, someStudy());
  form.set("ridge", "soft");
  form.set("group", "d5");
  expect(Object.keys(form.problems).sort()).toEqual(["group", "ridge"]);
  expect(form.valid).toBe(false);
  form.set("ridge", 1e-6);
  form.set("group", "d4");
  expect(form.valid).toBe(true);
  expect(form.changed).toBe(false);
});

test("again: filled from a run, it differs from the defaults only where the run did", () => {
  const { record } = coherenceRun();
  const form = new Form(analyses.coherence, someStudy());
  form.fillFrom(
    { ...record, parameters: { ...record.parameters, ridge: 1e-4, gone: 3 } },
    { model: "model-1", data: "data-1" },
  );
  expect(form.values["ridge"]).toBe(1e-4);
  // All eight elements of D4 are the empty default.
  expect(form.values["elements"]).toBe("");
  expect(form.valid).toBe(true);
});
