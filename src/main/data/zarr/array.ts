/** An array of a Zarr folder: its chunks are files, or parts of files that are shards. */
import { posix } from "node:path";
import { UserError } from "../../../shared/errors";
import { sizeOf, stridesOf, type TensorData } from "../../../shared/tensor";
import type { ArraySource } from "../arraySource";
import { chunkedSource } from "../chunked";
import { beside } from "../compression/checksums";
import { decodeElements } from "../elements";
import { reverseAxes } from "../transposed";
import { absentIn } from "./absent";
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
  const read = storedChunks(store, name, array, where);
  const load = async (indices: readonly number[]): Promise<TensorData | undefined> => {
    const stored = await read(indices);
    if (stored === undefined) return undefined;
    const place = `${where}, chunk ${indices.join(".")}`;
    const data = decodeElements(
      await decodeChunk(stored, array.codecs, bytes, place),
      array,
      where,
    );
    return array.fortranOrder ? reverseAxes(element.dtype, data, [...chunks].reverse()) : data;
  };
  return {
    ...chunkedSource({ name, where, shape, chunks, element, fill, dimensions, owner, load }),
    unwritten: () => absentIn(store, name, array),
  };
}

/** Indices of shards that are kept: a shard has hundreds of chunks. */
const MOST_INDICES = 64;

type Reader = (indices: readonly number[]) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/** Reads the bytes of an (inner) chunk as they are stored; undefined where it is not there. */
function storedChunks(store: ZarrStore, name: string, array: ZarrArray, where: string): Reader {
  const { shards } = array;
  const file = (of: readonly number[]): string => posix.join(name, array.key(of));
  if (shards === undefined) {
    const limit = sizeOf(array.chunks) * array.element.bytes * 2 + OVERHEAD;
    return (indices) => store.read(file(indices), limit);
  }
  const inner = shards.chunks;
  const per = array.chunks.map((extent, axis) => Math.max(1, Math.floor(extent / inner[axis]!)));
  const strides = stridesOf(per);
  const limit = sizeOf(inner) * array.element.bytes * 2 + OVERHEAD;
  const known = new Map<string, Promise<DataView | undefined>>();
  return async (indices) => {
    const shard = file(indices.map((index, axis) => Math.floor(index / per[axis]!)));
    const index = known.get(shard) ?? shardIndex(store, shard, sizeOf(per), shards, where);
    known.set(shard, index);
    if (known.size > MOST_INDICES) known.delete(known.keys().next().value!);
    const view = await index;
    if (view === undefined) return undefined;
    const at = indices.reduce((sum, i, axis) => sum + (i % per[axis]!) * strides[axis]!, 0);
    const [offset, size] = [view.getBigUint64(at * 16, true), view.getBigUint64(at * 16 + 8, true)];
    if (offset === ABSENT) return undefined;
    return store.readPart(shard, Number(offset), Math.min(Number(size), limit));
  };
}

/**
 * Offset and length of each inner chunk; undefined where there is no such shard.
 * @throws UserError "zarr/chunk" where it is cut short or its checksum is wrong
 */
async function shardIndex(
  store: ZarrStore,
  shard: string,
  count: number,
  { indexAtStart, indexChecked }: NonNullable<ZarrArray["shards"]>,
  where: string,
): Promise<DataView | undefined> {
  const length = count * 16 + (indexChecked ? 4 : 0);
  const bytes = await store.readPart(shard, indexAtStart ? 0 : -length, length);
  if (bytes === undefined) return undefined;
  try {
    if (bytes.length < length) throw new RangeError("cut short");
    const index = indexChecked ? beside(bytes, "crc32c", "behind") : bytes;
    return new DataView(index.buffer, index.byteOffset, index.length);
  } catch (cause) {
    throw new UserError("zarr/chunk", `${where}: the index of the shard ${shard} is damaged.`, {
      where,
      todo: "Copy or download it again.",
      cause,
    });
  }
}
