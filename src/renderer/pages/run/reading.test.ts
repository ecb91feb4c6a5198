import { expect, test } from "vitest";
import type { RunResult } from "../../../shared/run";
import { coherenceRun, equivarianceRun } from "../../../shared/charts/madeUpRuns";
import { keptFieldsOf, sampleQuantities, worstFirst } from "./reading";

test("the worst sample comes first: the lowest cosine, the largest error, NaN last", () => {
  const cosine = { name: "cosine", worst: "low", values: [Float64Array.of(0.5, NaN, -1)] } as const;
  const error = { name: "error", worst: "high", values: [Float64Array.of(0.5, NaN, 2)] } as const;
  expect(worstFirst(cosine, 0)).toEqual([2, 0, 1]);
  expect(worstFirst(error, 0)).toEqual([2, 0, 1]);
});

test("a coherence run lists one cosine a sample, the matrix's diagonal", () => {
  const run = coherenceRun();
  const samples = run.record.data.samples.length;
  const cosine = sampleQuantities(run).find(({ name }) => name === "cosine");
  expect(cosine?.values).toHaveLength(8);
  expect(cosine?.values[2]).toHaveLength(samples);
  expect(cosine?.values[2]?.[3]).toBe(
    run.arrays["cosine"]?.data[2 * samples * samples + 3 * samples + 3],
  );
});

test("a rollout is listed by its first step", () => {
  const run = equivarianceRun(4, 5);
  const error = sampleQuantities(run).find(({ name }) => name === "equivariance error");
  expect(error?.values[1]).toHaveLength(4);
  expect(error?.values[1]?.[2]).toBe(run.arrays["equivariance_error"]?.data[(1 * 4 + 2) * 5]);
});

test("a prediction is held against its target, without one against f(x), if that was kept", () => {
  const run = equivarianceRun(3);
  const tensor = (shape: number[], value: (k: number) => number): RunResult["arrays"][string] => ({
    dtype: "float32",
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, k) => value(k)),
  });
  const fields = {
    kept: tensor([2], (k) => k),
    field_input: tensor([2, 1, 1, 1], (k) => k),
    field_target: tensor([2, 1, 1, 1], (k) => 10 + k),
    field_prediction: tensor([8, 2, 1, 1, 1], (k) => 100 + k),
  };
  const having = (...names: (keyof typeof fields)[]): RunResult => ({
    record: {
      ...run.record,
      arrays: Object.fromEntries(
        names.map((name) => [
          name,
          { shape: [...fields[name].shape], dtype: "float32", axes: [], unit: "", description: "" },
        ]),
      ),
    },
    arrays: Object.fromEntries(names.map((name) => [name, fields[name]])),
  });
  const all = keptFieldsOf(having("kept", "field_input", "field_target", "field_prediction"), 1);
  expect(all?.against).toEqual({ values: Float64Array.of(11), name: "y" });
  const bare = having("kept", "field_input", "field_prediction");
  expect(keptFieldsOf(bare, 1)?.against).toEqual({ values: Float64Array.of(101), name: "f(x)" });
  expect(keptFieldsOf(bare, 1)?.prediction(3)).toEqual(Float64Array.of(107));
  const { record } = bare;
  const turned = { ...record, parameters: { ...record.parameters, elements: ["r", "s"] } };
  expect(keptFieldsOf({ ...bare, record: turned }, 1)?.against).toBeNull();
});
