import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { axisBreak, labelLetters, legendRows, tooltipPlace } from "./frame";
import { logScale } from "./scale";
import { printTheme } from "./theme";

describe("a tooltip", () => {
  const view = fc.tuple(fc.integer({ min: 100, max: 900 }), fc.integer({ min: 100, max: 600 }));
  const share = fc.double({ min: 0, max: 1, noNaN: true });

  test("never covers the place that it speaks of", () => {
    fc.assert(
      fc.property(view, share, share, share, share, (size, a, b, c, d) => {
        const [width, height] = [size[0] * c, size[1] * d];
        const [x, y] = [size[0] * a, size[1] * b];
        const [left, top] = tooltipPlace([x, y], [width, height], size, 12);
        const covers = x > left && x < left + width && y > top && y < top + height;
        expect(covers).toBe(false);
      }),
    );
  });

  test("stays within the chart wherever there is room beside the place", () => {
    fc.assert(
      fc.property(view, share, share, share, share, (size, a, b, c, d) => {
        const [width, height] = [(size[0] / 2 - 12) * c, size[1] * d];
        const [left, top] = tooltipPlace([size[0] * a, size[1] * b], [width, height], size, 12);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(left + width).toBeLessThanOrEqual(size[0]);
        expect(top + height).toBeLessThanOrEqual(size[1]);
      }),
    );
  });
});

describe("a logarithmic axis", () => {
  test("is broken between its row for zeros and the rest, and only then", () => {
    const scale = logScale([0, 1e-8, 1e-7]);
    expect(axisBreak(printTheme, scale, 0, "left")).toHaveLength(1);
    expect(scale.place(0)).toBeLessThan(scale.breakAt!);
    expect(scale.place(1e-8)).toBeGreaterThan(scale.breakAt!);
    expect(axisBreak(printTheme, logScale([1e-8, 1e-7]), 0, "left")).toEqual([]);
  });
});

test("room is measured: powers of ten are wider than short numbers, long legends take rows", () => {
  expect(labelLetters(logScale([4e-8, 6e-8]))).toBeGreaterThan(labelLetters(logScale([1, 100])));
  expect(legendRows(["e", "r", "r²"])).toBe(1);
  expect(legendRows(Array.from({ length: 12 }, (_, c) => `velocity.${c}`))).toBeGreaterThan(2);
});
