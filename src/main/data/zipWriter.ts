/**
 * Zip archives written entry by entry: same content, same bytes (fixed dates, no machine's attributes), zip64 where sizes
 * or offsets need it. Format: PKWARE's APPNOTE, sections 4.3 and 4.5.
 */
import { promisify } from "node:util";
import { crc32, deflateRaw } from "node:zlib";

export interface ZipContent {
  readonly name: string;
  /** Concatenated in this order. */
  readonly parts: readonly Uint8Array[];
}

/** Content that is read only when it is written, as of a file; what it adds up to is known before. It is stored. */
export interface StreamedContent {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  bytes(): AsyncIterable<Uint8Array>;
}

const deflate = promisify(deflateRaw);

/** 1 January 1980, the earliest that the format knows. */
const DATE = 0x21;
const NAMES_ARE_UTF8 = 0x800;
const NARROW_LIMIT = 0xffffffff;
/** What deflates in one piece of memory; arrays beyond it are numbers that hardly shrink, and are stored. */
const DEFLATE_LIMIT = 2 ** 31;

interface Written {
  name: Buffer;
  method: number;
  crc: number;
  compressedSize: number;
  size: number;
  offset: number;
}

/** The archive's bytes, piece by piece. Level 6 is zlib's own default. */
export async function* zipArchive(
  contents: Iterable<ZipContent | StreamedContent>,
  { deflated = true }: { deflated?: boolean } = {},
): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let offset = 0;
  for (const content of contents) {
    if ("bytes" in content) {
      const { size, crc } = content;
      const name = Buffer.from(content.name, "utf8");
      const entry = { name, method: 0, crc, compressedSize: size, size, offset };
      const header = localHeader(entry);
      yield header;
      yield* content.bytes();
      offset += header.length + size;
      written.push(entry);
      continue;
    }
    const { name, parts } = content;
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const crc = checksum(parts);
    const packed = deflated && size < DEFLATE_LIMIT;
    const body = packed ? [await deflate(Buffer.concat(parts), { level: 6 })] : parts;
    const compressedSize = body.reduce((sum, part) => sum + part.length, 0);
    const entry = {
      name: Buffer.from(name, "utf8"),
      method: packed ? 8 : 0,
      crc,
      compressedSize,
      size,
      offset,
    };
    const header = localHeader(entry);
    yield header;
    yield* body;
    offset += header.length + compressedSize;
    written.push(entry);
  }
  const directory = Buffer.concat(written.map(directoryEntry));
  yield directory;
  yield endRecords(written.length, directory.length, offset);
}

/** Empty parts are left out: zlib takes one for the wish to start anew. */
function checksum(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => (part.length === 0 ? sum : crc32(part, sum)), 0);
}

/** The zip64 extra field with those of the values that do not fit into 32 bits; empty where all do. */
function wideField(values: readonly number[]): Buffer {
  const wide = values.filter((value) => value >= NARROW_LIMIT);
  if (wide.length === 0) return Buffer.alloc(0);
  const field = Buffer.alloc(4 + 8 * wide.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * wide.length, 2);
  wide.forEach((value, i) => field.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
  return field;
}

function narrow(value: number): number {
  return Math.min(value, NARROW_LIMIT);
}

/** Version needed to extract: 2.0 for deflate, 4.5 for zip64. */
function version(extra: Buffer): number {
  return extra.length === 0 ? 20 : 45;
}

function localHeader({ name, method, crc, compressedSize, size }: Written): Buffer {
  // A local header has both sizes in its zip64 field or neither (APPNOTE 4.5.3).
  const wide = size >= NARROW_LIMIT || compressedSize >= NARROW_LIMIT;
  const extra = wide ? bothSizes(size, compressedSize) : Buffer.alloc(0);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(version(extra), 4);
  header.writeUInt16LE(NAMES_ARE_UTF8, 6);
  header.writeUInt16LE(method, 8);
  header.writeUInt16LE(DATE, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(wide ? NARROW_LIMIT : compressedSize, 18);
  header.writeUInt32LE(wide ? NARROW_LIMIT : size, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

function bothSizes(size: number, compressedSize: number): Buffer {
  const field = Buffer.alloc(20);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(16, 2);
  field.writeBigUInt64LE(BigInt(size), 4);
  field.writeBigUInt64LE(BigInt(compressedSize), 12);
  return field;
}

function directoryEntry({ name, method, crc, compressedSize, size, offset }: Written): Buffer {
  const extra = wideField([size, compressedSize, offset]);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(version(extra), 4);
  entry.writeUInt16LE(version(extra), 6);
  entry.writeUInt16LE(NAMES_ARE_UTF8, 8);
  entry.writeUInt16LE(method, 10);
  entry.writeUInt16LE(DATE, 14);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(narrow(compressedSize), 20);
  entry.writeUInt32LE(narrow(size), 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(extra.length, 30);
  entry.writeUInt32LE(narrow(offset), 42);
  return Buffer.concat([entry, name, extra]);
}

function endRecords(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, 0xffff), 8);
  end.writeUInt16LE(Math.min(count, 0xffff), 10);
  end.writeUInt32LE(narrow(size), 12);
  end.writeUInt32LE(narrow(offset), 16);
  if (count < 0xffff && size < NARROW_LIMIT && offset < NARROW_LIMIT) return end;
  const wide = Buffer.alloc(56 + 20);
  wide.writeUInt32LE(0x06064b50, 0);
  wide.writeBigUInt64LE(44n, 4);
  wide.writeUInt16LE(45, 12);
  wide.writeUInt16LE(45, 14);
  wide.writeBigUInt64LE(BigInt(count), 24);
  wide.writeBigUInt64LE(BigInt(count), 32);
  wide.writeBigUInt64LE(BigInt(size), 40);
  wide.writeBigUInt64LE(BigInt(offset), 48);
  wide.writeUInt32LE(0x07064b50, 56);
  wide.writeBigUInt64LE(BigInt(offset + size), 64);
  wide.writeUInt32LE(1, 72);
  return Buffer.concat([wide, end]);
}
