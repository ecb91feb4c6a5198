/** Arrays of one shape as one with a leading axis: a group or a file for each trajectory. */
import { UserError } from "../../shared/errors";
import { unequal } from "../../shared/sampleExtent";
import { sizeOf, type TensorData } from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import { boxesOf, checkBox, sizeOfAll, type Box } from "./box";
import { roomFor } from "./room";

/**
 * @param arrays that differ in the length of their first axis alone
 * @throws UserError "data/ragged" where they differ in more
 */
export function stacked(name: string, arrays: readonly ArraySource[]): ArraySource {
  const first = arrays[0]!;
  for (const { shape, where } of arrays) {
    if (shape.slice(1).join() === first.shape.slice(1).join()) continue;
    throw new UserError(
      "data/ragged",
      `${where} is [${shape.join(", ")}], ${first.name} [${first.shape.join(", ")}]: they differ in more than their times.`,
      { where, todo: "Name one of them (--input on the command line)." },
    );
  }
  const rows = arrays.map((array) => array.shape[0]!);
  const shape = [arrays.length, Math.max(...rows), ...first.shape.slice(1)];
  const readBoxes = async (boxes: readonly Box[], into?: TensorData): Promise<TensorData> => {
    const out = roomFor(first.dtype, sizeOfAll(boxes), into);
    let at = 0;
    for (const box of boxes) {
      checkBox(shape, box, first.where);
      const inner = { start: box.start.slice(1), count: box.count.slice(1) };
      for (let i = 0; i < box.count[0]!; i++) {
        const data = await arrays[box.start[0]! + i]!.readBoxes([inner], out.subarray(at));
        if (data.buffer !== out.buffer) out.set(data as never, at);
        at += data.length;
      }
    }
    return out;
  };
  return {
    name,
    where: first.where,
    shape,
    lengths: unequal(rows),
    dtype: first.dtype,
    storedType: first.storedType,
    readBoxes,
    read: (ranges = [{ start: 0, count: sizeOf(shape) }]) =>
      readBoxes(ranges.flatMap((range) => boxesOf(shape, range))),
  };
}

/** An array whose last axes are seen as one: the components of a tensor as channels. */
export function joinedTail(array: ArraySource, axes: number): ArraySource {
  const kept = array.shape.length - axes;
  const tail = array.shape.slice(kept);
  const shape = [...array.shape.slice(0, kept), sizeOf(tail)];
  return {
    ...array,
    shape,
    dimensions: undefined,
    readBoxes: (boxes, into) =>
      array.readBoxes(
        boxes.map((box) => {
          checkBox(shape, box, array.where);
          if (box.count[kept] !== shape[kept]) {
            throw new RangeError(`${array.where}: components are read together`);
          }
          return {
            start: [...box.start.slice(0, kept), ...tail.map(() => 0)],
            count: [...box.count.slice(0, kept), ...tail],
          };
        }),
        into,
      ),
  };
}

/** An array seen without an axis along which it is one long. */
export function withoutAxis(array: ArraySource, axis: number): ArraySource {
  const shape = array.shape.toSpliced(axis, 1);
  const dimensions = array.dimensions?.toSpliced(axis, 1);
  return {
    ...array,
    shape,
    dimensions,
    readBoxes: (boxes, into) =>
      array.readBoxes(
        boxes.map((box) => {
          checkBox(shape, box, array.where);
          return { start: box.start.toSpliced(axis, 0, 0), count: box.count.toSpliced(axis, 0, 1) };
        }),
        into,
      ),
  };
}
