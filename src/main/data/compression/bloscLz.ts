/** BloscLZ, Blosc's own member of the FastLZ family. Source: c-blosc, blosc/blosclz.c. */

/** Matches that lie further back than this have two bytes more for their distance. */
const FAR = 8191;

/** @throws RangeError where the stream is damaged */
export function bloscLz(input: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let from = 0;
  let to = 0;
  const byte = (): number => {
    const value = input[from++];
    if (value === undefined) throw new RangeError("BloscLZ: cut short");
    return value;
  };
  // The first instruction is always a run of literals; its upper bits mean something else.
  let control = byte() & 31;
  for (;;) {
    if (control >= 32) {
      let length = (control >> 5) - 1;
      let distance = (control & 31) << 8;
      if (length === 6) {
        for (let more = 255; more === 255;) {
          more = byte();
          length += more;
        }
      }
      const low = byte();
      length += 3;
      const far = low === 255 && distance === 31 << 8;
      distance = far ? ((byte() << 8) | byte()) + FAR : distance + low;
      distance += 1;
      if (distance > to || to + length > size) throw new RangeError("BloscLZ: match");
      for (let i = 0; i < length; i++, to++) out[to] = out[to - distance]!;
    } else {
      const literals = control + 1;
      if (from + literals > input.length || to + literals > size) {
        throw new RangeError("BloscLZ: literals");
      }
      out.set(input.subarray(from, from + literals), to);
      from += literals;
      to += literals;
    }
    if (from >= input.length) break;
    control = byte();
  }
  if (to !== size) throw new RangeError("BloscLZ: length");
  return out;
}
