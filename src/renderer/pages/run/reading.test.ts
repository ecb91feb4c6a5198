import { expect, test } from "vitest";
import { coherenceRun, equivarianceRun } from "../../../shared/charts/madeUpRuns";
import { sampleQuantities, worstFirst } from "./reading";

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
