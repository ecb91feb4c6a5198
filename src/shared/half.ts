/** Sixteen-bit floating-point numbers, from their bits to doubles (exact: every one of them is a float32). */

const word = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** bfloat16: the upper half of a float32. */
export function fromBfloat16(bits: number): number {
  word.setUint32(0, bits * 0x10000);
  return word.getFloat32(0);
}
