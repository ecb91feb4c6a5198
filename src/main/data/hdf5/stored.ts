/**
 * A data set read as it is stored: runs of bytes where its elements lie in one piece, chunks that are unpacked here. Node's
 * zlib and threads unpack gzip three times as fast as the library does, and what is not packed is not copied three times.
 */
import type { Filter } from "h5wasm";
import { UserError } from "../../../shared/errors";
import { sizeOf, type TensorData } from "../../../shared/tensor";
import type { ArraySource } from "../arraySource";
import { boxesOf, checkBox, rangesOf, sharedRuns, wholeOf, type Box } from "../box";
import { allocateBytes, type ByteSource } from "../byteSource";
import { chunkedSource, chunksIn } from "../chunked";
import { decodeElements } from "../elements";
import { plainReader } from "../plainBytes";
import { ChunkIndex } from "./chunkIndex";
import type { DatasetOptions } from "./dataset";
import { unfiltered } from "./filters";
import { storageOf } from "./storage";

/** No filter makes incompressible content longer than by this. */
const OVERHEAD = 1 << 16;
/** Runs of fewer bytes than this are taken out of a chunk that was read as a whole. */
const SHORT = 1 << 12;

/**
 * @param pipeline all of whose filters are known here
 * @param absent the content of a chunk that is not stored: the fill value
 * @returns undefined where the library has to read it
 * @throws UserError "file/…"; RangeError where the file is damaged
 */
export async function storedSource(
  options: DatasetOptions,
  pipeline: readonly Filter[],
  where: string,
  absent: (start: readonly number[]) => TensorData,
): Promise<ArraySource | undefined> {
  const { library, file, path, bytes, metadata, element } = options;
  // A reference to an object is the address of its header; the library hands it over as a list of bytes.
  const reference = Uint8Array.from(library.calls.create_object_reference(file, path));
  const source = await bytes();
  const header = Number(new DataView(reference.buffer).getBigUint64(0, true));
  const storage = await storageOf(source, header);
  if (storage === undefined) return undefined;
  if (storage.kind === "contiguous") {
    const size = sizeOf(metadata.shape ?? []) * element.bytes;
    const fits = storage.bytes >= size && storage.address + size <= source.size;
    return fits ? contiguousSource(options, source, storage.address, where) : undefined;
  }
  const { shape, chunks } = metadata;
  if (shape === null || chunks === null) return undefined;
  const place = { base: storage.base, root: storage.address };
  const index = new ChunkIndex(source, place, chunks.length);
  const packed = packedSource(options, { source, index, pipeline, where, absent });
  return pipeline.length > 0 ? packed : plainChunks(options, source, index, packed);
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
      if (runs.starts.length > 1 && length < SHORT) return false;
      for (const { from, to } of runs.starts) {
        source.fill(out.subarray(to * width, to * width + length), chunk.address + from * width);
      }
    }
    return true;
  }
  const readBoxes: ArraySource["readBoxes"] = async (boxes) => {
    for (const box of boxes) checkBox(shape, box, where);
    const total = boxes.reduce((sum, { count }) => sum + sizeOf(count), 0);
    const bytes = allocateBytes(where, total * width);
    let at = 0;
    for (const box of boxes) {
      const size = sizeOf(box.count) * width;
      if (!(await fill(box, bytes.subarray(at, at + size)))) return packed.readBoxes(boxes);
      at += size;
    }
    return decodeElements(bytes, { element, bigEndian: !metadata.littleEndian }, where);
  };
  return { ...packed, ...readingBy(shape, readBoxes) };
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
  const read = plainReader(source, address, where);
  const readBoxes: ArraySource["readBoxes"] = async (boxes) => {
    const ranges = boxes.flatMap((box) => {
      checkBox(shape, box, where);
      return rangesOf(shape, box).map(({ start, count }) => {
        return { start: start * element.bytes, count: count * element.bytes };
      });
    });
    return decodeElements(await read(ranges), { element, bigEndian: !metadata.littleEndian }, where); // prettier-ignore
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
