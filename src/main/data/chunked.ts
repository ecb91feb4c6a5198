/** An array that a reader gives chunk by chunk; the last chunks are kept, as the next state needs them again. */
import { UserError } from "../../shared/errors";
import { allocate, sizeOf, stridesOf, type TensorData } from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import { boxesOf, checkBox, copyShared, wholeOf, type Box } from "./box";
import type { StoredElement } from "./elements";

/** A chunk is unpacked as a whole, so a larger one would take more memory than any window deserves. */
const LARGEST_CHUNK = 1 << 27;
/** Bytes of chunks kept of one array. */
const KEPT = 1 << 26;

export interface Chunked {
  readonly name: string;
  readonly where: string;
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly element: StoredElement;
  /** What elements are where no chunk is. */
  readonly fill: number | bigint;
  readonly dimensions?: readonly string[] | undefined;
  /** All of a chunk in C order, also what sticks out of the array; undefined where it is not stored. */
  load(indices: readonly number[]): Promise<TensorData | undefined>;
}

/** Reading throws UserError "data/chunk-size" for chunks that do not fit into memory, and what `load` throws. */
export function chunkedSource(array: Chunked): ArraySource {
  const { name, where, shape, chunks, element } = array;
  const bytes = sizeOf(chunks) * element.bytes;
  const held = new Map<string, Promise<TensorData | undefined>>();

  function chunk(indices: readonly number[]): Promise<TensorData | undefined> {
    if (bytes > LARGEST_CHUNK) {
      throw new UserError(
        "data/chunk-size",
        `${where} is stored in chunks of ${(bytes / 2 ** 30).toPrecision(2)} GiB, each of which must be unpacked as a whole.`,
        { where, todo: "Write it again with smaller chunks." },
      );
    }
    const key = indices.join();
    const known = held.get(key) ?? array.load(indices);
    // The last one used stands last, so the first is the one to go.
    held.delete(key);
    held.set(key, known);
    while (held.size > Math.max(1, KEPT / Math.max(1, bytes))) {
      held.delete(held.keys().next().value!);
    }
    known.catch(() => held.delete(key));
    return known;
  }

  async function readBox(box: Box, out: TensorData): Promise<void> {
    if (sizeOf(box.count) === 0) return;
    const first = box.start.map((from, axis) => Math.floor(from / chunks[axis]!));
    const count = box.count.map(
      (extent, axis) =>
        Math.floor((box.start[axis]! + extent - 1) / chunks[axis]!) - first[axis]! + 1,
    );
    const strides = stridesOf(count);
    for (let i = 0; i < sizeOf(count); i++) {
      const indices = first.map(
        (from, axis) => from + (Math.floor(i / strides[axis]!) % count[axis]!),
      );
      const data = await chunk(indices);
      if (data === undefined) continue;
      const start = indices.map((index, axis) => index * chunks[axis]!);
      copyShared({ start, count: chunks }, data, box, out);
    }
  }

  const readBoxes = async (boxes: readonly Box[]): Promise<TensorData> => {
    for (const box of boxes) checkBox(shape, box, where);
    const out = allocate(
      element.dtype,
      boxes.reduce((sum, { count }) => sum + sizeOf(count), 0),
    );
    if (array.fill !== 0 && array.fill !== 0n) out.fill(array.fill as never);
    let at = 0;
    for (const box of boxes) {
      const size = sizeOf(box.count);
      await readBox(box, out.subarray(at, at + size));
      at += size;
    }
    return out;
  };

  return {
    name,
    where,
    shape,
    dtype: element.dtype,
    storedType: element.name,
    dimensions: array.dimensions,
    readBoxes,
    read: (ranges) =>
      readBoxes(ranges?.flatMap((range) => boxesOf(shape, range)) ?? [wholeOf(shape)]),
  };
}
