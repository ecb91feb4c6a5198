import { expect, test } from "vitest";
import { fromBytes, toBytes } from "./wire";

test("typed arrays arrive as they left, whatever their place in the buffer", () => {
  const value = {
    text: "Ω",
    none: null,
    numbers: [0.1, NaN, -Infinity, 2 ** 40],
    reals: new Float64Array([1, 2, 3, 4]).subarray(1, 3),
    singles: Float32Array.of(0.5),
    integers: BigInt64Array.of(-(2n ** 62n)),
    bytes: Uint8Array.of(1, 2, 255),
    empty: new Int32Array(0),
  };
  expect(fromBytes(toBytes(value))).toEqual(value);
  // As it comes from Node's sockets, at an odd place.
  const received = Buffer.concat([Buffer.of(0), toBytes(value)]).subarray(1);
  expect(fromBytes(received)).toEqual(value);
});

test("a Buffer arrives as bytes", () => {
  expect(fromBytes(toBytes(Buffer.from("abc")))).toEqual(Uint8Array.of(97, 98, 99));
});

test("an undefined property is left out, not made null", () => {
  expect(fromBytes(toBytes({ a: undefined, b: 1 }))).toEqual({ b: 1 });
});

test("an array of the wrong length is no frame", () => {
  // Extension of type 9 (Float64Array) with one byte.
  expect(() => fromBytes(Uint8Array.of(0xd4, 9, 1))).toThrow();
});
