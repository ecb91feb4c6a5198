/** Elements as files store them: their widths, and what the program computes with instead. */
import { UserError } from "../../shared/errors";
import { fromFloat16 } from "../../shared/half";
import { allocate, type DType, type TensorData } from "../../shared/tensor";

export interface StoredElement {
  /** As NumPy calls it: "float16", "uint8". */
  readonly name: string;
  readonly bytes: number;
  /** What the program computes with: the smallest of its types that holds every value. */
  readonly dtype: DType;
  read(view: DataView, offset: number, littleEndian: boolean): number | bigint;
}

/** By NumPy's codes. */
export const elements: Readonly<Record<string, StoredElement>> = {
  f2: {
    name: "float16",
    bytes: 2,
    dtype: "float32",
    read: (view, at, little) => fromFloat16(view.getUint16(at, little)),
  },
  f4: {
    name: "float32",
    bytes: 4,
    dtype: "float32",
    read: (v, at, little) => v.getFloat32(at, little),
  },
  f8: {
    name: "float64",
    bytes: 8,
    dtype: "float64",
    read: (v, at, little) => v.getFloat64(at, little),
  },
  i1: { name: "int8", bytes: 1, dtype: "int32", read: (v, at) => v.getInt8(at) },
  i2: { name: "int16", bytes: 2, dtype: "int32", read: (v, at, little) => v.getInt16(at, little) },
  i4: { name: "int32", bytes: 4, dtype: "int32", read: (v, at, little) => v.getInt32(at, little) },
  i8: {
    name: "int64",
    bytes: 8,
    dtype: "int64",
    read: (v, at, little) => v.getBigInt64(at, little),
  },
  u1: { name: "uint8", bytes: 1, dtype: "int32", read: (v, at) => v.getUint8(at) },
  u2: {
    name: "uint16",
    bytes: 2,
    dtype: "int32",
    read: (v, at, little) => v.getUint16(at, little),
  },
  u4: {
    name: "uint32",
    bytes: 4,
    dtype: "int64",
    read: (v, at, little) => BigInt(v.getUint32(at, little)),
  },
  u8: {
    name: "uint64",
    bytes: 8,
    dtype: "int64",
    read: (v, at, little) => v.getBigUint64(at, little),
  },
  b1: { name: "bool", bytes: 1, dtype: "bool", read: (v, at) => Number(v.getUint8(at) !== 0) },
};

type View = (buffer: ArrayBuffer, length: number) => TensorData;

/** NumPy on a little-endian machine and this program agree bit for bit on these, so they need no loop. */
const native: Readonly<Record<string, View>> = {
  float32: (buffer, length) => new Float32Array(buffer, 0, length),
  float64: (buffer, length) => new Float64Array(buffer, 0, length),
  int32: (buffer, length) => new Int32Array(buffer, 0, length),
  int64: (buffer, length) => new BigInt64Array(buffer, 0, length),
};

/** What is unpacked may have as many bytes of room left behind it. */
const ROOM = 64;

/**
 * Stored elements in the order they are stored.
 * @param bytes a whole number of elements, the caller's own: the result may share them, and their order may be changed
 * @throws UserError "npy/range" for a uint64 beyond int64
 */
export function decodeElements(
  bytes: Uint8Array<ArrayBuffer>,
  { element, bigEndian }: { readonly element: StoredElement; readonly bigEndian: boolean },
  where: string,
): TensorData {
  const direct = native[element.name];
  if (direct !== undefined && littleEndianMachine) {
    const { buffer, byteOffset, byteLength } = bytes;
    const alone = byteOffset === 0 && buffer.byteLength <= byteLength + ROOM;
    const own = alone ? buffer : new Uint8Array(bytes).buffer;
    if (bigEndian) exchange(Buffer.from(own, 0, byteLength), element.bytes);
    return direct(own, byteLength / element.bytes);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / element.bytes;
  const data = allocate(element.dtype, count);
  for (let i = 0; i < count; i++) {
    const value = element.read(view, i * element.bytes, !bigEndian);
    if (typeof value === "bigint" && value >= 2n ** 63n) {
      throw new UserError("npy/range", `${where}: ${value} is too large for a 64-bit integer.`, {
        where,
      });
    }
    data[i] = value;
  }
  return data;
}

/** The other order of bytes, in place. */
function exchange(bytes: Buffer, width: number): void {
  if (width === 4) bytes.swap32();
  else bytes.swap64();
}

export const littleEndianMachine = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
