/** LZ4's block format. Source: the format's own description, github.com/lz4/lz4, doc/lz4_Block_format.md. */

/**
 * @param size bytes that come out, which the container states
 * @throws RangeError where the block is damaged
 */
export function lz4Block(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let from = 0;
  let to = 0;
  const byte = (): number => {
    const value = input[from++];
    if (value === undefined) throw new RangeError("LZ4: cut short");
    return value;
  };
  /** Lengths of fifteen and more go on in further bytes. */
  const length = (nibble: number): number => {
    let total = nibble;
    if (nibble < 15) return total;
    for (let more = 255; more === 255;) {
      more = byte();
      total += more;
    }
    return total;
  };
  while (from < input.length) {
    const token = byte();
    const literals = length(token >> 4);
    if (from + literals > input.length || to + literals > size)
      throw new RangeError("LZ4: literals");
    out.set(input.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    // The last sequence has literals alone.
    if (from === input.length) break;
    const distance = byte() | (byte() << 8);
    const match = length(token & 15) + 4;
    if (distance === 0 || distance > to || to + match > size) throw new RangeError("LZ4: match");
    // A match may reach into what it writes itself, so byte by byte.
    for (let i = 0; i < match; i++, to++) out[to] = out[to - distance]!;
  }
  if (to !== size) throw new RangeError("LZ4: length");
  return out;
}
