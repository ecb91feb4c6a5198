import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { levelEllipse, modelAt, readLandscape, type QuadraticModel } from "./landscapeData";
import { landscapeRun } from "./madeUpRuns";

const number = fc.double({ min: -2, max: 2, noNaN: true });

describe("the Gauss–Newton ellipse", () => {
  test("is where the model is back at its start, and passes through it", () => {
    fc.assert(
      fc.property(number, number, number, number, number, (a, b, c, u, v) => {
        // AᵀA + 0.1 is positive definite.
        const off = a * b + b * c;
        const model: QuadraticModel = {
          loss: 1,
          gradient: [u, v],
          curvature: [
            [a * a + b * b + 0.1, off],
            [off, b * b + c * c + 0.1],
          ],
        };
        const ellipse = levelEllipse(model)!;
        fc.pre(ellipse !== null);
        // Condition numbers reach 100 or so, lengths 50: rounding stays below 1e-9 of the loss.
        for (const [x, y] of ellipse) expect(modelAt(model, x, y)).toBeCloseTo(1, 8);
      }),
    );
  });

  test("is none where the curvature is flat or negative in some direction", () => {
    const flat = { loss: 1, gradient: [1, 0] as const };
    expect(
      levelEllipse({
        ...flat,
        curvature: [
          [1, 0],
          [0, 0],
        ],
      }),
    ).toBeNull();
    expect(
      levelEllipse({
        ...flat,
        curvature: [
          [-1, 0],
          [0, -1],
        ],
      }),
    ).toBeNull();
    expect(levelEllipse({ ...flat, curvature: null })).toBeNull();
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
