/** Shuffled elements: all first bytes, then all second ones (or bits), which compress better. */

/** Bytes back in their elements; what is left over after the last whole element was not moved. */
export function unshuffled(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  const count = Math.floor(bytes.length / width);
  for (let k = 0; k < width; k++) {
    for (let i = 0, at = k, from = k * count; i < count; i++, at += width, from++) {
      out[at] = bytes[from]!;
    }
  }
  out.set(bytes.subarray(count * width), count * width);
  return out;
}

/** Bits back in their elements, in groups of eight elements; what is left over was not moved. */
export function bitUnshuffled(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  const count = Math.floor(bytes.length / width / 8) * 8;
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
