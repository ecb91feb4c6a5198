/** Shuffled elements: all first bytes, then all second ones (or bits), which compress better. */
import { littleEndianMachine } from "../elements";

/** Bytes back in their elements; what is left over after the last whole element was not moved. */
export function unshuffled(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  const count = Math.floor(bytes.length / width);
  // Elements of four and eight bytes are what data are made of: whole words instead of bytes are four times as fast.
  const done = littleEndianMachine && width % 4 === 0 ? words(bytes, width, count, out) : 0;
  for (let k = 0; k < width; k++) {
    for (let i = done, at = done * width + k, from = k * count + done; i < count; i++) {
      out[at] = bytes[from++]!;
      at += width;
    }
  }
  out.set(bytes.subarray(count * width), count * width);
  return out;
}

/**
 * Four elements at a time: of each four of their bytes a row of words is taken apart and put together across.
 * @returns how many elements were done
 */
function words(bytes: Uint8Array, width: number, count: number, out: Uint8Array): number {
  const quads = count >> 2;
  // Words must lie at whole ones of them, which rows of any other length do not.
  if ((bytes.byteOffset & 3) !== 0 || (count & 3) !== 0) return 0;
  const from = new Uint32Array(bytes.buffer, bytes.byteOffset, (width * count) >> 2);
  const to = new Uint32Array(out.buffer, out.byteOffset, (width * count) >> 2);
  const step = width >> 2;
  for (let word = 0; word < step; word++) {
    const row = word * 4 * quads;
    for (let i = 0, at = word; i < quads; i++, at += 4 * step) {
      const a = from[row + i]!;
      const b = from[row + quads + i]!;
      const c = from[row + 2 * quads + i]!;
      const d = from[row + 3 * quads + i]!;
      to[at] = (a & 0xff) | ((b & 0xff) << 8) | ((c & 0xff) << 16) | (d << 24);
      to[at + step] =
        ((a >>> 8) & 0xff) | (b & 0xff00) | ((c & 0xff00) << 8) | ((d & 0xff00) << 16);
      to[at + 2 * step] =
        ((a >>> 16) & 0xff) | ((b >>> 8) & 0xff00) | (c & 0xff0000) | ((d & 0xff0000) << 8);
      to[at + 3 * step] =
        (a >>> 24) | ((b >>> 16) & 0xff00) | ((c >>> 8) & 0xff0000) | (d & 0xff000000);
    }
  }
  return count;
}

/**
 * Bits back in their elements, as Blosc moves them: all of a block, or nothing where its elements are no multiple of
 * eight. What is left over after the last whole element was not moved.
 */
export function bitUnshuffled(bytes: Uint8Array, width: number): Uint8Array {
  const count = Math.floor(bytes.length / width);
  if (count % 8 !== 0) return bytes;
  const out = new Uint8Array(bytes.length);
  const row = count / 8;
  for (let bit = 0; bit < width * 8; bit++) {
    const place = bit >> 3;
    const mask = 1 << (bit & 7);
    for (let i = 0; i < count; i++) {
      const set = (bytes[bit * row + (i >> 3)]! >> (i & 7)) & 1;
      if (set === 1) out[i * width + place]! |= mask;
    }
  }
  out.set(bytes.subarray(count * width), count * width);
  return out;
}
