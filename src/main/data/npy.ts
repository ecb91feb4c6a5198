/**
 * NumPy's .npy format, versions 1 to 3: a magic string, a Python literal with dtype, order and shape, then the elements.
 * Format: NumPy Enhancement Proposal 1 and numpy.lib.format.
 */
import { UserError } from "../../shared/errors";
import { fromFloat16 } from "../../shared/half";
import { allocate, sizeOf, type DType, type Tensor, type TensorData } from "../../shared/tensor";

export interface NpyHeader {
  readonly shape: readonly number[];
  /** First axis fastest, as Fortran and MATLAB store. */
  readonly fortranOrder: boolean;
  readonly element: NpyElement;
  readonly bigEndian: boolean;
  /** Where the elements begin, and how many bytes they take. */
  readonly dataOffset: number;
  readonly dataLength: number;
}

interface NpyElement {
  /** As NumPy calls it: "float16", "uint8". */
  readonly name: string;
  readonly bytes: number;
  /** What the program computes with: the smallest of its types that holds every value. */
  readonly dtype: DType;
  read(view: DataView, offset: number, littleEndian: boolean): number | bigint;
}

const elements: Readonly<Record<string, NpyElement>> = {
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

const MAGIC = "\x93NUMPY";

/** A header longer than this has no honest reason: the shape and dtype of an array take under 300 bytes. */
const LONGEST_HEADER = 1 << 16;

/** How many bytes at the start of an array are enough for its header. */
export const HEADER_PREFIX = LONGEST_HEADER + 12;

/**
 * @param prefix the file's first bytes: HEADER_PREFIX of them, or all
 * @param size bytes of the whole array file, which must be what the header says
 * @throws UserError "npy/…"
 */
export function parseNpyHeader(prefix: Uint8Array, size: number, where: string): NpyHeader {
  const text = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.length).toString("latin1");
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.length);
  if (!text.startsWith(MAGIC) || prefix.length < 12) {
    throw broken(where, "npy/magic", "it does not begin as a NumPy array does");
  }
  const version = view.getUint8(6);
  if (version < 1 || version > 3) {
    throw broken(where, "npy/version", `version ${version} of the format is not known`);
  }
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataOffset = start + length;
  if (length > LONGEST_HEADER || dataOffset > prefix.length) {
    throw broken(where, "npy/header", `its header claims ${length} bytes, which are not there`);
  }
  const literal = text.slice(start, dataOffset);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(literal)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(literal)?.[1];
  const shapeText = /'shape'\s*:\s*\(([\d\sL,]*)\)/.exec(literal)?.[1];
  if (descr === undefined || order === undefined || shapeText === undefined) {
    if (literal.includes("'descr': [")) {
      throw broken(where, "npy/dtype", "it holds records with named fields, not plain numbers");
    }
    throw broken(where, "npy/header", "its header cannot be understood");
  }
  const element = /^[<>|=]?([a-z]\d)$/.exec(descr)?.[1];
  const known = element === undefined ? undefined : elements[element];
  if (known === undefined) {
    throw broken(
      where,
      "npy/dtype",
      descr.includes("O")
        ? "it holds Python objects, and reading them would run code from the file"
        : `elements of type ${JSON.stringify(descr)} are not numbers that can be read here`,
    );
  }
  const shape = shapeText
    .split(",")
    .filter((s) => s.trim() !== "")
    .map((s) => Number.parseInt(s, 10));
  const dataLength = sizeOf(shape) * known.bytes;
  if (!Number.isSafeInteger(dataLength) || dataOffset + dataLength !== size) {
    throw broken(
      where,
      "npy/size",
      `its header announces ${known.name}[${shape.join(", ")}], ${dataLength} bytes, but ${size - dataOffset} are there`,
    );
  }
  return {
    shape,
    fortranOrder: order === "True",
    element: known,
    bigEndian: descr.startsWith(">"),
    dataOffset,
    dataLength,
  };
}

function broken(where: string, code: string, problem: string): UserError {
  return new UserError(code, `${where}: ${problem}.`, {
    where,
    todo: "Write it again with numpy.save or numpy.savez.",
  });
}

/** NumPy on a little-endian machine and this program agree bit for bit on these, so they need no loop. */
const native: Readonly<Record<string, (buffer: ArrayBuffer) => TensorData>> = {
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
};

/**
 * Stored elements in the order they are stored.
 * @param bytes a whole number of elements; the result may share them
 * @throws UserError "npy/range" for a uint64 beyond int64
 */
export function decodeElements(
  bytes: Uint8Array<ArrayBuffer>,
  { element, bigEndian }: Pick<NpyHeader, "element" | "bigEndian">,
  where: string,
): TensorData {
  const direct = native[element.name];
  if (direct !== undefined && !bigEndian && littleEndianMachine) {
    const aligned = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
    return direct(aligned ? bytes.buffer : bytes.slice().buffer);
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

const littleEndianMachine = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The elements of a Fortran-ordered array of that shape in C order. */
export function fromFortranOrder(data: TensorData, shape: readonly number[]): TensorData {
  const out = data.slice();
  const index = new Array<number>(shape.length).fill(0);
  // Walks the output in order; `from` follows with the first axis fastest.
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    out[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

const descriptors: Readonly<Record<DType, string>> = {
  float32: "<f4",
  float64: "<f8",
  int32: "<i4",
  int64: "<i8",
  bool: "|b1",
};

/** The tensor as a .npy file, version 1: header and elements, to be written one after the other. */
export function encodeNpy(tensor: Tensor): [header: Uint8Array, data: Uint8Array] {
  const { dtype, shape, data } = tensor;
  const tuple = shape.length === 1 ? `(${shape[0]!},)` : `(${shape.join(", ")})`;
  const literal = `{'descr': '${descriptors[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The elements begin at a multiple of 64 bytes, so that NumPy can map the file.
  const padded = Math.ceil((10 + literal.length + 1) / 64) * 64;
  const header = Buffer.alloc(padded, " ");
  header.write(MAGIC, 0, "latin1");
  header.writeUInt8(1, 6);
  header.writeUInt8(0, 7);
  header.writeUInt16LE(padded - 10, 8);
  header.write(literal, 10, "latin1");
  header.write("\n", padded - 1, "latin1");
  return [header, littleEndianBytes(data)];
}

function littleEndianBytes(data: TensorData): Uint8Array {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (littleEndianMachine || data.BYTES_PER_ELEMENT === 1) return bytes;
  return data.BYTES_PER_ELEMENT === 4 ? Buffer.from(bytes).swap32() : Buffer.from(bytes).swap64();
}
