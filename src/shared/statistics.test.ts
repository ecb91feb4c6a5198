import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quantile, quartiles, sorted } from "./statistics";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });

describe("quantile", () => {
  test("agrees with NumPy's default on a worked example", () => {
    // numpy.quantile([1, 2, 4, 8], [0.25, 0.5, 0.75]) = [1.75, 3, 5]
    expect([0.25, 0.5, 0.75].map((p) => quantile([1, 2, 4, 8], p))).toEqual([1.75, 3, 5]);
  });

  test("goes from the least to the greatest value and never falls", () => {
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, p) => {
          const ascending = sorted(values);
          expect(quantile(ascending, 0)).toBe(ascending[0]);
          expect(quantile(ascending, 1)).toBe(ascending.at(-1));
          // Interpolation may round below its lower neighbour by one unit in the last place.
          expect(quantile(ascending, p)).toBeGreaterThanOrEqual(ascending[0]! - 1e-9);
          expect(quantile(ascending, p)).toBeLessThanOrEqual(ascending.at(-1)! + 1e-9);
        },
      ),
    );
  });

  test("of nothing is not a number", () => {
    expect(quantile([], 0.5)).toBeNaN();
  });

  test("does not turn an infinite neighbour into NaN", () => {
    expect(quantile([0, Infinity], 0)).toBe(0);
  });
});

describe("quartiles", () => {
  test("count what is not a number and leave it out", () => {
    expect(quartiles([3, NaN, 1, 2, NaN])).toEqual({
      median: 2,
      q1: 1.5,
      q3: 2.5,
      n: 3,
      dropped: 2,
    });
  });

  test("do not depend on the order of the values", () => {
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1 }), (values) => {
        expect(quartiles([...values].reverse())).toEqual(quartiles(values));
      }),
    );
  });
});
