/** NumPy's .npz archives and single .npy files: arrays that are listed at once and read in parts. */
import { UserError } from "../../shared/errors";
import { sizeOf, type Tensor, type TensorData } from "../../shared/tensor";
import { arrayNamed, noAttributes, type ArrayFile } from "./arrayFile";
import type { ArraySource, ElementRange } from "./arraySource";
import { atomicWrite } from "./atomic";
import { boxesIn, checkBox, rangesOf } from "./box";
import { openFile, type ByteSource } from "./byteSource";
import { decodeElements, roomForStored } from "./elements";
import { fileKind, kindNames, type FileKind } from "./fileKind";
import { encodeNpy, HEADER_PREFIX, parseNpyHeader, type NpyHeader } from "./npy";
import { encodeNpyText, textIn } from "./npyText";
import { openError } from "./openError";
import { parts } from "./parts";
import { plainReader, type ByteReader } from "./plainBytes";
import { transposed } from "./transposed";
import {
  contentOffset,
  entryContent,
  readZipDirectory,
  storedBeginning,
  type ZipEntry,
} from "./zip";
import { zipArchive } from "./zipWriter";

/** No honest numbers shrink so far but those that are nearly all the same; of these so many cost time and memory alone. */
const [MOST_SHRUNK, LARGE] = [200, 1 << 28];
/** Compressed or transposed arrays up to this size are kept once they were read: every part of them costs the whole. */
const KEEP_LIMIT = 1 << 29;

/**
 * Opens a .npz or .npy file (told apart by content) and reads the headers of its arrays.
 * @throws UserError "file/…", "data/format", "zip/…", "npy/…"
 */
export async function openArrays(path: string): Promise<ArrayFile> {
  let source: ByteSource | undefined;
  try {
    source = await openFile(path);
    return await arraysIn(source);
  } catch (error) {
    await source?.close();
    throw await openError(error, path, [".npz", ".npy"]);
  }
}

/** As `openArrays`, of bytes that are already at hand. */
export async function arraysIn(source: ByteSource): Promise<ArrayFile> {
  const { path } = source;
  const close = (): Promise<void> => source.close();
  const kind = await fileKind(source);
  if (kind === "npy") {
    const prefix = await source.read(0, Math.min(source.size, HEADER_PREFIX));
    const header = parseNpyHeader(prefix, source.size, path);
    const array = arraySource("", path, header, plainReader(source, header.dataOffset));
    return { path, format: "npy", arrays: new Map([["", array]]), ...bare, close };
  }
  // What is not recognised may be an archive cut short, of which the zip reader says so.
  if (kind !== undefined && kind !== "zip") throw otherKind(path, kind);
  const arrays = new Map<string, ArraySource>();
  const stated: { -readonly [note in Note]?: string } = {};
  const notices: string[] = [];
  let holdsZarr = false;
  for (const entry of await readZipDirectory(source)) {
    holdsZarr ||= /(^|\/)(\.zarray|\.zgroup|zarr\.json)$/.test(entry.name);
    const [, name = "", kind] = /^(.*)\.(npy|txt)$/.exec(entry.name) ?? [];
    const note = notes.find((known) => known === name);
    if (kind === "txt" && note !== undefined && entry.size <= LONGEST_NOTE) {
      stated[note] = (await prefixOf(source, entry)).toString().trim();
    }
    // An archive may hold other things, but what is named .npy must be an array.
    if (kind !== "npy") continue;
    const prefix = await prefixOf(source, entry);
    const text = textIn(prefix);
    if (text === undefined) arrays.set(name, await arrayIn(source, entry, name, prefix));
    else if (text !== null && note !== undefined) stated[note] = text.trim();
    // Of a simulation whose grid was too coarse, for one.
    else if (text !== null && name === "remarks") notices.push(text.trim());
    else notices.push(`${name} holds text and is passed over.`);
  }
  if (arrays.size === 0) {
    throw new UserError("npz/empty", `${path} is a zip archive without NumPy arrays.`, {
      where: path,
      todo: holdsZarr
        ? "It holds a Zarr store: unpack it into a folder, and open that."
        : "Check that it is the file you mean.",
    });
  }
  return { path, format: "npz", arrays, ...stated, ...bare, notices, close };
}

