/**
 * Fletcher's checksum of 32 bits, as HDF5 puts it behind a chunk.
 * Source: HDF5 File Format Specification 3.0, "Fletcher32 checksum"; J. G. Fletcher, IEEE Trans. Commun. 30 (1982) 247.
 */

/** Words after which the sums are folded: how often makes no difference, and so both stay below 2³¹. */
const ROUND = 128;

/** Over words of two bytes, the first the higher; a byte left over is the higher one of a word. */
export function fletcher32(bytes: Uint8Array): number {
  let [low, high] = [0, 0];
  const even = bytes.length & ~1;
  for (let start = 0; start < even; start += 2 * ROUND) {
    const end = Math.min(even, start + 2 * ROUND);
    for (let at = start; at < end; at += 2) {
      low += (bytes[at]! << 8) | bytes[at + 1]!;
      high += low;
    }
    low = folded(low);
    high = folded(high);
  }
  if (even < bytes.length) {
    low = folded(low + (bytes[even]! << 8));
    high = folded(high + low);
  }
  // A second time: the first may leave one bit above the word.
  return ((folded(high) << 16) | folded(low)) >>> 0;
}

function folded(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}

/**
 * The bytes before their checksum.
 * @throws RangeError where they do not have it; the library before 1.6.3 wrote it with the bytes of its words exchanged
 */
export function verified(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) throw new RangeError("Fletcher32: cut short");
  const content = bytes.subarray(0, bytes.length - 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset + content.length, 4);
  const stored = view.getUint32(0, true);
  const sum = fletcher32(content);
  const exchanged = ((sum & 0x00ff00ff) << 8) | ((sum >>> 8) & 0x00ff00ff);
  if (stored !== sum && stored !== exchanged >>> 0) throw new RangeError("Fletcher32: wrong sum");
  return content;
}
