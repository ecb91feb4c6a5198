import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { moved, WHOLE, zoomed, type Part } from "./part";

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const factor = fc.double({ min: 0.05, max: 20, noNaN: true });
/** Anything that zooming and moving can lead to. */
const part = fc
  .tuple(factor, unit, unit, unit, unit)
  .map(([by, across, down, right, below]) =>
    moved(zoomed(WHOLE, by, across, down), right - 0.5, below - 0.5),
  );

const inside = ({ left, top, share }: Part): boolean =>
  left >= 0 && top >= 0 && left + share <= 1 + 1e-12 && top + share <= 1 + 1e-12;

describe("the shown part", () => {
  test("never leaves the picture", () => {
    fc.assert(
      fc.property(part, factor, unit, unit, (from, by, across, down) => {
        expect(inside(zoomed(from, by, across, down))).toBe(true);
        expect(inside(moved(from, across * 3, -down * 3))).toBe(true);
      }),
    );
  });

  test("keeps what lies under the pointer when it grows smaller", () => {
    fc.assert(
      fc.property(
        part,
        fc.double({ min: 1, max: 8, noNaN: true }),
        unit,
        unit,
        (from, by, u, v) => {
          const to = zoomed(from, by, u, v);
          expect(to.left + u * to.share).toBeCloseTo(from.left + u * from.share, 9);
          expect(to.top + v * to.share).toBeCloseTo(from.top + v * from.share, 9);
        },
      ),
    );
  });

  test("is the whole again after zooming out", () => {
    fc.assert(
      fc.property(part, (from) => {
        expect(zoomed(from, 1 / 1000)).toEqual(WHOLE);
      }),
    );
  });
});
