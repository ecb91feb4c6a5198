import fc from "fast-check";
import { expect, test } from "vitest";
import { areFinite } from "./finiteKernel";

const kinds = [Float32Array, Float64Array] as const;

test("one number that is none, wherever it is, is found; others are left alone", () => {
  // Up to a few blocks long, and beginning wherever the memory does.
  const property = fc.property(
    fc.constantFrom(...kinds),
    fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 8000, max: 40_000 })),
    fc.nat(3),
    fc.nat(),
    fc.constantFrom(NaN, Infinity, -Infinity),
    (Kind, length, offset, at, bad) => {
      const data = new Kind(length + offset).subarray(offset);
      const largest = Kind === Float32Array ? 3.4028234663852886e38 : Number.MAX_VALUE;
      for (let i = 0; i < length; i++) data[i] = [0, -0, 1e-320, largest, -largest, i][i % 6]!;
      expect(areFinite(data)).toBe(true);
      data[at % length] = bad;
      expect(areFinite(data)).toBe(false);
    },
  );
  fc.assert(property, { numRuns: 60 });
});

test("NaN of any bits are found, and of nothing everything is finite", () => {
  for (const bits of [0x7f800001, 0xff800001, 0x7fc00000, 0xffffffff]) {
    expect(areFinite(new Float32Array(Uint32Array.of(0, bits).buffer))).toBe(false);
  }
  expect(areFinite(new Float32Array(0))).toBe(true);
});
