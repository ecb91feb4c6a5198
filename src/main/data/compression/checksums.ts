/** Checksums that stand before or behind a chunk. CRC-32C: RFC 3720, appendix B.4; Adler-32: RFC 1950. */
import { crc32 } from "node:zlib";

/** Castagnoli's polynomial, its bits reversed. */
const CASTAGNOLI = 0x82f63b78;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) === 0 ? 0 : CASTAGNOLI);
  return value;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

export function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

const sums = { crc32: (bytes: Uint8Array) => crc32(bytes), crc32c, adler32 };

/**
 * The content beside its checksum of four bytes, the lowest first.
 * @throws RangeError where they do not agree
 */
export function beside(
  bytes: Uint8Array,
  kind: keyof typeof sums,
  place: "before" | "behind",
): Uint8Array {
  if (bytes.length < 4) throw new RangeError("cut short before its checksum");
  const from = place === "before" ? 4 : 0;
  const content = bytes.subarray(from, from + bytes.length - 4);
  const at = place === "before" ? 0 : content.length;
  const stored = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
  if (stored !== sums[kind](content)) throw new RangeError("its checksum is wrong");
  return content;
}
