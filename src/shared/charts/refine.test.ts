import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contour } from "./contour";
import { refined, type Grid } from "./refine";

function grid(n: number, f: (x: number, y: number) => number): Grid {
  const xs = Array.from({ length: n }, (_, i) => (2 * i) / (n - 1) - 1);
  return { xs, ys: xs, values: Float64Array.from(xs.flatMap((y) => xs.map((x) => f(x, y)))) };
}

const number = fc.double({ min: -2, max: 2, noNaN: true });

describe("a refined grid", () => {
  test("keeps every value that was computed", () => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 25, maxLength: 25 }), (values) => {
        const xs = [0, 1, 2, 3, 4];
        const fine = refined({ xs, ys: xs, values: Float64Array.from(values) });
        const times = (fine.xs.length - 1) / 4;
        xs.forEach((j) =>
          xs.forEach((i) => {
            expect(fine.values[j * times * fine.xs.length + i * times]).toBe(values[j * 5 + i]);
          }),
        );
      }),
    );
  });

  test("is exact for quadratics, up to its border", () => {
    fc.assert(
      fc.property(number, number, number, number, number, (a, b, c, d, e) => {
        const f = (x: number, y: number): number =>
          a * x * x + b * x * y + c * y * y + d * x + e * y;
        const { xs, ys, values } = refined(grid(9, f));
        const off = ys.flatMap((y, j) =>
          xs.map((x, i) => Math.abs(values[j * xs.length + i]! - f(x, y))),
        );
        // Rounding of a dozen operations on numbers below ten.
        expect(Math.max(...off)).toBeLessThan(1e-13);
      }),
      { numRuns: 20 },
    );
  });

  test("draws a circle out of few cells as one", () => {
    const { xs, ys, values } = refined(grid(9, Math.hypot));
    const { lines } = contour(values, xs, ys, 0.6);
    expect(lines).toHaveLength(1);
    // The cells are a quarter wide: straight pieces through them were off by 0.013.
    for (const [x, y] of lines[0]!) expect(Math.abs(Math.hypot(x, y) - 0.6)).toBeLessThan(2e-3);
  });

  test("spreads a missing value no further than to the cells around it", () => {
    const whole = grid(9, (x, y) => x * x + y);
    whole.values[4 * 9 + 4] = NaN;
    const { xs, ys, values } = refined(whole);
    const missing = ys.flatMap((y, j) =>
      xs.flatMap((x, i) => (Number.isNaN(values[j * xs.length + i]) ? [[x, y]] : [])),
    );
    expect(missing.length).toBeGreaterThan(0);
    expect(Math.max(...missing.flat().map(Math.abs))).toBeLessThan(0.25);
  });

  test("is the grid itself where that is fine already or has too few points for a parabola", () => {
    for (const n of [2, 97, 120]) {
      const given = grid(n, (x) => x);
      expect(refined(given)).toBe(given);
    }
  });
});
