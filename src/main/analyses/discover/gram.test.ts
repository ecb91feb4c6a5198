import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../../shared/random";
import { combined, familyOf } from "./families";
import type { OutputAction } from "./gram";
import { layoutOf } from "../../../shared/states/layout";
import { LinearProblems } from "./linear";
import type { Linearised } from "../../data/fit/map";

/** Numbers that belong to no map: the laws hold for any. */
function made(samples: number, inputs: number, outputs: number): Linearised {
  const random = randomFrom(8);
  return {
    samples,
    inputs,
    outputs,
    points: normals(random, samples * inputs),
    values: normals(random, samples * outputs),
    jacobians: normals(random, samples * outputs * inputs),
  };
}

const mean = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function quadratic(matrix: Float64Array, v: Float64Array): number {
  let sum = 0;
  v.forEach((a, i) => v.forEach((b, j) => (sum += a * matrix[i * v.length + j]! * b)));
  return sum;
}

describe.each<[OutputAction, string, number]>([
  ["rate", "none", 6],
  ["state", "none", 6],
  ["invariant", "none", 2],
  ["free", "none", 2],
  ["rate", "q:2x2,p:2x1", 6],
  ["state", "2x3", 6],
  ["invariant", "3x2", 1],
  ["free", "2x3", 2],
])("with values as %s on the parts %s", (output, split, outputs) => {
  const map = made(40, 6, outputs);
  const layout = layoutOf([6], split);
  const family = familyOf("affine", layout.components);
  const problem = new LinearProblems(map, layout).of(family, output);
  const all = Array.from({ length: map.samples }, (_, k) => k);
  const { defect, scale } = problem.gram(all, () => undefined);

  test("vᵀCv and vᵀSv are the means of what v does to each sample", () => {
    for (const seed of [1, 2, 3]) {
      const v = normals(randomFrom(seed), family.basis.length);
      const tried = problem.tried(v);
      const size = quadratic(scale, v);
      expect(quadratic(scale, v) / mean(tried.scale)).toBeCloseTo(1, 10);
      // Sums of some hundred terms of either sign.
      expect(Math.abs(quadratic(defect, v) - mean(tried.defect)) / size).toBeLessThan(1e-10);
    }
  });

  test("halves of the samples average to the whole where nothing is fitted", () => {
    if (output === "free") return;
    const halves = [0, 1].map((rest) =>
      problem.gram(
        all.filter((k) => k % 2 === rest),
        () => undefined,
      ),
    );
    defect.forEach((value, k) => {
      expect((halves[0]!.defect[k]! + halves[1]!.defect[k]!) / 2).toBeCloseTo(value, 10);
    });
  });
});

test("a family's combination is the sum of its elements", () => {
  const rotations = familyOf("rotations", 3);
  const motion = combined(rotations, 3, [1, 0, 0]);
  expect([...motion].filter((value) => value !== 0)).toHaveLength(2);
  const norm = motion.reduce((sum, value) => sum + value ** 2, 0);
  expect(norm).toBeCloseTo(1, 15);
});
