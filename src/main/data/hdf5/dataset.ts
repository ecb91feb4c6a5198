/** A data set of an HDF5 file as an array that is read in boxes (hyperslabs). */
import { basename } from "node:path";
import type { Dataset, Filter } from "h5wasm";
import { UserError } from "../../../shared/errors";
import { allocate, sizeOf, type TensorData } from "../../../shared/tensor";
import type { ArraySource } from "../arraySource";
import { boxesOf, checkBox, sizeOfAll, wholeOf, type Box } from "../box";
import type { ByteSource } from "../byteSource";
import { decodeElements, elements, type StoredElement } from "../elements";
import { AlignedBoxes } from "../alignedBoxes";
import { LARGEST_CHUNK } from "../chunked";
import { roomFor } from "../room";
import { areKnown } from "./filters";
import type { Handle } from "./handle";
import type { Library } from "./library";
import { checkStored, storedSource, unwrittenIn } from "./stored";

export type Metadata = Dataset["metadata"];

/** One library call reads at most this; larger boxes go piece by piece. */
const MOST_BYTES = 1 << 25;
/** Chunks of fewer bytes are as well read by the library, many at once. */
const WORTH = 1 << 14;

/** HDF5's classes of types. */
const [INTEGER, FLOAT, BITFIELD, ENUM] = [0, 1, 4, 8];

/** As the file stores an element; undefined for what are no plain numbers: strings, records, references. */
export function elementOf({ type, size, signed }: Metadata): StoredElement | undefined {
  if (type === FLOAT) return elements[`f${size}`];
  if (type === INTEGER) return elements[`${signed ? "i" : "u"}${size}`];
  // h5py's truth values are an enumeration of bytes.
  if ((type === ENUM || type === BITFIELD) && size === 1) return elements["b1"];
  return undefined;
}

/** How a filter is called, for those of which files are known and which the library here lacks. */
const filterNames: Readonly<Record<number, string>> = {
  4: "szip",
  305: "LZO",
  307: "bzip2",
  32000: "LZF",
  32001: "Blosc",
  32004: "LZ4",
  32008: "bitshuffle",
  32013: "ZFP",
  32015: "Zstandard",
  32026: "Blosc 2",
};
/** Deflate, shuffle, checksum, n-bit, scale-offset. */
const known = new Set([1, 2, 3, 5, 6]);

export interface DatasetOptions {
  readonly library: Library;
  readonly file: Handle;
  readonly path: string;
  /** Of the file on this machine. */
  readonly filePath: string;
  /** The same file byte by byte, opened when the first one asks. */
  readonly bytes: () => Promise<ByteSource>;
  /** The file's, by which its unpacked chunks are kept. */
  readonly owner: string;
  readonly metadata: Metadata;
  readonly element: StoredElement;
  readonly dimensions: () => readonly string[] | undefined;
}

/**
 * Reading throws UserError "hdf5/filter" for a compression that is not known here, "hdf5/read" for damaged content,
 * "hdf5/chunk" for chunks that do not fit into memory.
 */
export function datasetSource(options: DatasetOptions): ArraySource {
  const { path, filePath, metadata, element } = options;
  const shape = metadata.shape ?? [];
  const where = `${filePath}: ${path}`;
  const aligned = new AlignedBoxes(shape, metadata.chunks ?? undefined, element, (box) =>
    readBox(options, box, where),
  );
  /** Settled by the first reading, since it takes calls of the library that listing a file should not. */
  let past: Promise<ArraySource | undefined> | undefined;
  const readBoxes = async (boxes: readonly Box[], into?: TensorData): Promise<TensorData> => {
    for (const box of boxes) checkBox(shape, box, where);
    past ??= pastLibrary(options, where);
    const direct = await past;
    if (direct !== undefined) return direct.readBoxes(boxes, into);
    if (boxes.length === 1) return aligned.read(boxes[0]!, into);
    const out = roomFor(element.dtype, sizeOfAll(boxes), into);
    let at = 0;
    for (const box of boxes) {
      const data = aligned.read(box, out.subarray(at));
      if (data.buffer !== out.buffer) out.set(data as never, at);
      at += data.length;
    }
    return out;
  };
  return {
    name: path,
    where,
    shape,
    dtype: element.dtype,
    storedType: element.name,
    get dimensions() {
      return options.dimensions();
    },
    // What is wrong with a file its reading says.
    unwritten: () => unwrittenIn(options).catch(() => undefined),
    readBoxes,
    read: async (ranges) =>
      readBoxes(ranges?.flatMap((range) => boxesOf(shape, range)) ?? [wholeOf(shape)]),
  };
}

/**
 * The data set past the library: faster, and where that lacks a filter the only way; undefined where the library reads it.
 * @throws UserError "hdf5/chunk", "hdf5/filter", "hdf5/type", "hdf5/external", "data/ragged"
 */
