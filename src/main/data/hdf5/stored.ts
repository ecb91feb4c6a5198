/**
 * A data set read as it is stored: runs of bytes where its elements lie in one piece, chunks that are unpacked here. Node's
 * zlib and threads unpack gzip three times as fast as the library does, and what is not packed is not copied three times.
 */
import type { Filter } from "h5wasm";
import { UserError } from "../../../shared/errors";
import { sizeOf, type TensorData } from "../../../shared/tensor";
import type { ArraySource } from "../arraySource";
import {
  boxesOf,
  checkBox,
  copyShared,
  rangesOf,
  sharedRuns,
  sizeOfAll,
  wholeOf,
  type Box,
} from "../box";
import type { ByteSource } from "../byteSource";
import { chunkedSource, chunksIn } from "../chunked";
import { decodeElements, roomForStored } from "../elements";
import { plainReader } from "../plainBytes";
import { ChunkTree, type ChunkIndex } from "./chunkIndex";
import { chunkTable } from "./chunkTables";
import type { DatasetOptions } from "./dataset";
import { unfiltered } from "./filters";
import { storageOf, type Storage } from "./storage";

/** No filter makes incompressible content longer than by this. */
const OVERHEAD = 1 << 16;
/** Runs of fewer bytes than this are taken out of a chunk that was read as a whole. */
const SHORT = 1 << 12;
/** Chunks of more bytes than this are kept a while when they were read for short runs. */
const SMALL = 1 << 20;

/** What small chunks are read into; nobody waits while it is in use, so one does for all. */
let scratch = new Uint8Array(0);

/**
 * @param pipeline all of whose filters are known here
 * @param absent the content of a chunk that is not stored: the fill value
 * @returns undefined where the library has to read it
 * @throws UserError "file/…", "hdf5/type", "hdf5/external"; RangeError where the file is damaged
 */
export async function storedSource(
  options: DatasetOptions,
  pipeline: readonly Filter[],
  where: string,
  absent: (start: readonly number[]) => TensorData,
): Promise<ArraySource | undefined> {
  const { metadata, element } = options;
  const found = await whereStored(options);
  if (found === undefined) return undefined;
  const { source, storage, index } = found;
  if (storage.kind === "contiguous") {
    const { address } = storage;
    const size = sizeOf(metadata.shape ?? []) * element.bytes;
    const fits = address !== undefined && storage.bytes >= size && address + size <= source.size;
    return fits ? contiguousSource(options, source, address, where) : undefined;
  }
  if (index === undefined) return undefined;
  const packed = packedSource(options, { source, index, pipeline, where, absent });
  return pipeline.length > 0 ? packed : plainChunks(options, source, index, packed);
}

interface Stored {
  readonly source: ByteSource;
  readonly storage: Storage;
  /** Of what lies in chunks. */
  readonly index: ChunkIndex | undefined;
}

async function whereStored({
  library,
  file,
  path,
  bytes,
  filePath,
  metadata,
  element,
}: DatasetOptions): Promise<Stored | undefined> {
  // A reference to an object is the address of its header; the library hands it over as a list of bytes.
  const reference = Uint8Array.from(library.calls.create_object_reference(file.number(), path));
  const source = await bytes();
  const header = Number(new DataView(reference.buffer).getBigUint64(0, true));
  const storage = await storageOf(source, header, `${filePath}: ${path}`);
  if (storage === undefined) return undefined;
  const { shape, chunks } = metadata;
  if (shape === null || chunks === null || storage.kind === "contiguous") {
    return { source, storage, index: undefined };
  }
  if (storage.kind === "tree") {
    const place = { base: storage.base, root: storage.address };
    return { source, storage, index: new ChunkTree(source, place, chunks.length) };
  }
  const grid = { shape, chunks, most: storage.most, bytes: sizeOf(chunks) * element.bytes };
  return { source, storage, index: chunkTable(source, storage.layout, grid) };
}

/**
 * Looks at a data set that the library is to read: it tells numbers apart by their width, and follows no other files.
 * @throws UserError "hdf5/type", "hdf5/external"
 */
export async function checkStored(options: DatasetOptions): Promise<void> {
  try {
    await whereStored(options);
  } catch (cause) {
    const isKnown = cause instanceof UserError && cause.code.startsWith("hdf5/");
    // What is damaged the library says in words of its own.
    if (isKnown) throw cause;
  }
}

/**
 * A sentence where some of a data set was never written, which the format reads as the fill value.
 * @throws as `storedSource`
 */
export async function unwrittenIn(options: DatasetOptions): Promise<string | undefined> {
  const { path, metadata } = options;
  const { shape, chunks } = metadata;
  const found = await whereStored(options);
  if (found === undefined || shape === null) return undefined;
  if (
    found.storage.kind === "contiguous" &&
    found.storage.address === undefined &&
    sizeOf(shape) > 0
  ) {
    return `${path} was never written: all of it is read as its fill value.`;
  }
  if (chunks === null || found.index === undefined) return undefined;
  const count = sizeOf(shape.map((extent, axis) => Math.ceil(extent / chunks[axis]!)));
  const absent = count - ((await found.index.count()) ?? count);
  if (absent <= 0) return undefined;
  return `${absent} of ${count} chunks of ${path} ${absent === 1 ? "was" : "were"} never written and ${absent === 1 ? "is" : "are"} read as its fill value.`;
}

interface Packed {
  readonly source: ByteSource;
  readonly index: ChunkIndex;
  readonly pipeline: readonly Filter[];
  readonly where: string;
  readonly absent: (start: readonly number[]) => TensorData;
}

