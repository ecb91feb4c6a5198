import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contour, roundLevels, type Point } from "./contour";

function grid(
  n: number,
  f: (x: number, y: number) => number,
): { xs: number[]; values: Float64Array } {
  const xs = Array.from({ length: n }, (_, i) => (2 * i) / (n - 1) - 1);
  return { xs, values: Float64Array.from(xs.flatMap((y) => xs.map((x) => f(x, y)))) };
}

const onBorder = ([x, y]: Point): boolean => Math.max(Math.abs(x), Math.abs(y)) > 1 - 1e-12;

describe("contour", () => {
  test("of a cone is one closed circle", () => {
    const { xs, values } = grid(41, Math.hypot);
    const { lines } = contour(values, xs, xs, 0.6);
    expect(lines).toHaveLength(1);
    expect(lines[0]!.at(-1)).toEqual(lines[0]![0]);
    // Linear interpolation of √(x² + y²) over cells of 0.05 is off by at most h²/(8r).
    for (const [x, y] of lines[0]!) expect(Math.abs(Math.hypot(x, y) - 0.6)).toBeLessThan(1e-3);
  });

  test("of a linear function lies exactly on its line", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (a, b, level) => {
          fc.pre(Math.hypot(a, b) > 0.1);
          const { xs, values } = grid(9, (x, y) => a * x + b * y);
          for (const line of contour(values, xs, xs, level).lines) {
            for (const [x, y] of line) expect(a * x + b * y).toBeCloseTo(level, 9);
          }
        },
      ),
    );
  });

  test("of random values is closed or ends on the border", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 36, maxLength: 36 }),
        (flat) => {
          const { xs } = grid(6, () => 0);
          for (const line of contour(flat, xs, xs, 0.5).lines) {
            const [first, last] = [line[0]!, line.at(-1)!];
            const closed = first[0] === last[0] && first[1] === last[1];
            expect(closed || (onBorder(first) && onBorder(last))).toBe(true);
          }
        },
      ),
    );
  });

  test("decides a saddle by the centre of the cell", () => {
    const xs = [0, 1];
    // High at (0,0) and (1,1); a high mean joins them, a low one parts them.
    const cutCorners = (values: number[]): Point[] =>
      contour(values, xs, xs, 0.5).lines.map((line) => [
        (line[0]![0] + line[1]![0]) / 2,
        (line[0]![1] + line[1]![1]) / 2,
      ]);
    for (const [x, y] of cutCorners([1, 0.2, 0.2, 1])) expect(Math.abs(x - y)).toBeGreaterThan(0.5);
    for (const [x, y] of cutCorners([0.8, 0, 0, 0.8])) expect(Math.abs(x - y)).toBeLessThan(0.1);
  });

  test("leaves out cells with a corner that is not a number", () => {
    const { xs, values } = grid(5, (x) => x);
    values[12] = NaN;
    const points = contour(values, xs, xs, 0.1).lines.flat();
    expect(points.length).toBeGreaterThan(0);
    expect(points.every((point) => point.every(Number.isFinite))).toBe(true);
  });
});

describe("round levels", () => {
  test("lie strictly within the range, about as many as asked for", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e3, max: 1e3, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
        (min, width) => {
          const levels = roundLevels(min, min + width, 9);
          // The distance is at least a tenth of the range; rounding may let in one level at each end.
          expect(levels.length).toBeLessThanOrEqual(11);
          expect(levels.length).toBeGreaterThan(2);
          // Levels are rounded to 12 digits.
          const slack = 1e-9 * (Math.abs(min) + width);
          expect(levels.every((level) => level > min - slack && level < min + width + slack)).toBe(
            true,
          );
        },
      ),
    );
  });

  test("of a constant are none", () => {
    expect(roundLevels(1, 1, 9)).toEqual([]);
  });
});
