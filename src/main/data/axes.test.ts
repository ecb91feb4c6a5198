import { expect, test } from "vitest";
import { looksLikeLines, looksLikeSeries } from "./axes";

test.each([
  [[20, 40, 6], true],
  [[1, 1000, 3], true],
  // Two channels on a line, and a line of channels as long as it.
  [[20, 2, 64], false],
  [[20, 64, 64], false],
  [[20, 6], false],
])("%o is a time series of few numbers: %s", (shape, series) => {
  expect(looksLikeSeries(shape)).toBe(series);
});

test.each([
  [[10, 50, 1, 64], true],
  [[10, 3, 64, 64], false],
])("%o is a trajectory on a line: %s", (shape, lines) => {
  expect(looksLikeLines(shape)).toBe(lines);
});
