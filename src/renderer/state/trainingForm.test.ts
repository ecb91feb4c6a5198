import { describe, expect, test } from "vitest";
import type { Study } from "../../shared/contract";
import { FakeClient, someData, someModel, someStudy } from "./fakeClient";
import { Subject } from "./subject.svelte";
import { TrainingForm } from "./trainingForm.svelte";

function formOf(change: Partial<Study> = {}): TrainingForm {
  const study = someStudy(change);
  return new TrainingForm(new FakeClient({}), { study, subject: new Subject(study) });
}

const particles = { ...someData({ axes: ["trajectory", "time", "particle", "channel"] }) };

describe("a training's request", () => {
  test("has only what differs from preset and defaults", () => {
    const form = formOf();
    form.preset = "medium";
    form.setShape("width", 8);
    form.setShape("kernel", 5);
    form.set("epochs", 20);
    form.set("rate", 0.01);
    expect(form.request).toEqual({
      model: {
        kind: "architecture",
        id: "unet",
        preset: "medium",
        parameters: { kernel: 5 },
      },
      data: "data-1",
      parameters: { rate: 0.01 },
    });
  });

  test("names a model of the study where that goes on", () => {
    const form = formOf();
    form.network = "model:model-1";
    expect(form.architecture).toBeNull();
    expect(form.request.model).toEqual({ kind: "model", entry: "model-1" });
  });

  test("leaves the shape of another network behind", () => {
    const form = formOf();
    form.setShape("width", 99);
    form.network = "architecture:fno";
    expect(form.request.model).toMatchObject({ id: "fno", parameters: {} });
  });
});

describe("what is offered", () => {
  test("are the architectures for the data's states", () => {
    expect(formOf().offered[0]!.id).toBe("unet");
    const form = formOf({ data: [particles] });
    expect(form.offered.map(({ id }) => id)).toContain("message-passing");
    expect(form.offered.map(({ id }) => id)).not.toContain("unet");
    expect(form.shown.basic).not.toContain("augment");
  });

  test("are models that take such states", () => {
    const small = someModel();
    const port = { name: "x", dtype: "float32", shape: [null, 3, 4, 4] };
    const other = { ...small, id: "model-2", info: { ...small.info, inputs: [port] } };
    expect(formOf({ models: [small, other] }).models.map(({ id }) => id)).toEqual(["model-1"]);
  });

  test("are parameters that the other choices leave a meaning", () => {
    const form = formOf();
    expect(form.shown.folded).toContain("beta1");
    form.set("optimiser", "sgd");
    form.set("schedule", "step");
    form.set("rollout", 3);
    expect(form.shown.folded).toEqual(
      expect.arrayContaining(["momentum", "step-factor", "rollout-gradient"]),
    );
    expect(form.shown.folded).not.toContain("beta1");
    expect(form.shown.folded).not.toContain("final-rate");
  });
});

describe("what hinders", () => {
  test("is said in the words of the form", () => {
    expect(formOf({ data: [] }).hindrance).toBe("There are no data to train on yet.");
    expect(formOf({ readOnly: "elsewhere" }).hindrance).toContain("reading only");
    expect(formOf({ data: [someData({ fields: null })] }).hindrance).toContain("State the fields");
    const form = formOf();
    form.set("epochs", 0);
    form.set("augment", "d5");
    form.setShape("width", 0);
    expect(form.hindrance).toBe("Mend “Channels” and “Epochs” and “Augment by” first.");
    form.reset();
    expect(form.valid).toBe(true);
  });
});
