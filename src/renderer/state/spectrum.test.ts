import { expect, test } from "vitest";
import { hasSpectrum, spectrumOf } from "./spectrum";

const [HEIGHT, WIDTH] = [16, 32];

function field(wave: (x: number, y: number) => number): Float64Array {
  return Float64Array.from({ length: HEIGHT * WIDTH }, (_, i) =>
    wave((2 * Math.PI * (i % WIDTH)) / WIDTH, (2 * Math.PI * Math.floor(i / WIDTH)) / HEIGHT),
  );
}

test("a wave's power is its mean square, at its number", () => {
  // Wave vector (3, 4), whose length is 5.
  const power = spectrumOf(
    field((x, y) => Math.cos(3 * x + 4 * y)),
    [1, HEIGHT, WIDTH],
  );
  expect(power).toHaveLength(HEIGHT / 2);
  // Rounding of a few hundred sums.
  power.forEach((value, k) => expect(value).toBeCloseTo(k === 4 ? 0.5 : 0, 12));
});

test("channels add up, and the mean has no part", () => {
  const one = field((x) => 7 + Math.sin(2 * x));
  const both = new Float64Array([...one, ...one]);
  expect(spectrumOf(both, [2, HEIGHT, WIDTH])[1]).toBeCloseTo(1, 12);
  expect(spectrumOf(both, [2, HEIGHT, WIDTH])[0]).toBeCloseTo(0, 12);
});

test("only what is quickly transformed has one", () => {
  expect(hasSpectrum([2, 64, 64])).toBe(true);
  expect(hasSpectrum([2, 60, 64])).toBe(false);
  expect(hasSpectrum([2, 1024, 1024])).toBe(false);
  expect(hasSpectrum([1, 64])).toBe(false);
});
