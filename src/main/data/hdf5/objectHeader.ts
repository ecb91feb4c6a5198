/**
 * Headers of objects in an HDF5 file as lists of messages, in both of their versions. The library has read the same
 * header before, and its checksums; here only what it does not tell is looked up.
 * Source: HDF5 File Format Specification 3.0, sections II and IV.A.
 */
import type { ByteSource } from "../byteSource";

export interface Message {
  readonly type: number;
  readonly content: DataView;
}

const SUPERBLOCK = "\x89HDF\r\n\x1a\n";
const CONTINUATION = 16;
/** Parts of a header that follow each other. */
const MOST_PARTS = 64;
/** An honest part holds some attributes. */
const LONGEST_PART = 1 << 20;

/** A part of a header: where it is, and how it begins and ends. */
interface Part {
  readonly at: number;
  readonly length: number;
}

/**
 * Where addresses count from: the superblock, before which others may have put a block of their own.
 * @returns undefined where addresses are of another width than eight bytes, or nothing is found
 */
export async function baseOf(source: ByteSource): Promise<number | undefined> {
  for (let at = 0; at + 24 <= source.size && at <= 1 << 20; at = at === 0 ? 512 : 2 * at) {
    const bytes = await source.read(at, 24);
    if (Buffer.from(bytes.subarray(0, 8)).toString("latin1") !== SUPERBLOCK) continue;
    const version = bytes[8]!;
    const widths = version <= 1 ? bytes.subarray(13, 15) : bytes.subarray(9, 11);
    return version <= 3 && widths.every((width) => width === 8) ? at : undefined;
  }
  return undefined;
}

/**
 * @param at of the header in the file
 * @returns undefined where it is of no version that is known here
 * @throws RangeError, UserError "file/truncated" where it is damaged
 */
export async function messagesOf(
  source: ByteSource,
  base: number,
  at: number,
): Promise<Message[] | undefined> {
  const head = viewOf(await source.read(at, 16));
  if (head.getUint8(0) === 1) {
    const first = { at: at + 16, length: head.getUint32(8, true) };
    return collected(source, base, first, oldMessages);
  }
  if (head.getUint32(0) !== OHDR || head.getUint8(4) !== 2) return undefined;
  const flags = head.getUint8(5);
  const start = 6 + ((flags & 0x20) === 0 ? 0 : 16) + ((flags & 0x10) === 0 ? 0 : 4);
  const width = 1 << (flags & 3);
  const sizes = viewOf(await source.read(at + start, 8));
  const length = width === 8 ? Number(sizes.getBigUint64(0, true)) : sizes.getUint32(0, true);
  const first = {
    at: at + start + width,
    length: width >= 4 ? length : length % 256 ** width,
  };
  // A part that goes on elsewhere begins with four letters and ends with a checksum; the first has none of its own size.
  return collected(source, base, first, (view, isFirst) =>
    newMessages(view, isFirst ? 0 : 4, view.byteLength - (isFirst ? 0 : 4), (flags & 4) !== 0),
  );
}

const OHDR = 0x4f484452;

async function collected(
  source: ByteSource,
  base: number,
  first: Part,
  messagesIn: (part: DataView, isFirst: boolean) => Iterable<Message>,
): Promise<Message[]> {
  const found: Message[] = [];
  const parts = [first];
  for (let i = 0; i < parts.length && i < MOST_PARTS; i++) {
    const { at, length } = parts[i]!;
    if (length > LONGEST_PART) throw new RangeError(`${length} bytes of header`);
    for (const message of messagesIn(viewOf(await source.read(at, length)), i === 0)) {
      found.push(message);
      if (message.type !== CONTINUATION) continue;
      parts.push({ at: base + wide(message.content, 0), length: wide(message.content, 8) });
    }
  }
  return found;
}

function* oldMessages(part: DataView): Generator<Message> {
  for (let at = 0; at + 8 <= part.byteLength;) {
    const size = part.getUint16(at + 2, true);
    yield { type: part.getUint16(at, true), content: inside(part, at + 8, size) };
    at += 8 + size;
  }
}

function* newMessages(
  part: DataView,
  start: number,
  end: number,
  areNumbered: boolean,
): Generator<Message> {
  const head = areNumbered ? 6 : 4;
  for (let at = start; at + head <= end;) {
    const size = part.getUint16(at + 1, true);
    yield { type: part.getUint8(at), content: inside(part, at + head, size) };
    at += head + size;
  }
}

function inside(part: DataView, at: number, size: number): DataView {
  return new DataView(part.buffer, part.byteOffset + at, size);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** An address or extent of eight bytes; one that is not defined is no safe integer. */
export function wide(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}
