/** An array of a Zarr folder, read chunk by chunk; the last chunks are kept, as the next state needs them again. */
import { posix } from "node:path";
import { UserError } from "../../../shared/errors";
import { allocate, sizeOf, stridesOf, type TensorData } from "../../../shared/tensor";
import type { ArraySource } from "../arraySource";
import { boxesOf, checkBox, copyShared, wholeOf, type Box } from "../box";
import { decodeElements } from "../elements";
import { reverseAxes } from "../transposed";
import { decodeChunk } from "./codecs";
import type { ZarrArray } from "./metadata";
import type { ZarrStore } from "./store";

/** A chunk is unpacked as a whole, so a larger one would take more memory than any window deserves. */
const LARGEST_CHUNK = 1 << 28;
/** Bytes of chunks kept of one array. */
const KEPT = 1 << 26;
/** No codec here makes incompressible content longer than by this. */
const OVERHEAD = 1 << 16;
/** An inner chunk that is not there. */
const ABSENT = 0xffff_ffff_ffff_ffffn;

export function zarrSource(store: ZarrStore, name: string, array: ZarrArray): ArraySource {
  const { shape, element } = array;
  const where = name === "" ? store.path : `${store.path}: ${name}`;
  const inner = array.shards?.chunks ?? array.chunks;
  const bytes = sizeOf(inner) * element.bytes;
  const held = new Map<string, Promise<TensorData | undefined>>();

  async function chunkAt(indices: readonly number[]): Promise<TensorData | undefined> {
    if (bytes > LARGEST_CHUNK) {
      throw new UserError(
        "zarr/chunk-size",
        `${where} is stored in chunks of ${(bytes / 2 ** 30).toPrecision(2)} GiB, each of which must be unpacked as a whole.`,
        { where, todo: "Write it again with smaller chunks." },
      );
    }
    const stored = await storedChunk(store, name, array, indices);
    if (stored === undefined) return undefined;
    const content = decodeChunk(
      stored,
      array.codecs,
      bytes,
      `${where}, chunk ${indices.join(".")}`,
    );
    const data = decodeElements(content, array, where);
    return array.fortranOrder ? reverseAxes(element.dtype, data, [...inner].reverse()) : data;
  }

  function chunk(indices: readonly number[]): Promise<TensorData | undefined> {
    const key = indices.join();
    const known = held.get(key) ?? chunkAt(indices);
    // The last one used stands last, so the first is the one to go.
    held.delete(key);
    held.set(key, known);
    while (held.size > Math.max(1, KEPT / Math.max(1, bytes)))
      held.delete(held.keys().next().value!);
    known.catch(() => held.delete(key));
    return known;
  }

  async function readBox(box: Box, out: TensorData): Promise<void> {
    if (sizeOf(box.count) === 0) return;
    const first = box.start.map((from, axis) => Math.floor(from / inner[axis]!));
    const count = box.count.map(
      (extent, axis) =>
        Math.floor((box.start[axis]! + extent - 1) / inner[axis]!) - first[axis]! + 1,
    );
    const strides = stridesOf(count);
    for (let i = 0; i < sizeOf(count); i++) {
      const indices = first.map(
        (from, axis) => from + (Math.floor(i / strides[axis]!) % count[axis]!),
      );
      const data = await chunk(indices);
      if (data === undefined) continue;
      const start = indices.map((index, axis) => index * inner[axis]!);
      copyShared({ start, count: inner }, data, box, out);
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

/** The bytes of an (inner) chunk as they are stored; undefined where it is not there. */
async function storedChunk(
  store: ZarrStore,
  name: string,
  array: ZarrArray,
  indices: readonly number[],
): Promise<Uint8Array | undefined> {
  const file = (of: readonly number[]): string => posix.join(name, array.key(of));
  if (array.shards === undefined) {
    const limit = sizeOf(array.chunks) * array.element.bytes * 2 + OVERHEAD;
    return store.read(file(indices), limit);
  }
  const { chunks: inner, indexAtStart } = array.shards;
  const per = array.chunks.map((extent, axis) => Math.max(1, Math.floor(extent / inner[axis]!)));
  const shard = indices.map((index, axis) => Math.floor(index / per[axis]!));
  const strides = stridesOf(per);
  const at = indices.reduce((sum, index, axis) => sum + (index % per[axis]!) * strides[axis]!, 0);
  // The index: offset and length of each inner chunk, and a checksum.
  const length = sizeOf(per) * 16 + 4;
  const index = await store.readPart(file(shard), indexAtStart ? 0 : -length, length);
  if (index === undefined || index.length < length) return undefined;
  const view = new DataView(index.buffer, index.byteOffset, index.length);
  const [offset, size] = [view.getBigUint64(at * 16, true), view.getBigUint64(at * 16 + 8, true)];
  if (offset === ABSENT) return undefined;
  const limit = sizeOf(inner) * array.element.bytes * 2 + OVERHEAD;
  return store.readPart(file(shard), Number(offset), Math.min(Number(size), limit));
}
