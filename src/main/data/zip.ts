/**
 * The directory of a zip archive and its entries, read at random offsets. Libraries for this load the whole archive and
 * believe its sizes; a data set may be larger than memory, and a size is checked here before memory is taken.
 * Format: PKWARE's APPNOTE, sections 4.3 to 4.5 (zip64 included, encryption and spanning not).
 */
import { pipeline, Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { UserError } from "../../shared/errors";
import type { ByteSource } from "./byteSource";

export interface ZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  /** Bytes in the archive, and after inflating. */
  readonly compressedSize: number;
  readonly size: number;
  readonly crc: number;
  readonly headerOffset: number;
}

const END = 0x06054b50;
const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const END64 = 0x06064b50;
const END64_LOCATOR = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

/** Deflate codes at most 258 bytes in 2 bits, so no honest entry grows more. */
const LARGEST_RATIO = 1032;

const PIECE = 1 << 20;

function broken(source: ByteSource, problem: string, code = "zip/damaged"): UserError {
  return new UserError(code, `${source.path}: ${problem}.`, {
    where: source.path,
    todo: "Copy or write it again.",
  });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 64-bit size as a double. */
function big(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

interface Directory {
  offset: number;
  size: number;
  count: number;
}

/** Where the central directory lies, from the record at the end of the archive. */
async function findDirectory(source: ByteSource): Promise<Directory> {
  const tailLength = Math.min(source.size, END_SIZE + LONGEST_COMMENT);
  const tailStart = source.size - tailLength;
  const tail = viewOf(await source.read(tailStart, tailLength));
  for (let at = tailLength - END_SIZE; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const directory = {
      count: tail.getUint16(at + 10, true),
      size: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    return (await findDirectory64(source, tailStart + at)) ?? directory;
  }
  throw broken(source, "it is no zip archive, or its end is missing", "zip/no-end");
}

async function findDirectory64(source: ByteSource, end: number): Promise<Directory | undefined> {
  if (end < 20) return undefined;
  const locator = viewOf(await source.read(end - 20, 20));
  if (locator.getUint32(0, true) !== END64_LOCATOR) return undefined;
  const record = viewOf(await source.read(big(locator, 8), 56));
  if (record.getUint32(0, true) !== END64) throw broken(source, "its zip64 record is missing");
  return { count: big(record, 32), size: big(record, 40), offset: big(record, 48) };
}

/**
 * The entries, in the order of the directory, without touching their content.
 * @throws UserError "zip/…"
 */
export async function readZipDirectory(source: ByteSource): Promise<ZipEntry[]> {
  const { offset, size, count } = await findDirectory(source);
  if (offset + size > source.size) throw broken(source, "its directory lies outside the file");
  const bytes = await source.read(offset, size);
  const view = viewOf(bytes);
  const entries: ZipEntry[] = [];
  let at = 0;
  while (entries.length < count) {
    if (at + 46 > size || view.getUint32(at, true) !== ENTRY) {
      throw broken(source, `its directory ends after ${entries.length} of ${count} entries`);
    }
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > size) throw broken(source, "an entry of its directory is cut off");
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString("utf8");
    const method = view.getUint16(at + 10, true);
    if ((view.getUint16(at + 8, true) & 1) !== 0)
      throw broken(source, `"${name}" is encrypted`, "zip/encrypted");
    if (method !== 0 && method !== 8) {
      throw broken(
        source,
        `"${name}" is compressed in a way (${method}) that NumPy does not write`,
        "zip/method",
      );
    }
    const extraStart = at + 46 + nameLength;
    const extra = new DataView(bytes.buffer, bytes.byteOffset + extraStart, extraLength);
    const [entrySize, compressedSize, headerOffset] = wideSizes(extra, [
      view.getUint32(at + 24, true),
      view.getUint32(at + 20, true),
      view.getUint32(at + 42, true),
    ]);
    const entry = {
      name,
      deflated: method === 8,
      compressedSize,
      size: entrySize,
      crc: view.getUint32(at + 16, true),
      headerOffset,
    };
    checkSizes(source, entry);
    entries.push(entry);
    at = next;
  }
  return entries;
}

/** Replaces 0xffffffff by the values of the zip64 extra field, which has only those that were replaced. */
function wideSizes(extra: DataView, narrow: [number, number, number]): [number, number, number] {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const length = extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === 1) {
      let from = at + 4;
      const end = Math.min(from + length, extra.byteLength);
      return narrow.map((value) => {
        if (value !== 0xffffffff || from + 8 > end) return value;
        from += 8;
        return big(extra, from - 8);
      }) as [number, number, number];
    }
    at += 4 + length;
  }
  return narrow;
}

