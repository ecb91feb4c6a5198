/** An array seen with its axes in the opposite order: Fortran's and MATLAB's order against C's. */
import { allocate, sizeOf, stridesOf, type DType, type TensorData } from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import { boxesOf, type Box } from "./box";
import { arrangementOf, rearrange, type Arrangement } from "./rearranged";
import { roomFor } from "./room";
import { Spare } from "./spare";

const reversed = <T>(items: readonly T[]): T[] => [...items].reverse();

/** The source whose element [i, j, …, k] is the stored one's [k, …, j, i]. */
export function transposed(stored: ArraySource): ArraySource {
  const shape = reversed(stored.shape);
  const spare = new Spare();
  const readBoxes = async (boxes: readonly Box[], into?: TensorData): Promise<TensorData> => {
    const turned = boxes.map(({ start, count }) => ({
      start: reversed(start),
      count: reversed(count),
    }));
    const data = await stored.readBoxes(turned, spare.take());
    const out = roomFor(stored.dtype, data.length, into);
    let at = 0;
    for (const { count } of turned) {
      rearrange(reversal(count), data, at, out, at);
      at += sizeOf(count);
    }
    spare.give(data);
    return out;
  };
  return {
    ...stored,
    shape,
    ...(stored.dimensions === undefined ? {} : { dimensions: reversed(stored.dimensions) }),
    readBoxes,
    read: (ranges = [{ start: 0, count: sizeOf(shape) }]) =>
      readBoxes(ranges.flatMap((range) => boxesOf(shape, range))),
  };
}

/** The data of a C-ordered array of `shape`, C-ordered with its axes reversed. */
export function reverseAxes(dtype: DType, data: TensorData, shape: readonly number[]): TensorData {
  const out = allocate(dtype, data.length);
  if (data.length > 0) rearrange(reversal(shape), data, 0, out, 0);
  return out;
}

const reversal = (shape: readonly number[]): Arrangement =>
  arrangementOf(reversed(shape), reversed(stridesOf(shape)));
