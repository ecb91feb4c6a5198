import { expect, test } from "vitest";
import { axesForNumbers, looksLikeLines, looksLikeSeries, maybeParticles, parseAxes } from "./axes";

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

test.each([
  [[200, 3, 4], "b,c,x", "b,p,c"],
  [[50, 20, 3, 4], "b,c,y,x", "n,t,p,c"],
  // As many points as fields have, and channels before a small picture.
  [[200, 3, 64], "b,c,x", undefined],
  [[200, 3, 8, 8], "b,c,y,x", undefined],
])("%o read as %s may as well be %s", (shape, read, particles) => {
  expect(maybeParticles(shape, parseAxes(read))).toBe(particles);
});

test.each([
  [[200, 3, 4], 12, "b,p,c"],
  [[50, 20, 3, 4], 12, "n,t,p,c"],
  [[50, 5, 12], 12, "n,t,c"],
  [[200, 3, 4], 10, undefined],
  [[50, 20, 3, 4], 4, undefined],
])("of %o states of %i numbers are %s", (shape, numbers, axes) => {
  expect(axesForNumbers(shape, numbers)).toBe(axes);
});

test.each(["b,n,f", "b,q,f", "b,,f"])("what may stand instead of %s is listed", (text) => {
  expect(() => parseAxes(text)).toThrow(
    expect.objectContaining({
      code: "axes/syntax",
      todo: expect.stringMatching(/ b or n .* t .* p .* c or f .* z, y, x/u) as string,
    }),
  );
});
