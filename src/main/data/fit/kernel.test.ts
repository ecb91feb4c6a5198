import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../../shared/random";
import { fitKernel } from "./kernel";
import { fitPolynomial } from "./polynomial";
import type { Pairs } from "./pairs";

/** A wave along a slanted direction of the first two coordinates, in tails that polynomials miss; the third does nothing. */
const wave = (x: ArrayLike<number>): [number, number] => [
  Math.exp(-2 * (x[0]! ** 2 + x[1]! ** 2)) + 0.3 * x[0]!,
  x[1]! / (0.5 + x[0]! ** 2 + x[1]! ** 2),
];

function pairsOf(count: number, seed: number): Pairs {
  const points = normals(randomFrom(seed), count * 3);
  const values = new Float64Array(count * 2);
  for (let k = 0; k < count; k++) values.set(wave(points.subarray(3 * k, 3 * k + 3)), 2 * k);
  return { count, inputs: 3, outputs: 2, points, values };
}

const apart = (count: number): number[][] => Array.from({ length: count }, (_, k) => [k]);

describe("a map of kernels", () => {
  const pairs = pairsOf(1200, 3);
  const fit = fitKernel(pairs, apart(1200), () => undefined)!;

  test("predicts what polynomials do not", () => {
    const polynomial = fitPolynomial(pairs, apart(1200), 8, () => undefined);
    expect(fit.residual).toBeLessThan(0.02);
    expect(fit.residual).toBeLessThan(polynomial.residual / 5);
  });

  test("has the slopes of its values", () => {
    // The fit of the same pairs with one point moved has the same centres but for that point, which is held out.
    const few = pairsOf(200, 5);
    const slopes = fitKernel(few, apart(200), () => undefined)!.map.jacobians;
    const { inputs, outputs } = few;
    const k = 4;
    const step = 1e-4;
    for (let i = 0; i < inputs; i++) {
      const moved = [-1, 1].map((sign) => {
        const points = Float64Array.from(few.points);
        points[k * inputs + i]! += sign * step;
        return fitKernel({ ...few, points }, apart(200), () => undefined)!.map.values;
      });
      for (let o = 0; o < outputs; o++) {
        const difference = (moved[1]![k * outputs + o]! - moved[0]![k * outputs + o]!) / (2 * step);
        const slope = slopes[(k * outputs + o) * inputs + i]!;
        // The spread of all points moves by 1e-7 with it.
        expect(slope).toBeCloseTo(difference, 4);
      }
    }
  });

  test("has slopes near the map's own where samples lie", () => {
    let [error, size] = [0, 0];
    for (let k = 0; k < pairs.count; k++) {
      const x = pairs.points.subarray(3 * k, 3 * k + 3);
      const expected = -4 * x[0]! * Math.exp(-2 * (x[0]! ** 2 + x[1]! ** 2)) + 0.3;
      error += (fit.map.jacobians[k * 6]! - expected) ** 2;
      size += expected ** 2;
    }
    expect(Math.sqrt(error / size)).toBeLessThan(0.1);
  });

  test("is not made from a handful of pairs", () => {
    expect(fitKernel(pairsOf(12, 1), apart(12), () => undefined)).toBeNull();
  });
});
