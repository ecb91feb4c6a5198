/**
 * Blosc's container, version 1: blocks of shuffled elements, each compressed in one stream or one a byte of the element.
 * Source: c-blosc, README_CHUNK_FORMAT.rst.
 */
import { inflateSync } from "node:zlib";
import { bloscLz } from "./bloscLz";
import { lz4Block } from "./lz4";
import { bitUnshuffled, unshuffled } from "./shuffle";
import { zstd } from "./zstd";

const HEADER = 16;

/** By the number in the header's flags. */
const compressors: readonly (((input: Uint8Array, size: number) => Uint8Array) | undefined)[] = [
  bloscLz,
  lz4Block,
  undefined, // Snappy, which the library dropped.
  (input, size) => inflateSync(input, { maxOutputLength: size }),
  zstd,
];

/** Elements wider than this, or blocks shorter, are one stream. */
const WIDEST_SPLIT = 16;
const SHORTEST_SPLIT = 128;

/**
 * @param limit of the bytes that may come out
 * @throws RangeError where the container is damaged or claims more
 */
export function blosc(input: Uint8Array, limit: number): Uint8Array {
  if (input.length < HEADER) throw new RangeError("Blosc: no header");
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const flags = view.getUint8(2);
  const width = Math.max(1, view.getUint8(3));
  const size = view.getUint32(4, true);
  const blockSize = view.getUint32(8, true);
  if (size > limit) throw new RangeError(`Blosc: ${size} bytes are claimed where ${limit} belong`);
  if (size === 0) return new Uint8Array(0);
  if ((flags & 2) !== 0) {
    if (HEADER + size > input.length) throw new RangeError("Blosc: cut short");
    return input.subarray(HEADER, HEADER + size);
  }
  const compressor = compressors[flags >> 5];
  if (compressor === undefined)
    throw new RangeError(`Blosc: compressor ${flags >> 5} is not known`);
  if (blockSize === 0) throw new RangeError("Blosc: blocks of no size");
  const out = new Uint8Array(size);
  for (let start = 0, block = 0; start < size; start += blockSize, block++) {
    const length = Math.min(blockSize, size - start);
    const whole = length === blockSize;
    const split =
      (flags & 0x10) === 0 && whole && width <= WIDEST_SPLIT && length / width >= SHORTEST_SPLIT;
    const streams = split ? width : 1;
    const bytes = new Uint8Array(length);
    let at = view.getInt32(HEADER + 4 * block, true);
    for (let stream = 0; stream < streams; stream++) {
      const stored = view.getInt32(at, true);
      const part = length / streams;
      at += 4;
      if (stored < 0 || at + stored > input.length) throw new RangeError("Blosc: cut short");
      const content = input.subarray(at, at + stored);
      bytes.set(stored === part ? content : compressor(content, part), stream * part);
      at += stored;
    }
    const bits = (flags & 4) !== 0;
    const shuffled = (flags & 1) !== 0 && width > 1;
    out.set(
      bits ? bitUnshuffled(bytes, width) : shuffled ? unshuffled(bytes, width) : bytes,
      start,
    );
  }
  return out;
}
