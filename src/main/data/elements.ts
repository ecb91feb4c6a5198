/** Elements as files store them: their widths, and what the program computes with instead. */
import { UserError } from "../../shared/errors";
import { fromFloat16 } from "../../shared/half";
import type { DType, TensorData } from "../../shared/tensor";
import { allocateBytes } from "./byteSource";
import { beginningOf, roomFor } from "./room";

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

type View = (buffer: ArrayBuffer, at: number, length: number) => TensorData;

/** NumPy on a little-endian machine and this program agree bit for bit on these, so they need no loop. */
const native: Readonly<Record<string, View>> = {
  float32: (buffer, at, length) => new Float32Array(buffer, at, length),
  float64: (buffer, at, length) => new Float64Array(buffer, at, length),
  int32: (buffer, at, length) => new Int32Array(buffer, at, length),
  int64: (buffer, at, length) => new BigInt64Array(buffer, at, length),
};

/**
 * Bytes of `count` elements as a file stores them: those of `into` where stored elements and those that the program
 * computes with are the same bytes, so that they arrive where they are to be; else new ones.
 * @throws UserError "data/too-large"
 */
export function roomForStored(
  { name, bytes, dtype }: StoredElement,
  count: number,
  where: string,
  into?: TensorData,
): Uint8Array<ArrayBuffer> {
  const isSame = native[name] !== undefined && littleEndianMachine;
  const room = isSame ? beginningOf(dtype, count, into) : undefined;
  if (room === undefined) return allocateBytes(where, count * bytes);
  return new Uint8Array(room.buffer as ArrayBuffer, room.byteOffset, room.byteLength);
}

/** What is unpacked may have as many bytes of room left behind it. */
const ROOM = 64;

/**
 * Stored elements in the order they are stored.
 * @param bytes a whole number of elements, the caller's own: the result may share them, and their order may be changed
 * @param into memory for the elements, of their type and number or more; `bytes` may lie in it
 * @throws UserError "npy/range" for a uint64 beyond int64
 */
export function decodeElements(
  bytes: Uint8Array<ArrayBuffer>,
  { element, bigEndian }: { readonly element: StoredElement; readonly bigEndian: boolean },
  where: string,
  into?: TensorData,
): TensorData {
  const direct = native[element.name];
  if (direct !== undefined && littleEndianMachine) {
    const { buffer, byteOffset, byteLength } = bytes;
    const inPlace = into !== undefined && into.buffer === buffer;
    const alone = byteOffset === 0 && buffer.byteLength <= byteLength + ROOM;
    const [own, at] = inPlace || alone ? [buffer, byteOffset] : [new Uint8Array(bytes).buffer, 0];
    if (bigEndian) exchange(Buffer.from(own, at, byteLength), element.bytes);
    return direct(own, at, byteLength / element.bytes);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.byteLength / element.bytes;
  const data = roomFor(element.dtype, count, into);
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
