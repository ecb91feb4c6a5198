/** An array of a Zarr folder: its chunks are files, or parts of files that are shards. */
import { posix } from "node:path";
import { sizeOf, stridesOf, type TensorData } from "../../../shared/tensor";
import type { ArraySource } from "../arraySource";
import { chunkedSource } from "../chunked";
import { decodeElements } from "../elements";
import { reverseAxes } from "../transposed";
import { decodeChunk } from "./codecs";
import type { ZarrArray } from "./metadata";
import type { ZarrStore } from "./store";

/** No codec here makes incompressible content longer than by this. */
const OVERHEAD = 1 << 16;
/** An inner chunk that is not there. */
const ABSENT = 0xffff_ffff_ffff_ffffn;

/** @param owner of the store's chunks, by which the unpacked ones are kept */
export function zarrSource(
  store: ZarrStore,
  name: string,
  array: ZarrArray,
  owner: string,
): ArraySource {
  const { shape, element, fill, dimensions } = array;
  const where = name === "" ? store.path : `${store.path}: ${name}`;
  const chunks = array.shards?.chunks ?? array.chunks;
  const bytes = sizeOf(chunks) * element.bytes;
  const load = async (indices: readonly number[]): Promise<TensorData | undefined> => {
    const stored = await storedChunk(store, name, array, indices);
    if (stored === undefined) return undefined;
    const place = `${where}, chunk ${indices.join(".")}`;
    const data = decodeElements(
      await decodeChunk(stored, array.codecs, bytes, place),
      array,
      where,
    );
    return array.fortranOrder ? reverseAxes(element.dtype, data, [...chunks].reverse()) : data;
  };
  return chunkedSource({ name, where, shape, chunks, element, fill, dimensions, owner, load });
}

/** The bytes of an (inner) chunk as they are stored; undefined where it is not there. */
async function storedChunk(
  store: ZarrStore,
  name: string,
  array: ZarrArray,
  indices: readonly number[],
): Promise<Uint8Array<ArrayBuffer> | undefined> {
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
