import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../shared/random";
import { medianInterval } from "./bootstrap";

/** Trajectories with an offset each and noise within. */
function families(seed: number, between: number, within: number): number[][][] {
  const random = randomFrom(seed, 9);
  return Array.from(normals(random, 12), (offset) =>
    Array.from(normals(random, 8), (noise) => [between * offset + within * noise]),
  );
}

describe("the bootstrap interval of a median", () => {
  test("covers the truth about as often as it says", () => {
    let covered = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { low, high } = medianInterval(families(seed, 1, 0.3), seed);
      if (low <= 0 && high >= 0) covered++;
    }
    // 95 % of 60 is 57; a binomial count below 49 would have a chance of 1e-4.
    expect(covered).toBeGreaterThanOrEqual(49);
  });

  test("is wider where whole trajectories differ than where they do not", () => {
    const width = (between: number, within: number): number => {
      const { low, high } = medianInterval(families(1, between, within), 0);
      return high - low;
    };
    expect(width(1, 0.1)).toBeGreaterThan(2 * width(0.1, 1));
  });

  test("repeats for a seed", () => {
    expect(medianInterval(families(1, 1, 1), 4)).toEqual(medianInterval(families(1, 1, 1), 4));
  });

  test("leaves NaN out and says NaN where nothing is left", () => {
    expect(medianInterval([[[1, NaN]], [[1]]], 0)).toEqual({ low: 1, high: 1 });
    expect(medianInterval([[[NaN]]], 0)).toEqual({ low: NaN, high: NaN });
    expect(medianInterval([], 0)).toEqual({ low: NaN, high: NaN });
  });
});