async function pastLibrary(
  likeOthers: DatasetOptions,
  where: string,
): Promise<ArraySource | undefined> {
  const { library, file, path } = likeOthers;
  let pipeline: Filter[];
  let metadata: Metadata;
  try {
    pipeline = library.calls.get_dataset_filters(file.number(), path);
    metadata = library.calls.get_dataset_metadata(file.number(), path);
  } catch (cause) {
    throw unreadable(where, cause);
  }
  checkAlike(likeOthers, metadata, where);
  const options = { ...likeOthers, metadata };
  const bytes = sizeOf(metadata.chunks ?? []) * options.element.bytes;
  if (bytes > LARGEST_CHUNK) {
    throw new UserError(
      "hdf5/chunk",
      `${where} is stored in chunks of ${(bytes / 2 ** 30).toPrecision(2)} GiB, each of which must be unpacked as a whole.`,
      { where, todo: "Write it again with smaller chunks (chunks=True in h5py)." },
    );
  }
  const strange = pipeline.find(({ id }) => !known.has(id));
  if (strange === undefined && metadata.chunks !== null && bytes < WORTH) {
    await checkStored(options);
    return undefined;
  }
  if (!areKnown(pipeline)) await checkStored(options);
  else {
    let fill: TensorData | undefined;
    const absent = (start: readonly number[]): TensorData => {
      // The same in all of them.
      fill ??= readPiece(options, { start, count: start.map(() => 1) }, where);
      const chunk = allocate(options.element.dtype, sizeOf(metadata.chunks ?? []));
      return chunk.fill(fill[0]! as never) as TensorData;
    };
    try {
      const source = await storedSource(options, pipeline, where, absent);
      if (source !== undefined) return source;
    } catch (cause) {
      // What is wrong with a file the library says in words of its own, or reads it after all.
      if (cause instanceof UserError && cause.code !== "file/truncated") throw cause;
      if (strange !== undefined) throw unreadable(where, cause);
    }
  }
  if (strange === undefined) return undefined;
  const name = filterNames[strange.id] ?? `filter ${strange.id}`;
  throw new UserError(
    "hdf5/filter",
    `${where} is compressed with ${name} in a way that is not read here.`,
    {
      where,
      todo: `Write it again with gzip: h5repack -f GZIP=4 ${basename(likeOthers.filePath)} new.h5, or compression="gzip" in h5py.`,
    },
  );
}

/** Groups numbered by trajectory are taken to hold what the first one does, until one is read. */
function checkAlike({ metadata, element }: DatasetOptions, found: Metadata, where: string): void {
  const list = (shape: readonly number[] | null): string => `[${shape?.join(", ") ?? ""}]`;
  const type = elementOf(found)?.name ?? "no plain number";
  const [is, was] = [list(found.shape), list(metadata.shape)];
  if (is === was && type === element.name) return;
  const [mine, others] = is === was ? [type, element.name] : [is, was];
  throw new UserError("data/ragged", `${where} is ${mine}, but others like it are ${others}.`, {
    where,
    todo: "All trajectories of a data set must have one shape and one type.",
  });
}

function readBox(options: DatasetOptions, box: Box, where: string): TensorData {
  const { element } = options;
  const rows = box.count[0];
  const rowBytes = sizeOf(box.count.slice(1)) * element.bytes;
  if (rows === undefined || rows * rowBytes <= MOST_BYTES) return readPiece(options, box, where);
  const out = allocate(element.dtype, sizeOf(box.count));
  // A row that is itself too long is split along the next axis.
  const step = Math.max(1, Math.floor(MOST_BYTES / rowBytes));
  let at = 0;
  for (let row = 0; row < rows; row += step) {
    const piece = {
      start: [box.start[0]! + row, ...box.start.slice(1)],
      count: [Math.min(step, rows - row), ...box.count.slice(1)],
    };
    const data =
      rowBytes > MOST_BYTES ? alongNext(options, piece, where) : readPiece(options, piece, where);
    out.set(data as never, at);
    at += data.length;
  }
  return out;
}

/** A box of one row, split along its first axis that is longer than one. */
function alongNext(options: DatasetOptions, box: Box, where: string): TensorData {
  const axis = box.count.findIndex((extent) => extent > 1);
  const half = Math.floor(box.count[axis]! / 2);
  const part = (from: number, extent: number): Box => ({
    start: box.start.map((first, i) => (i === axis ? first + from : first)),
    count: box.count.map((old, i) => (i === axis ? extent : old)),
  });
  const out = allocate(options.element.dtype, sizeOf(box.count));
  let at = 0;
  for (const piece of [part(0, half), part(half, box.count[axis]! - half)]) {
    const small = sizeOf(piece.count) * options.element.bytes <= MOST_BYTES;
    const data = small ? readPiece(options, piece, where) : alongNext(options, piece, where);
    out.set(data as never, at);
    at += data.length;
  }
  return out;
}

function readPiece(
  { library, file, path, element }: DatasetOptions,
  box: Box,
  where: string,
): TensorData {
  const { calls } = library;
  const length = sizeOf(box.count) * element.bytes;
  if (length === 0) return allocate(element.dtype, 0);
  const pointer = (calls as unknown as { _malloc(bytes: number): number })._malloc(length);
  try {
    const rank = box.count.length;
    const status = calls.get_dataset_data(
      file.number(),
      path,
      rank === 0 ? null : box.count.map(BigInt),
      rank === 0 ? null : box.start.map(BigInt),
      rank === 0 ? null : box.count.map(() => 1n),
      BigInt(pointer),
    );
    if (status < 0) throw unreadable(where);
    const bytes = calls.HEAPU8.slice(pointer, pointer + length) as Uint8Array<ArrayBuffer>;
    // The library hands elements over little-endian whatever the file has.
    return decodeElements(bytes, { element, bigEndian: false }, where);
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(where, error);
  } finally {
    (calls as unknown as { _free(pointer: number): void })._free(pointer);
  }
}

function unreadable(where: string, cause?: unknown): UserError {
  return new UserError(
    "hdf5/read",
    `${where} cannot be read: its content is damaged, or lies in another file.`,
    { where, todo: "Copy or download the file again; h5ls or h5dump may tell more.", cause },
  );
}
