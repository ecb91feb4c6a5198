/**
 * Zstandard's frames, decoding. Node has this from 22.15 on; Zarr of version 3 packs with it unless told otherwise, so
 * older Nodes decode it here. Dictionaries, which arrays have no use for, are refused. Source: RFC 8878.
 */
import * as zlib from "node:zlib";
import { BackwardBits, readTableDescription, tableOf, type FseTable } from "./fse";
import { HuffmanTable } from "./huffman";

type Decompress = (input: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** What is bundled must also load where it is not there. */
const native = (zlib as unknown as { zstdDecompressSync?: Decompress }).zstdDecompressSync;

/**
 * @param limit of the bytes that may come out
 * @throws RangeError where the frames are damaged or hold more; errors of the library where Node has it
 */
export function zstd(input: Uint8Array, limit: number): Uint8Array {
  return native === undefined
    ? zstdHere(input, limit)
    : native(input, { maxOutputLength: Math.max(1, limit) });
}

const MAGIC = 0xfd2fb528;
const LARGEST_BLOCK = 1 << 17;

/** The same without Node's library. */
export function zstdHere(input: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const out = new Output(limit);
  let at = 0;
  while (at < input.length) {
    const magic = view.getUint32(at, true);
    if (magic >>> 4 === 0x184d2a5) at += 8 + view.getUint32(at + 4, true);
    else if (magic === MAGIC) at = frame(input, view, at + 4, out);
    else throw new RangeError("Zstandard: no frame");
  }
  return out.bytes();
}

/** @returns where the frame ends */
function frame(input: Uint8Array, view: DataView, start: number, out: Output): number {
  let at = start;
  const descriptor = view.getUint8(at++);
  const isSingle = (descriptor & 0x20) !== 0;
  if ((descriptor & 3) !== 0) throw new RangeError("Zstandard: dictionaries are not read");
  if (!isSingle) at++;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  at += sizeBytes;
  const state = new FrameState(out.length);
  for (let last = false; !last;) {
    const header = view.getUint8(at) | (view.getUint16(at + 1, true) << 8);
    at += 3;
    last = (header & 1) === 1;
    const size = header >> 3;
    const kind = (header >> 1) & 3;
    if (size > LARGEST_BLOCK) throw new RangeError("Zstandard: block");
    if (kind === 1) out.fill(view.getUint8(at), size);
    else if (at + size > input.length) throw new RangeError("Zstandard: cut short");
    else if (kind === 0) out.put(input.subarray(at, at + size));
    else if (kind === 2) compressedBlock(input.subarray(at, at + size), state, out);
    else throw new RangeError("Zstandard: kind of block");
    at += kind === 1 ? 1 : size;
  }
  return (descriptor & 4) === 0 ? at : at + 4;
}

/** What comes out, in memory that grows with it: a header's word for its size is not taken. */
class Output {
  #bytes = new Uint8Array(1 << 16);
  readonly #limit: number;
  length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  #room(count: number): void {
    const needed = this.length + count;
    if (needed > this.#limit) throw new RangeError("Zstandard: more than belongs");
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.min(this.#limit, Math.max(needed, 2 * this.#bytes.length)));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
  }

  put(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  fill(value: number, count: number): void {
    this.#room(count);
    this.#bytes.fill(value, this.length, this.length + count);
    this.length += count;
  }

  /** @param from of the frame: matches do not reach before it */
  copy(distance: number, count: number, from: number): void {
    if (distance < 1 || distance > this.length - from) throw new RangeError("Zstandard: match");
    this.#room(count);
    for (let i = 0; i < count; i++, this.length++) {
      this.#bytes[this.length] = this.#bytes[this.length - distance]!;
    }
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

/** What one block of a frame leaves to the next. */
class FrameState {
  readonly start: number;
  huffman: HuffmanTable | undefined;
  readonly tables: (FseTable | undefined)[] = [undefined, undefined, undefined];
  readonly offsets: [number, number, number] = [1, 4, 8];

  constructor(start: number) {
    this.start = start;
  }
}

function compressedBlock(block: Uint8Array, state: FrameState, out: Output): void {
  const { literals, end } = literalsOf(block, state);
  let at = end;
  const byte = (): number => {
    const value = block[at++];
    if (value === undefined) throw new RangeError("Zstandard: cut short");
    return value;
  };
  const first = byte();
  const count =
    first < 128
      ? first
      : first < 255
        ? ((first - 128) << 8) + byte()
        : byte() + (byte() << 8) + 0x7f00;
  if (count === 0) {
    out.put(literals);
    return;
  }
  const modes = byte();
  kinds.forEach((kind, i) => {
    const mode = (modes >> (6 - 2 * i)) & 3;
    if (mode === 0) state.tables[i] = kind.usual;
    else if (mode === 1) state.tables[i] = tableOf(symbolAlone(byte()), 0);
    else if (mode === 2) {
      const { counts, log, used } = readTableDescription(block.subarray(at), kind.longest);
      state.tables[i] = tableOf(counts, log);
      at += used;
    } else if (state.tables[i] === undefined) throw new RangeError("Zstandard: no earlier table");
  });
  sequences(block.subarray(at), count, literals, state, out);
}

/** Counts of a table that always gives this symbol. */
function symbolAlone(symbol: number): number[] {
  const counts = new Array<number>(symbol + 1).fill(0);
  counts[symbol] = 1;
  return counts;
}

function sequences(
  bytes: Uint8Array,
  count: number,
  literals: Uint8Array,
  state: FrameState,
  out: Output,
): void {
  const bits = new BackwardBits(bytes);
  const [lengthTable, offsetTable, matchTable] = state.tables as [FseTable, FseTable, FseTable];
  let lengthState = bits.read(lengthTable.log);
  let offsetState = bits.read(offsetTable.log);
  let matchState = bits.read(matchTable.log);
  let used = 0;
  for (let i = 0; i < count; i++) {
    const offsetCode = offsetTable.symbols[offsetState]!;
    const match = matchLengths[matchTable.symbols[matchState]!];
    const literal = literalLengths[lengthTable.symbols[lengthState]!];
    if (match === undefined || literal === undefined || offsetCode > 31) {
      throw new RangeError("Zstandard: sequence");
    }
    const offsetValue = 2 ** offsetCode + bits.read(offsetCode);
    const matchLength = match.base + bits.read(match.bits);
    const length = literal.base + bits.read(literal.bits);
    if (used + length > literals.length) throw new RangeError("Zstandard: literals");
    out.put(literals.subarray(used, used + length));
    used += length;
    out.copy(distanceOf(offsetValue, length, state.offsets), matchLength, state.start);
    if (i + 1 === count) break;
    lengthState = lengthTable.next(lengthState, bits);
    matchState = matchTable.next(matchState, bits);
    offsetState = offsetTable.next(offsetState, bits);
  }
  bits.expectEnd();
  out.put(literals.subarray(used));
}

/** The three distances used last have the values 1 to 3, shifted by one where there are no literals. */
function distanceOf(value: number, literals: number, recent: [number, number, number]): number {
  if (value > 3) {
    recent.unshift(value - 3);
    recent.length = 3;
    return recent[0];
  }
  const index = value - 1 + (literals === 0 ? 1 : 0);
  if (index === 0) return recent[0];
  const distance = index === 3 ? recent[0] - 1 : recent[index]!;
  recent.splice(index === 1 ? 1 : 2, 1);
  recent.unshift(distance);
  return distance;
}

/** The literals of a block, and where its sequences begin. */
function literalsOf(block: Uint8Array, state: FrameState): { literals: Uint8Array; end: number } {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const head = view.getUint8(0);
  const [kind, form] = [head & 3, (head >> 2) & 3];
  if (kind < 2) {
    // Raw, or one byte many times.
    const [bytes, size] =
      form === 1
        ? [2, view.getUint16(0, true) >> 4]
        : form === 3
          ? [3, (view.getUint16(0, true) | (view.getUint8(2) << 16)) >> 4]
          : [1, head >> 3];
    if (size > LARGEST_BLOCK) throw new RangeError("Zstandard: literals");
    if (kind === 1) {
      return { literals: new Uint8Array(size).fill(view.getUint8(bytes)), end: bytes + 1 };
    }
    if (bytes + size > block.length) throw new RangeError("Zstandard: cut short");
    return { literals: block.subarray(bytes, bytes + size), end: bytes + size };
  }
  const [bytes, width] = form < 2 ? [3, 10] : form === 2 ? [4, 14] : [5, 18];
  let sizes = 0n;
  for (let i = bytes - 1; i >= 0; i--) sizes = (sizes << 8n) | BigInt(view.getUint8(i));
  const mask = (1n << BigInt(width)) - 1n;
  const size = Number((sizes >> 4n) & mask);
  const stored = Number((sizes >> BigInt(4 + width)) & mask);
  const end = bytes + stored;
  if (end > block.length || size > LARGEST_BLOCK) throw new RangeError("Zstandard: literals");
  let content = block.subarray(bytes, end);
  if (kind === 2) {
    const { table, used } = HuffmanTable.read(content);
    state.huffman = table;
    content = content.subarray(used);
  }
  if (state.huffman === undefined) throw new RangeError("Zstandard: no earlier table");
  const literals =
    form === 0 ? state.huffman.decode(content, size) : state.huffman.decodeFour(content, size);
  return { literals, end };
}

interface Code {
  readonly base: number;
  readonly bits: number;
}

/** Codes whose ranges follow each other. @param extra bits of each code */
function codes(first: number, extra: readonly number[]): Code[] {
  let base = first;
  return extra.map((bits) => {
    const code = { base, bits };
    base += 2 ** bits;
    return code;
  });
}

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

/** RFC 8878, section 3.1.1.3.2.1.1. */
const literalLengths = codes(0, [
  ...zeros(16),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
]);
const matchLengths = codes(3, [
  ...zeros(32),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
]);

/** The tables of which nothing need be said, in the order of the modes: section 3.1.1.3.2.2. */
const kinds = [
  {
    longest: 9,
    usual: tableOf(
      [
        4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1,
        1, -1, -1, -1, -1,
      ],
      6,
    ),
  },
  {
    longest: 8,
    usual: tableOf(
      [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
      5,
    ),
  },
  {
    longest: 9,
    usual: tableOf(
      [
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
      ],
      6,
    ),
  },
] as const;
