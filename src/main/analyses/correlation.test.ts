import { expect, test } from "vitest";
import { normals, randomFrom } from "../../shared/random";
import { correlations, type Point } from "./correlation";

const on = (xs: readonly number[], y: (x: number) => number, family = "a"): Point[] =>
  xs.map((x) => ({ x, y: y(x), family }));

test("points on a line correlate by 1, on a falling curve by −1 in ranks", () => {
  const line = correlations(
    on([1, 2, 3, 4, 5], (x) => 3 * x - 1),
    0,
  )!;
  expect(line.n).toBe(5);
  for (const { value, low, high } of [line.pearson, line.spearman]) {
    for (const one of [value, low, high]) expect(one).toBeCloseTo(1, 12);
  }
  const curve = correlations(
    on([1, 2, 3, 4, 5], (x) => Math.exp(-3 * x)),
    0,
  )!;
  expect(curve.spearman.value).toBeCloseTo(-1, 12);
  expect(curve.pearson.value).toBeGreaterThan(-1);
});

test("few points, and points that do not vary, have none; missing numbers are left out", () => {
  expect(
    correlations(
      on([1, 2, 3], (x) => x),
      0,
    ),
  ).toBeNull();
  expect(
    correlations(
      on([1, 2, 3, 4, 5], () => 1),
      0,
    ),
  ).toBeNull();
  const holes = [...on([1, 2, 3, 4], (x) => x), { x: NaN, y: 1, family: "a" }];
  expect(correlations(holes, 0)!.n).toBe(4);
});

test("an interval over few trainings is wider than over as many independent points", () => {
  // Points of one training are one point, drawn eight times.
  const centres = normals(randomFrom(3), 12);
  const clustered: Point[] = [];
  const apart: Point[] = [];
  for (let k = 0; k < 48; k++) {
    const c = Math.floor(k / 8);
    const point = { x: centres[c]!, y: centres[c + 6]! };
    clustered.push({ ...point, family: String(c) });
    apart.push({ ...point, family: "all" });
  }
  const width = (points: readonly Point[]): number => {
    const { low, high } = correlations(points, 1)!.pearson;
    return high - low;
  };
  expect(width(clustered)).toBeGreaterThan(1.5 * width(apart));
});
