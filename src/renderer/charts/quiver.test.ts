import { describe, expect, test } from "vitest";
import { WHOLE, zoomed } from "./part";
import { longestOf, quiver, type Arrow } from "./quiver";

/** The same vector everywhere on an n × n grid. */
const uniform = (n: number, x: number, y: number) => ({
  x: new Float32Array(n * n).fill(x),
  y: new Float32Array(n * n).fill(y),
  longest: Math.hypot(x, y),
});
const panel = { width: 128, height: 128 };
const length = ({ fromX, fromY, toX, toY }: Arrow): number => Math.hypot(toX - fromX, toY - fromY);

describe("arrows", () => {
  test("point up where y is positive, since y points up", () => {
    const [arrow] = quiver(uniform(8, 0, 1), 8, 8, WHOLE, panel);
    expect(arrow!.toY).toBeLessThan(arrow!.fromY);
    expect(arrow!.toX).toBeCloseTo(arrow!.fromX, 9);
  });

  test("are as many on a fine grid as on a coarse one: they are thinned", () => {
    const coarse = quiver(uniform(8, 1, 0), 8, 8, WHOLE, panel).length;
    expect(coarse).toBe(64);
    expect(quiver(uniform(256, 1, 0), 256, 256, WHOLE, panel).length).toBeLessThan(2 * coarse);
  });

  test("do not reach their neighbours", () => {
    for (const n of [8, 16, 100]) {
      const arrows = quiver(uniform(n, 1, 0), n, n, WHOLE, panel);
      const row = arrows.filter(({ fromY }) => fromY === arrows[0]!.fromY);
      expect(length(arrows[0]!)).toBeLessThan(row[1]!.fromX - row[0]!.fromX);
    }
  });

  test("grow closer on the grid as less of it is shown", () => {
    const part = zoomed(WHOLE, 4);
    const seen = quiver(uniform(64, 1, 0), 64, 64, part, panel);
    expect(seen.length).toBeGreaterThanOrEqual(49);
    for (const { fromX, toX } of seen) {
      expect((fromX + toX) / 2).toBeGreaterThanOrEqual(0);
      expect((fromX + toX) / 2).toBeLessThanOrEqual(panel.width);
    }
  });

  test("are left out where there is nothing to point", () => {
    const still = { ...uniform(8, 0, 0), longest: 1 };
    expect(quiver(still, 8, 8, WHOLE, panel)).toEqual([]);
    const broken = { ...uniform(8, NaN, 0), longest: 1 };
    expect(quiver(broken, 8, 8, WHOLE, panel)).toEqual([]);
  });
});

test("the longest vector is found beside values that are not finite", () => {
  expect(longestOf([{ x: [3, NaN, Infinity], y: [4, 1, 1] }])).toBe(5);
  expect(longestOf([])).toBe(0);
});
