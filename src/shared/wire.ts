/** Frames of the contract as bytes, for hosts whose window is in another process: MessagePack. */
import { decode, encode, ExtensionCodec } from "@msgpack/msgpack";

const arrays = [
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  BigUint64Array,
  BigInt64Array,
  Float32Array,
  Float64Array,
] as const;

/** MessagePack knows bytes, not numbers in rows: a typed array is an extension, its type being the place above. */
const extensionCodec = new ExtensionCodec();
arrays.forEach((ArrayType, type) =>
  extensionCodec.register({
    type,
    encode: (value) =>
      // Node's Buffer is a Uint8Array and arrives as one.
      value instanceof ArrayType
        ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        : null,
    // A copy, because elements must lie aligned; `slice` of a Buffer would be none.
    decode: (bytes) => new ArrayType(new Uint8Array(bytes).buffer),
  }),
);

/** A property that is undefined is left out. */
export function toBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return encode(value, { extensionCodec, ignoreUndefined: true });
}

/** @throws Error for bytes that are no MessagePack */
export function fromBytes(bytes: Uint8Array): unknown {
  return decode(bytes, { extensionCodec });
}
