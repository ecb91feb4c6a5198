import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeOf } from "../../shared/tensor";
import { AlignedBoxes } from "./alignedBoxes";
import { boxesIn, boxesOf, copyShared, rangesOf, wholeOf, type Box } from "./box";
import { elements } from "./elements";
import { reverseAxes } from "./transposed";

const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 });

/** A shape and boxes within. */
const boxed = (boxes: number): fc.Arbitrary<{ shape: number[]; boxes: Box[] }> =>
  shapes.chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      boxes: fc.array(
        fc
          .tuple(
            ...shape.map((extent) =>
              fc.tuple(fc.nat(extent - 1), fc.integer({ min: 1, max: extent })),
            ),
          )
          .map((axes) => ({
            start: axes.map(([from]) => from),
            count: axes.map(([from, extent], axis) => Math.min(extent, shape[axis]! - from)),
          })),
        { minLength: boxes, maxLength: boxes },
      ),
    }),
  );

/** 0, 1, 2, …: an element is its own place. */
const counting = (shape: readonly number[]): Float64Array =>
  Float64Array.from({ length: sizeOf(shape) }, (_, i) => i);

/** Element by element, as the definition says. */
function naive(shape: readonly number[], { start, count }: Box): number[] {
  return Array.from({ length: sizeOf(count) }, (_, i) => {
    let [rest, place, stride] = [i, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (start[axis]! + (rest % count[axis]!)) * stride;
      rest = Math.floor(rest / count[axis]!);
      stride *= shape[axis]!;
    }
    return place;
  });
}

const elementsOf = (ranges: readonly { start: number; count: number }[]): number[] =>
  ranges.flatMap(({ start, count }) => Array.from({ length: count }, (_, i) => start + i));

describe("boxes", () => {
  test("are runs of the elements that they hold", () => {
    fc.assert(
      fc.property(boxed(1), ({ shape, boxes }) => {
        expect(elementsOf(rangesOf(shape, boxes[0]!))).toEqual(naive(shape, boxes[0]!));
      }),
    );
  });

  test("hold a run in few, in its order", () => {
    fc.assert(
      fc.property(shapes, fc.nat(), fc.nat(), (shape, a, b) => {
        const start = a % sizeOf(shape);
        const count = 1 + (b % (sizeOf(shape) - start));
        const boxes = boxesOf(shape, { start, count });
        expect(boxes.flatMap((box) => naive(shape, box))).toEqual(elementsOf([{ start, count }]));
        expect(boxes.length).toBeLessThanOrEqual(2 * shape.length + 1);
      }),
    );
  });

  test("give each other what they share, and nothing else", () => {
    fc.assert(
      fc.property(boxed(2), ({ shape, boxes: [from, to] }) => {
        const source = Float64Array.from(naive(shape, from!));
        const target = new Float64Array(sizeOf(to!.count)).fill(-1);
        copyShared(from!, source, to!, target);
        const shared = new Set(source);
        expect([...target]).toEqual(naive(shape, to!).map((i) => (shared.has(i) ? i : -1)));
      }),
    );
  });

  test("of memory are the elements one box after the other", () => {
    fc.assert(
      fc.property(boxed(3), ({ shape, boxes }) => {
        expect([...boxesIn("float64", shape, counting(shape), boxes)]).toEqual(
          boxes.flatMap((box) => naive(shape, box)),
        );
      }),
    );
  });

  test("widened to chunks are the same, and a chunk is read once", () => {
    fc.assert(
      fc.property(
        boxed(4),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
        ({ shape, boxes }, sizes) => {
          const whole = { box: wholeOf(shape), data: counting(shape) };
          let read = 0;
          const aligned = new AlignedBoxes(
            shape,
            sizes.slice(0, shape.length),
            elements["f8"]!,
            (box) => {
              read++;
              return boxesIn("float64", shape, whole.data, [box]);
            },
          );
          for (const box of boxes) expect([...aligned.read(box)]).toEqual(naive(shape, box));
          const before = read;
          const wide = shape.some((extent, axis) => sizes[axis]! > 1 && extent > 1);
          if (wide) for (const box of boxes) aligned.read(box);
          expect(read - before).toBeLessThanOrEqual(boxes.length);
        },
      ),
    );
  });

  test("with their axes reversed twice are as they were", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const data = counting(shape);
        const once = reverseAxes("float64", data, shape);
        expect(reverseAxes("float64", once, [...shape].reverse())).toEqual(data);
      }),
    );
  });
});
