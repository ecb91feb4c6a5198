/**
 * NumPy's .npy format, versions 1 to 3: a magic string, a Python literal with dtype, order and shape, then the elements.
 * Format: NumPy Enhancement Proposal 1 and numpy.lib.format.
 */
import { UserError } from "../../shared/errors";
import { sizeOf, type DType, type Tensor, type TensorData } from "../../shared/tensor";
import { elements, littleEndianMachine, type StoredElement } from "./elements";

export interface NpyHeader {
  readonly shape: readonly number[];
  /** First axis fastest, as Fortran and MATLAB store. */
  readonly fortranOrder: boolean;
  readonly element: StoredElement;
  readonly bigEndian: boolean;
  /** Where the elements begin, and how many bytes they take. */
  readonly dataOffset: number;
  readonly dataLength: number;
}

export const MAGIC = "\x93NUMPY";

/** A header longer than this has no honest reason: the shape and dtype of an array take under 300 bytes. */
const LONGEST_HEADER = 1 << 16;

/** NumPy has no arrays of more, since its version 2; before it was half as many. */
const MOST_AXES = 64;

/** How many bytes at the start of an array are enough for its header. */
export const HEADER_PREFIX = LONGEST_HEADER + 12;

/**
 * @param prefix the file's first bytes: HEADER_PREFIX of them, or all
 * @param size bytes of the whole array file, which must be what the header says; undefined where more follows
 * @throws UserError "npy/…"
 */
export function parseNpyHeader(
  prefix: Uint8Array,
  size: number | undefined,
  where: string,
): NpyHeader {
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
  if (shape.length > MOST_AXES) {
    throw broken(where, "npy/header", `its header claims ${shape.length} axes`);
  }
  const dataLength = sizeOf(shape) * known.bytes;
  const there = size === undefined ? dataLength : size - dataOffset;
  if (!Number.isSafeInteger(dataLength) || dataLength !== there) {
    throw broken(
      where,
      "npy/size",
      `its header announces ${known.name}[${shape.join(", ")}], ${dataLength} bytes, but ${there} are there`,
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

const descriptors: Readonly<Record<DType, string>> = {
  float32: "<f4",
  float64: "<f8",
  int32: "<i4",
  int64: "<i8",
  bool: "|b1",
};

/** The tensor as a .npy file, version 1: header and elements, to be written one after the other. */
export function encodeNpy(tensor: Tensor): [header: Uint8Array, data: Uint8Array] {
  return [npyHeader(tensor), littleEndianBytes(tensor.data)];
}

/** What stands before the elements. */
export function npyHeader({ dtype, shape }: Pick<Tensor, "dtype" | "shape">): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]!},)` : `(${shape.join(", ")})`;
  const literal = `{'descr': '${descriptors[dtype]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  return paddedHeader(literal);
}

/** That literal as the beginning of a file; what follows begins at a multiple of 64 bytes, so that NumPy can map it. */
export function paddedHeader(literal: string): Uint8Array {
  const padded = Math.ceil((10 + literal.length + 1) / 64) * 64;
  const header = Buffer.alloc(padded, " ");
  header.write(MAGIC, 0, "latin1");
  header.writeUInt8(1, 6);
  header.writeUInt8(0, 7);
  header.writeUInt16LE(padded - 10, 8);
  header.write(literal, 10, "latin1");
  header.write("\n", padded - 1, "latin1");
  return header;
}

export function littleEndianBytes(data: TensorData): Uint8Array {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (littleEndianMachine || data.BYTES_PER_ELEMENT === 1) return bytes;
  return data.BYTES_PER_ELEMENT === 4 ? Buffer.from(bytes).swap32() : Buffer.from(bytes).swap64();
}
