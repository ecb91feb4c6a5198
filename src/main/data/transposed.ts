/** An array seen with its axes in the opposite order: Fortran's and MATLAB's order against C's. */
import { allocate, sizeOf, stridesOf, type DType, type TensorData } from "../../shared/tensor";
import { boxesOf, type Box } from "./box";
import type { ArraySource } from "./arraySource";

const reversed = <T>(items: readonly T[]): T[] => [...items].reverse();

/** The source whose element [i, j, …, k] is the stored one's [k, …, j, i]. */
export function transposed(stored: ArraySource): ArraySource {
  const shape = reversed(stored.shape);
  const readBoxes = async (boxes: readonly Box[]): Promise<TensorData> => {
    const turned = boxes.map(({ start, count }) => ({
      start: reversed(start),
      count: reversed(count),
    }));
    const data = await stored.readBoxes(turned);
    const out = allocate(stored.dtype, data.length);
    let at = 0;
    for (const { count } of turned) {
      const size = sizeOf(count);
      out.set(reverseAxes(stored.dtype, data.subarray(at, at + size), count) as never, at);
      at += size;
    }
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
  const to = reversed(shape);
  const strides = reversed(stridesOf(shape));
  const index = new Array<number>(to.length).fill(0);
  // Walks the output in order; `from` follows with the first stored axis fastest.
  let from = 0;
  for (let at = 0; at < data.length; at++) {
    out[at] = data[from]!;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < to[axis]!) break;
      from -= strides[axis]! * to[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
