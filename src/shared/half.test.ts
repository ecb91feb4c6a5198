import { describe, expect, test } from "vitest";
import { fromBfloat16, fromFloat16 } from "./half";

describe("float16", () => {
  test("has the values of IEEE 754's table of examples", () => {
    expect(fromFloat16(0x3c00)).toBe(1);
    expect(fromFloat16(0xc000)).toBe(-2);
    expect(fromFloat16(0x7bff)).toBe(65504);
    expect(fromFloat16(0x0400)).toBe(2 ** -14);
    expect(fromFloat16(0x0001)).toBe(2 ** -24);
    // 1/3 to eleven bits.
    expect(Math.abs(fromFloat16(0x3555) - 1 / 3)).toBeLessThan(2 ** -13);
    expect(fromFloat16(0x7c00)).toBe(Infinity);
    expect(fromFloat16(0xfc00)).toBe(-Infinity);
    expect(fromFloat16(0x7e00)).toBeNaN();
    expect(Object.is(fromFloat16(0x8000), -0)).toBe(true);
  });

  test("grows with its bits, from zero to infinity", () => {
    const values = Array.from({ length: 0x7c01 }, (_, bits) => fromFloat16(bits));
    expect(values.every((value, i) => i === 0 || value > values[i - 1]!)).toBe(true);
    expect([values[0], values.at(-1)]).toEqual([0, Infinity]);
  });
});

test("bfloat16 is the upper half of a float32", () => {
  const float = new Float32Array(1);
  const words = new Uint32Array(float.buffer);
  for (const x of [0, 1, -2.5, 3.0e38, Infinity, 1.1754943508222875e-38]) {
    float[0] = x;
    words[0]! &= 0xffff0000;
    expect(fromBfloat16(words[0]! >>> 16)).toBe(float[0]);
  }
  expect(fromBfloat16(0x7fc0)).toBeNaN();
});
