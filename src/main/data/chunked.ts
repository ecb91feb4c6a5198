/** An array that a reader gives chunk by chunk; the last chunks are kept, as the next state needs them again. */
import { UserError } from "../../shared/errors";
import { sizeOf, stridesOf, type TensorData } from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import { boxesOf, checkBox, copyShared, sizeOfAll, wholeOf, type Box } from "./box";
import { chunkCache } from "./chunkCache";
import type { StoredElement } from "./elements";
import { roomFor } from "./room";

/** A chunk is unpacked as a whole, so a larger one would take more memory than any window deserves. */
export const LARGEST_CHUNK = 1 << 27;
/** Bytes of chunks that are unpacked at once, by as many threads as Node has for it. */
const UNDER_WAY = 1 << 25;
const MOST_AT_ONCE = 4;

export interface Chunked {
  readonly name: string;
  readonly where: string;
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly element: StoredElement;
  /** What elements are where no chunk is. */
  readonly fill: number | bigint;
  readonly dimensions?: readonly string[] | undefined;
  /** Of the file, by which its chunks are kept and forgotten. */
  readonly owner: string;
  /** All of a chunk in C order, also what sticks out of the array; undefined where it is not stored. */
  load(indices: readonly number[]): Promise<TensorData | undefined>;
}

/** A chunk, and the box that wants some of it. */
interface Share {
  readonly indices: readonly number[];
  readonly box: Box;
  readonly out: TensorData;
}

/** Reading throws UserError "data/chunk-size" for chunks that do not fit into memory, and what `load` throws. */
export function chunkedSource(array: Chunked): ArraySource {
  const { name, where, shape, chunks, element, owner } = array;
  const bytes = sizeOf(chunks) * element.bytes;
  const atOnce = Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(UNDER_WAY / Math.max(1, bytes))));

  async function take({ indices, box, out }: Share): Promise<void> {
    const key = `${name}/${indices.join()}`;
    const data = await chunkCache.get(owner, key, bytes, () => array.load(indices));
    if (data === undefined) return;
    const start = indices.map((index, axis) => index * chunks[axis]!);
    copyShared({ start, count: chunks }, data, box, out);
  }

  const readBoxes = async (boxes: readonly Box[], into?: TensorData): Promise<TensorData> => {
    for (const box of boxes) checkBox(shape, box, where);
    if (bytes > LARGEST_CHUNK) throw tooLarge(where, bytes);
    const out = roomFor(element.dtype, sizeOfAll(boxes), into);
    const isNew = into === undefined || out.buffer !== into.buffer;
    if (!isNew || (array.fill !== 0 && array.fill !== 0n)) out.fill(array.fill as never);
    function* shares(): Generator<Share> {
      let at = 0;
      for (const box of boxes) {
        const size = sizeOf(box.count);
        const part = out.subarray(at, at + size);
        for (const indices of chunksIn(box, chunks)) yield { indices, box, out: part };
        at += size;
      }
    }
    await together(shares(), atOnce, take);
    return out;
  };

  return {
    name,
    where,
    shape,
    dtype: element.dtype,
    storedType: element.name,
    // Some files take long to say.
    get dimensions() {
      return array.dimensions;
    },
    readBoxes,
    read: (ranges) =>
      readBoxes(ranges?.flatMap((range) => boxesOf(shape, range)) ?? [wholeOf(shape)]),
  };
}

/** Indices of the chunks that a box has elements of. */
export function* chunksIn(box: Box, chunks: readonly number[]): Generator<number[]> {
  if (sizeOf(box.count) === 0) return;
  const first = box.start.map((from, axis) => Math.floor(from / chunks[axis]!));
  const count = box.count.map(
    (extent, axis) =>
      Math.floor((box.start[axis]! + extent - 1) / chunks[axis]!) - first[axis]! + 1,
  );
  const strides = stridesOf(count);
  const total = sizeOf(count);
  for (let i = 0; i < total; i++) {
    yield first.map((from, axis) => from + (Math.floor(i / strides[axis]!) % count[axis]!));
  }
}

/** Does it for each item, several at a time, and ends when all that were begun have. @throws what the first to fail throws */
async function together<T>(
  items: Iterator<T>,
  atOnce: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  let failed = false;
  const work = async (): Promise<void> => {
    for (let next = items.next(); !failed && next.done !== true; next = items.next()) {
      try {
        await task(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, work));
  const first = ends.find((end) => end.status === "rejected");
  if (first !== undefined) throw first.reason;
}

function tooLarge(where: string, bytes: number): UserError {
  return new UserError(
    "data/chunk-size",
    `${where} is stored in chunks of ${(bytes / 2 ** 30).toPrecision(2)} GiB, each of which must be unpacked as a whole.`,
    { where, todo: "Write it again with smaller chunks (chunks=True in h5py)." },
  );
}