/** Chunks that are unpacked as wholes, and kept a while. */
function packedSource(
  { path, metadata, element, owner }: DatasetOptions,
  { source, index, pipeline, where, absent }: Packed,
): ArraySource {
  const [shape, chunks] = [metadata.shape!, metadata.chunks!];
  const size = sizeOf(chunks) * element.bytes;
  async function load(indices: readonly number[]): Promise<TensorData> {
    const start = indices.map((i, axis) => i * chunks[axis]!);
    try {
      const chunk = await index.at(start);
      if (chunk === undefined) return absent(start);
      if (chunk.bytes > 2 * size + OVERHEAD) throw new RangeError(`${chunk.bytes} bytes`);
      const stored = new Uint8Array(chunk.bytes);
      source.fill(stored, chunk.address);
      const content = await unfiltered(stored, pipeline, chunk.skipped, size);
      return decodeElements(content, { element, bigEndian: !metadata.littleEndian }, where);
    } catch (cause) {
      throw cause instanceof UserError ? cause : damaged(where, indices, cause);
    }
  }
  return chunkedSource({ name: path, where, shape, chunks, element, owner, fill: 0, load });
}

/** Chunks that lie in the file as they are: what is asked of one is read and nothing else, straight to its place. */
function plainChunks(
  { metadata, element }: DatasetOptions,
  source: ByteSource,
  index: ChunkIndex,
  packed: ArraySource,
): ArraySource {
  const { shape, where } = packed;
  const chunks = metadata.chunks!;
  const width = element.bytes;
  /** @returns whether every chunk was there */
  async function fill(box: Box, out: Uint8Array): Promise<boolean> {
    for (const indices of chunksIn(box, chunks)) {
      const start = indices.map((i, axis) => i * chunks[axis]!);
      const chunk = await index.at(start).catch((cause: unknown) => {
        throw cause instanceof UserError ? cause : damaged(where, indices, cause);
      });
      const runs = sharedRuns({ start, count: chunks }, box);
      if (chunk === undefined || chunk.bytes !== sizeOf(chunks) * width) return false;
      if (runs === undefined) continue;
      const length = runs.length * width;
      if (runs.starts.length > 1 && length < SHORT) {
        if (chunk.bytes > SMALL) return false;
        if (scratch.length < chunk.bytes) scratch = new Uint8Array(SMALL);
        source.fill(scratch.subarray(0, chunk.bytes), chunk.address);
        copyBytes({ start, count: chunks }, scratch, box, out, width);
        continue;
      }
      for (const { from, to } of runs.starts) {
        source.fill(out.subarray(to * width, to * width + length), chunk.address + from * width);
      }
    }
    return true;
  }
  const readBoxes: ArraySource["readBoxes"] = async (boxes, into) => {
    for (const box of boxes) checkBox(shape, box, where);
    const bytes = roomForStored(element, sizeOfAll(boxes), where, into);
    let at = 0;
    for (const box of boxes) {
      const size = sizeOf(box.count) * width;
      if (!(await fill(box, bytes.subarray(at, at + size)))) return packed.readBoxes(boxes, into);
      at += size;
    }
    return decodeElements(bytes, { element, bigEndian: !metadata.littleEndian }, where, into);
  };
  return { ...packed, ...readingBy(shape, readBoxes) };
}

/** `copyShared` of elements of that many bytes, which it sees as one axis more. */
function copyBytes(
  from: Box,
  source: Uint8Array,
  to: Box,
  target: Uint8Array,
  width: number,
): void {
  const isWords = width % 4 === 0;
  const unit = isWords ? width / 4 : width;
  const seen = (bytes: Uint8Array): TensorData =>
    isWords ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2) : bytes;
  const wide = ({ start, count }: Box): Box => ({ start: [...start, 0], count: [...count, unit] });
  copyShared(wide(from), seen(source), wide(to), seen(target));
}

function readingBy(
  shape: readonly number[],
  readBoxes: ArraySource["readBoxes"],
): Pick<ArraySource, "read" | "readBoxes"> {
  return {
    readBoxes,
    read: (ranges) =>
      readBoxes(ranges?.flatMap((range) => boxesOf(shape, range)) ?? [wholeOf(shape)]),
  };
}

function damaged(where: string, indices: readonly number[], cause: unknown): UserError {
  return new UserError("hdf5/read", `${where}: chunk ${indices.join(".")} is damaged.`, {
    where,
    todo: "Copy or download the file again.",
    cause,
  });
}

function contiguousSource(
  { path, metadata, element }: DatasetOptions,
  source: ByteSource,
  address: number,
  where: string,
): ArraySource {
  const shape = metadata.shape ?? [];
  const fill = plainReader(source, address);
  const readBoxes: ArraySource["readBoxes"] = async (boxes, into) => {
    const ranges = boxes.flatMap((box) => {
      checkBox(shape, box, where);
      return rangesOf(shape, box).map(({ start, count }) => {
        return { start: start * element.bytes, count: count * element.bytes };
      });
    });
    const bytes = roomForStored(element, sizeOfAll(boxes), where, into);
    await fill(ranges, bytes);
    return decodeElements(bytes, { element, bigEndian: !metadata.littleEndian }, where, into);
  };
  return {
    name: path,
    where,
    shape,
    dtype: element.dtype,
    storedType: element.name,
    ...readingBy(shape, readBoxes),
  };
}