const bare = { notices: [], attributes: noAttributes };

/** What the file says of its states, as arrays of one text each, or as entries of text: fields.npy, axes.txt. */
const notes = [
  "fields",
  "outputFields",
  "axes",
  "boundary",
  "physics",
  "origin",
  "length",
  "units",
  "names",
] as const;
type Note = (typeof notes)[number];
/** Bytes of an entry of text. */
const LONGEST_NOTE = 4096;

function otherKind(path: string, kind: FileKind): UserError {
  const todo =
    kind === "onnx"
      ? "Give it as the model (--model on the command line); data are .npz or .npy files."
      : "Data are .npz or .npy files, as numpy.savez and numpy.save write them.";
  return new UserError("data/format", `${path} is ${kindNames[kind]}.`, { where: path, todo });
}

async function arrayIn(
  source: ByteSource,
  entry: ZipEntry,
  name: string,
  prefix: Uint8Array,
): Promise<ArraySource> {
  const where = `${source.path}: ${name}`;
  const header = parseNpyHeader(prefix, entry.size, where);
  const streamed = streamReader(source, entry, header);
  if (entry.deflated) {
    if (entry.size > LARGE && entry.size > MOST_SHRUNK * entry.compressedSize)
      throw tooSmall(where, entry);
    return arraySource(name, where, header, streamed, true);
  }
  const offset = (await contentOffset(source, entry)) + header.dataOffset;
  const direct = plainReader(source, offset);
  // Only a pass over all of an entry can verify its checksum.
  const isWhole = (ranges: readonly ElementRange[]): boolean =>
    ranges.length === 1 && ranges[0]!.count === header.dataLength;
  const readBytes: ByteReader = (ranges, out) => (isWhole(ranges) ? streamed : direct)(ranges, out);
  return arraySource(name, where, header, readBytes);
}

function tooSmall(where: string, { size, compressedSize }: ZipEntry): UserError {
  const [packed, whole] = [compressedSize / 2 ** 20, size / 2 ** 30];
  return new UserError(
    "zip/bomb",
    `${where} would grow from ${packed.toPrecision(2)} MiB to ${whole.toPrecision(2)} GiB: it is nearly all one number.`,
    { where, todo: "If it is meant so, write it with numpy.savez instead of savez_compressed." },
  );
}

async function prefixOf(source: ByteSource, entry: ZipEntry): Promise<Buffer> {
  const wanted = Math.min(entry.size, HEADER_PREFIX);
  if (!entry.deflated) return storedBeginning(source, entry, wanted);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of entryContent(source, entry)) {
    pieces.push(piece);
    length += piece.length;
    if (length >= wanted) break;
  }
  return Buffer.concat(pieces).subarray(0, wanted);
}

/** A pass through the content up to the last range, keeping what falls into one; memory is that of the ranges. */
function streamReader(source: ByteSource, entry: ZipEntry, { dataOffset }: NpyHeader): ByteReader {
  return async (ranges, out) => {
    let total = 0;
    const wanted = ranges.map(({ start, count }) => {
      const place = { start, end: start + count, at: total };
      total += count;
      return place;
    });
    wanted.sort((a, b) => a.start - b.start);
    let position = -dataOffset;
    let first = 0;
    for await (const piece of entryContent(source, entry)) {
      const end = position + piece.length;
      for (let i = first; i < wanted.length && wanted[i]!.start < end; i++) {
        const range = wanted[i]!;
        const from = Math.max(range.start, position);
        const to = Math.min(range.end, end);
        if (from < to)
          out.set(piece.subarray(from - position, to - position), range.at + from - range.start);
      }
      while (first < wanted.length && wanted[first]!.end <= end) first++;
      position = end;
      // What is wanted to the end goes on to where its checksum is compared.
      if (first === wanted.length && end < entry.size - dataOffset) break;
    }
  };
}

