import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  labelledTicks,
  modelAt,
  modelLine,
  readLandscape,
  type QuadraticModel,
} from "./landscapeData";
import { landscapeRun } from "./madeUpRuns";
import { fixedScale } from "./scale";

const number = fc.double({ min: -2, max: 2, noNaN: true });

const grid = Array.from({ length: 41 }, (_, k) => (k - 20) / 20);
const bowl: QuadraticModel = {
  loss: 1,
  gradient: [0.4, 0],
  curvature: [
    [2, 0.5],
    [0.5, 3],
  ],
};

describe("the line of the Gauss–Newton model", () => {
  test("is where the model has its level, in every model that is a bowl or a valley", () => {
    fc.assert(
      fc.property(number, number, number, number, number, (a, b, c, u, v) => {
        const off = a * b + b * c;
        const model: QuadraticModel = {
          loss: 1,
          gradient: [u, v],
          curvature: [
            [a * a + b * b, off],
            [off, b * b + c * c],
          ],
        };
        const line = modelLine(model, grid, grid, [0.6, 0.8, 1, 1.2, 1.4]);
        fc.pre(line !== null);
        const [[p], [, s]] = model.curvature!;
        // Linear between points 1/20 apart: off by at most an eighth of the second derivatives times its square.
        const bound = ((p + s + 2 * Math.abs(off)) * 0.05 ** 2) / 8 + 1e-12;
        for (const [x, y] of line!.lines.flat()) {
          expect(Math.abs(modelAt(model, x, y) - line!.level)).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });

  test("is the largest whole ellipse that fits into the square", () => {
    // Least at δ = (−0.21, 0.03) with 0.96; through the nearest side, α = −1, at about 1.56.
    const line = modelLine(bowl, grid, grid, [0.97, 1.2, 1.4, 1.8, 3])!;
    expect(line.level).toBe(1.4);
    expect(line.lines).toHaveLength(1);
    expect(line.lines[0]!.at(-1)).toEqual(line.lines[0]![0]);
  });

  test("is the longest part inside where the bottom lies outside, and off the present loss", () => {
    const slope: QuadraticModel = { ...bowl, gradient: [20, 0] };
    const levels = [-9, -4, 1, 6, 11];
    const line = modelLine(slope, grid, grid, levels)!;
    expect(levels).toContain(line.level);
    expect(line.level).not.toBe(1);
  });

  test("goes through the start where no level is reached, and is none where the model is flat", () => {
    const through = modelLine(bowl, grid, grid, [50])!;
    expect(through.level).toBe(1);
    expect(Math.min(...through.lines.flat().map(([x, y]) => Math.hypot(x, y)))).toBeLessThan(0.05);
    const flat: QuadraticModel = {
      loss: 1,
      gradient: [0, 0],
      curvature: [
        [0, 0],
        [0, 0],
      ],
    };
    expect(modelLine(flat, grid, grid, [0.5, 1.5])).toBeNull();
    expect(modelLine({ ...bowl, curvature: null }, grid, grid, [1])).toBeNull();
  });
});

test("a landscape is read as two maps in the order of its axes", () => {
  const run = landscapeRun(true, 5);
  const { loss, models, alpha, beta } = readLandscape(run);
  expect([alpha.length, beta.length, loss[0].length, loss[1].length]).toEqual([5, 5, 25, 25]);
  // The middle of an odd grid is the present parameters.
  expect(loss[0][12]).toBeCloseTo(models[0].loss, 12);
  expect(loss[1][12]).toBeCloseTo(models[1].loss, 12);
});

test("labels of α are symmetric about the present parameters", () => {
  expect(labelledTicks(fixedScale(-1, 1, 4))).toEqual([-1, 0, 1]);
  expect(labelledTicks(fixedScale(-0.7, 0.7, 4))).toEqual([-0.5, 0, 0.5]);
});