function checkSizes(source: ByteSource, entry: ZipEntry): void {
  const { name, size, compressedSize, headerOffset, deflated } = entry;
  if (headerOffset + 30 + compressedSize > source.size) {
    throw broken(source, `"${name}" reaches beyond the end of the file`);
  }
  const most = deflated ? compressedSize * LARGEST_RATIO : compressedSize;
  if (size > most || (!deflated && size !== compressedSize)) {
    throw broken(
      source,
      `"${name}" claims ${size} bytes, more than its ${compressedSize} stored bytes can give`,
      "zip/size",
    );
  }
}

/** Offset of an entry's stored bytes, which only its local header tells. */
export async function contentOffset(source: ByteSource, entry: ZipEntry): Promise<number> {
  const bytes = new Uint8Array(30);
  source.fill(bytes, entry.headerOffset);
  const header = viewOf(bytes);
  if (header.getUint32(0, true) !== LOCAL)
    throw broken(source, `"${entry.name}" is not where the directory says`);
  const start = entry.headerOffset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  if (start + entry.compressedSize > source.size) {
    throw broken(source, `"${entry.name}" reaches beyond the end of the file`);
  }
  return start;
}

/**
 * The first bytes of an entry that is not compressed, at once: an archive may have thousands. All of it is verified.
 * @throws UserError "zip/damaged", "zip/checksum"
 */
export async function storedBeginning(
  source: ByteSource,
  entry: ZipEntry,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  source.fill(bytes, await contentOffset(source, entry));
  if (length === entry.size && crc32(bytes) !== entry.crc) throw wrongChecksum(source, entry);
  return bytes;
}

function wrongChecksum(source: ByteSource, { name }: ZipEntry): UserError {
  return broken(source, `the checksum of "${name}" is wrong`, "zip/checksum");
}

/**
 * An entry's content in pieces. A reader may stop early; one that goes to the end has its checksum verified.
 * @throws UserError "zip/damaged" where content and directory disagree
 */
export async function* entryContent(
  source: ByteSource,
  entry: ZipEntry,
): AsyncGenerator<Uint8Array> {
  const start = await contentOffset(source, entry);
  const stored = pieces(source, start, entry.compressedSize);
  let seen = 0;
  let crc = 0;
  for await (const piece of entry.deflated ? inflate(source, entry, stored) : stored) {
    seen += piece.length;
    if (seen > entry.size)
      throw broken(
        source,
        `"${entry.name}" holds more than the ${entry.size} bytes it claims`,
        "zip/size",
      );
    crc = crc32(piece, crc);
    yield piece;
  }
  if (seen < entry.size)
    throw broken(
      source,
      `"${entry.name}" holds ${seen} bytes, not the ${entry.size} it claims`,
      "zip/size",
    );
  if (crc !== entry.crc) throw wrongChecksum(source, entry);
}

async function* pieces(
  source: ByteSource,
  start: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += PIECE)
    yield source.read(start + at, Math.min(PIECE, length - at));
}

async function* inflate(
  source: ByteSource,
  entry: ZipEntry,
  stored: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const inflated = createInflateRaw({ chunkSize: 1 << 18 });
  // Its errors, and the source's, come out of the loop below.
  pipeline(Readable.from(stored), inflated, () => undefined);
  try {
    for await (const piece of inflated) yield piece as Uint8Array;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw broken(source, `"${entry.name}" cannot be inflated`);
  }
}
