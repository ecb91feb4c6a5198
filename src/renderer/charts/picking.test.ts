import { expect, test } from "vitest";
import { panelCount, pointAt, type Locator } from "./picking";

/** Two panels above each other, 100 pixels square, one unit a pixel. */
const stacked: Locator = {
  containPixel: ({ gridIndex }, [x, y]) => x >= 0 && x < 100 && Math.floor(y / 100) === gridIndex,
  convertFromPixel: ({ gridIndex }, [x, y]) => [x, y - 100 * gridIndex],
};

test("a click is a place on the axes of the panel under it", () => {
  expect(pointAt(stacked, 2, [30, 140])).toEqual({ panel: 1, x: 30, y: 40 });
});

test("a click beside all panels is none", () => {
  expect(pointAt(stacked, 2, [130, 40])).toBeNull();
});

test("panels are counted by the option's grids", () => {
  expect([panelCount({}), panelCount({ grid: {} }), panelCount({ grid: [{}, {}] })]).toEqual([
    0, 1, 2,
  ]);
});