function arraySource(
  name: string,
  where: string,
  header: NpyHeader,
  readBytes: ByteReader,
  partsCostTheWhole = false,
): ArraySource {
  const { element, dataLength, fortranOrder } = header;
  // Seen with its axes reversed, Fortran's order is C's.
  const shape = fortranOrder ? [...header.shape].reverse() : header.shape;
  const count = sizeOf(shape);
  const read = async (ranges: readonly ElementRange[], into?: TensorData): Promise<TensorData> => {
    if (ranges.some(({ start, count: n }) => start < 0 || n < 0 || start + n > count)) {
      throw new RangeError(`${where}: range outside of ${count} elements`);
    }
    const scaled = ranges.map((range) => ({
      start: range.start * element.bytes,
      count: range.count * element.bytes,
    }));
    const total = ranges.reduce((sum, range) => sum + range.count, 0);
    const bytes = roomForStored(element, total, where, into);
    await readBytes(scaled, bytes);
    return decodeElements(bytes, header, where, into);
  };
  const array: ArraySource = {
    name,
    where,
    shape,
    dtype: element.dtype,
    storedType: element.name,
    read: (ranges = [{ start: 0, count: dataLength / element.bytes }]) => read(ranges),
    readBoxes: (boxes, into) =>
      read(
        boxes.flatMap((box) => {
          checkBox(shape, box, where);
          return rangesOf(shape, box);
        }),
        into,
      ),
  };
  const seen = fortranOrder ? transposed(array) : array;
  return partsCostTheWhole || fortranOrder ? kept(seen) : seen;
}

/** The array held in memory after its first use, where it is small enough for that. */
function kept(array: ArraySource): ArraySource {
  if (sizeOf(array.shape) * 8 > KEEP_LIMIT) return array;
  let held: Promise<TensorData> | undefined;
  return {
    ...array,
    async read(ranges) {
      held ??= array.read();
      const data = await held;
      return ranges === undefined ? data : parts(array.dtype, data, ranges);
    },
    async readBoxes(boxes, into) {
      held ??= array.read();
      return boxesIn(array.dtype, array.shape, await held, boxes, into);
    },
  };
}

/**
 * Every array of a .npz or .npy file, whole.
 * @param names only these, where given
 * @throws UserError, see `openArrays`; "npz/no-array" for a name that is not there
 */
export async function readNpz(
  path: string,
  names?: readonly string[],
): Promise<Map<string, Tensor>> {
  const file = await openArrays(path);
  try {
    const tensors = new Map<string, Tensor>();
    for (const name of names ?? file.arrays.keys()) {
      const { dtype, shape, ...array } = arrayNamed(file, name);
      tensors.set(name, { dtype, shape, data: await array.read() });
    }
    return tensors;
  } finally {
    await file.close();
  }
}

export interface NpzOptions {
  /** false stores elements as they are, which reads in parts and suits noise-like data. */
  readonly deflated?: boolean;
  /** Channel groups of the states, `scalar:p,vector:v`. */
  readonly fields?: string;
}

/**
 * Writes tensors as a .npz that NumPy reads, complete or not at all. Same tensors, same bytes.
 * @throws UserError "file/…"
 */
export async function writeNpz(
  path: string,
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  options: NpzOptions = {},
): Promise<void> {
  await atomicWrite(path, encodeNpz(tensors, options));
}

/** The bytes that `writeNpz` writes, piece by piece. */
export function encodeNpz(
  tensors: ReadonlyMap<string, Tensor> | Readonly<Record<string, Tensor>>,
  options: NpzOptions = {},
): AsyncGenerator<Uint8Array> {
  const entries =
    tensors instanceof Map ? [...tensors] : Object.entries(tensors as Record<string, Tensor>);
  function* contents(): Generator<{ name: string; parts: Uint8Array[] }> {
    for (const [name, tensor] of entries) yield { name: `${name}.npy`, parts: encodeNpy(tensor) };
    if (options.fields !== undefined)
      yield { name: "fields.npy", parts: encodeNpyText(options.fields) };
  }
  return zipArchive(contents(), options);
}
