import { describe, expect, test } from "vitest";
import type { Grid } from "../../shared/fields/spec";
import { parseIntegrand } from "../../shared/physics/integrand";
import { integralsOf, outflowOf, StateBlock } from "./integrals";
import { layoutOf, type Layout } from "./layout";
import type { WallRule } from "./walls";

const [ny, nx, ly, lx] = [24, 32, 3, 2];

/** Walls across x, periodic along y. */
function channel(rule: WallRule, points = nx): Layout {
  // Points on the walls are one more than the cells between them.
  const length = rule === "points" ? (lx * points) / (points - 1) : lx;
  const grid: Grid = { size: [ny, points], length: [ly, length], periodic: [true, false] };
  return layoutOf([1, ny, points], grid, null, { walls: rule });
}

function at(rule: WallRule, of: (x: number, y: number) => number, points = nx): StateBlock {
  const values = Float64Array.from({ length: ny * points }, (_, i) => {
    const j = i % points;
    const x = rule === "points" ? (j * lx) / (points - 1) : ((j + 0.5) * lx) / points;
    return of(x, (Math.floor(i / points) * ly) / ny);
  });
  return new StateBlock(values, 1, channel(rule, points));
}

const integral = (formula: string, block: StateBlock): number =>
  integralsOf(parseIntegrand(formula), block, {}).value[0]!;
const leaving = (formula: string, block: StateBlock): number =>
  outflowOf([parseIntegrand(formula), parseIntegrand("1e9")], block, {})[0]!;

describe.each(["cells", "points"] as const)("between walls, values at %s,", (rule) => {
  test("a linear field has its integral, and what flows through is the difference of its ends", () => {
    const block = at(rule, (x) => 2 + 3 * x);
    expect(integral("u", block)).toBeCloseTo(ly * (2 * lx + 1.5 * lx ** 2), 9);
    expect(integral("mean(u)", block)).toBeCloseTo(2 + 1.5 * lx, 9);
    // The flux along y is of a periodic axis, whatever it is.
    expect(leaving("u", block)).toBeCloseTo(ly * 3 * lx, 9);
  });

  test("the integral of a divergence is what flows out, to second order", () => {
    const error = (points: number): number => {
      const block = at(
        rule,
        (x, y) => Math.exp(x) * (2 + Math.cos((2 * Math.PI * y) / ly)),
        points,
      );
      return Math.abs(integral("dx(u^2)", block) - leaving("u^2", block));
    };
    const [coarse, fine] = [error(24), error(48)];
    expect(
      fine /
        leaving(
          "u^2",
          at(rule, (x) => 2 * Math.exp(x)),
        ),
    ).toBeLessThan(5e-3);
    expect(coarse / fine).toBeGreaterThan(3.4);
  });
});

test("nothing leaves a periodic box", () => {
  const grid: Grid = { size: [8], length: [1], periodic: [true] };
  const block = new StateBlock(
    Float64Array.from({ length: 8 }, Math.sin),
    1,
    layoutOf([1, 8], grid, null),
  );
  expect(outflowOf([parseIntegrand("u")], block, {})[0]).toBe(0);
});
