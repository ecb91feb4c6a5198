import fc from "fast-check";
import { expect, test } from "vitest";
import { nextMoment } from "./choice";

/** In the order of computing, for a curve that is known everywhere. */
function chosen(curve: readonly number[], budget: number): number[] {
  const known = new Map<number, number[]>();
  for (;;) {
    const next = nextMoment(known, curve.length, budget);
    if (next === null) return [...known.keys()];
    expect(known.has(next)).toBe(false);
    known.set(next, [curve[next]!]);
  }
}

test("the ends come first, then the middle of the stretch that changes most", () => {
  const early = Array.from({ length: 33 }, (_, k) => Math.exp(-k / 2));
  expect(chosen(early, 6)).toEqual([0, 32, 16, 8, 4, 2]);
  const step = Array.from({ length: 33 }, (_, k) => (k < 21 ? 0 : 1));
  expect(chosen(step, 7)).toEqual([0, 32, 16, 24, 20, 22, 21]);
});

test("a curve that does not change is sampled evenly", () => {
  expect(chosen(new Array<number>(9).fill(1), 5)).toEqual([0, 8, 4, 2, 6]);
});

test("every budget is used up, on distinct moments, and a gap in the numbers stops nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.double({ min: -1, max: 1 }), fc.constant(NaN)), {
        minLength: 2,
        maxLength: 40,
      }),
      fc.integer({ min: 2, max: 45 }),
      (curve, budget) => {
        expect(chosen(curve, budget)).toHaveLength(Math.min(budget, curve.length));
      },
    ),
    { seed: 1 },
  );
});
