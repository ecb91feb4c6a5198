/** LZF, h5py's fast compression. Source: liblzf, lzf_d.c. */

/**
 * @param size bytes that come out, which the container states
 * @throws RangeError where the stream is damaged
 */
export function lzf(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let from = 0;
  let to = 0;
  const byte = (): number => {
    const value = input[from++];
    if (value === undefined) throw new RangeError("LZF: cut short");
    return value;
  };
  while (from < input.length) {
    const control = byte();
    if (control < 32) {
      const literals = control + 1;
      if (from + literals > input.length || to + literals > size) throw new RangeError("LZF: run");
      out.set(input.subarray(from, from + literals), to);
      from += literals;
      to += literals;
      continue;
    }
    const short = control >> 5;
    const length = (short === 7 ? 7 + byte() : short) + 2;
    const distance = (((control & 31) << 8) | byte()) + 1;
    if (distance > to || to + length > size) throw new RangeError("LZF: match");
    for (let i = 0; i < length; i++, to++) out[to] = out[to - distance]!;
  }
  if (to !== size) throw new RangeError("LZF: length");
  return out;
}
