import { describe, expect, test } from "vitest";
import { integerBelow, normals, permutation, randomFrom } from "./random";

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;

describe("random numbers", () => {
  test("repeat for a seed, and differ between seeds and streams", () => {
    const draw = (seed: number, stream?: number): number[] =>
      Array.from({ length: 5 }, randomFrom(seed, stream));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7)).not.toEqual(draw(7, 1));
  });

  test("fill [0, 1) evenly, also for neighbouring seeds", () => {
    // Standard error of a mean of 20 000 uniform numbers: 0.002.
    for (const seed of [0, 1, 2]) {
      const random = randomFrom(seed);
      expect(Math.abs(mean(Array.from({ length: 20_000 }, random)) - 0.5)).toBeLessThan(0.01);
    }
    const firsts = Array.from({ length: 20_000 }, (_, seed) => randomFrom(seed)());
    expect(Math.abs(mean(firsts) - 0.5)).toBeLessThan(0.01);
  });

  test("are normal with mean 0, variance 1 and kurtosis 3", () => {
    const values = normals(randomFrom(3), 50_001);
    // Five standard errors of each estimate.
    expect(Math.abs(mean(values))).toBeLessThan(0.023);
    expect(Math.abs(mean(values.map((x) => x * x)) - 1)).toBeLessThan(0.032);
    expect(Math.abs(mean(values.map((x) => x ** 4)) - 3)).toBeLessThan(0.22);
  });

  test("permute each index once, with every place equally likely", () => {
    const random = randomFrom(1);
    const places = new Float64Array(4);
    for (let k = 0; k < 8000; k++) {
      const order = permutation(random, 4);
      expect(new Set(order).size).toBe(4);
      places[order.indexOf(0)]! += 1;
    }
    // 2000 expected a place, standard deviation 39.
    for (const count of places) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  test("draw whole numbers below n", () => {
    const random = randomFrom(2);
    const seen = new Set(Array.from({ length: 200 }, () => integerBelow(random, 3)));
    expect([...seen].sort()).toEqual([0, 1, 2]);
  });
});
