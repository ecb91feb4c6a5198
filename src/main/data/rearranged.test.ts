import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeOf, stridesOf, type TensorData } from "../../shared/tensor";
import { arrangementOf, isInOrder, rearrange } from "./rearranged";

/** A stored shape, and which of its axes each axis of the result is. */
const orders = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(17, 40)), { maxLength: 4 })
  .filter((shape) => sizeOf(shape) < 20_000)
  .chain((stored) =>
    fc.record({
      stored: fc.constant(stored),
      order: fc.shuffledSubarray(
        stored.map((_, axis) => axis),
        { minLength: stored.length },
      ),
    }),
  );

/** Element by element, as the definition says. */
function naive(stored: readonly number[], order: readonly number[]): number[] {
  const shape = order.map((axis) => stored[axis]!);
  const [strides, inner] = [stridesOf(stored), stridesOf(shape)];
  return Array.from({ length: sizeOf(shape) }, (_, i) =>
    order.reduce((at, axis, k) => at + (Math.floor(i / inner[k]!) % shape[k]!) * strides[axis]!, 0),
  );
}

describe("elements in another order of axes", () => {
  const kinds = [
    (n: number) => new Float32Array(n),
    (n: number) => new Float64Array(n),
    (n: number) => new Int32Array(n),
    (n: number) => new BigInt64Array(n),
  ];

  test("are where the definition says, whatever their type and wherever they begin", () => {
    fc.assert(
      fc.property(orders, fc.constantFrom(...kinds), fc.nat(3), (one, make, offset) => {
        const { stored, order } = one;
        const size = sizeOf(stored);
        const source: TensorData = make(size + offset);
        for (let i = 0; i < size; i++) {
          source[offset + i] = source instanceof BigInt64Array ? BigInt(i) : i;
        }
        const out = make(size + 2);
        const strides = order.map((axis) => stridesOf(stored)[axis]!);
        const arrangement = arrangementOf(
          order.map((axis) => stored[axis]!),
          strides,
        );
        rearrange(arrangement, source, offset, out, 1);
        expect(Array.from(out, Number)).toEqual([0, ...naive(stored, order), 0]);
        const stays = naive(stored, order).every((from, at) => from === at);
        expect(isInOrder(arrangement, size)).toBe(stays);
      }),
    );
  });

  test("keep what a NaN carries", () => {
    const words = Int32Array.of(0x7f800001, 1, 0x7fc00abc, 2);
    const out = new Float32Array(4);
    rearrange(arrangementOf([2, 2], [1, 2]), new Float32Array(words.buffer), 0, out, 0);
    expect([...new Int32Array(out.buffer)]).toEqual([0x7f800001, 0x7fc00abc, 1, 2]);
  });

  test("are the same along axes that what is read lacks, and leave gaps for others", () => {
    const out = new Float32Array(12);
    const order = arrangementOf([2, 3], [1, 0], [6, 1]);
    rearrange(order, Float32Array.of(5, 6), 0, out, 3);
    expect([...out]).toEqual([0, 0, 0, 5, 5, 5, 0, 0, 0, 6, 6, 6]);
  });
});
