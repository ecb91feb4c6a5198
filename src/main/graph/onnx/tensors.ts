/**
 * TensorProto to tensor and back. All of ONNX's ways to store elements are read: raw bytes, typed lists, packed
 * halves, and bytes in another file. Element types that the program does not compute with are widened:
 * float16 and bfloat16 to float32, small integers to int32, unsigned ones to int64.
 */
import { UserError } from "../../../shared/errors";
import { fromBfloat16, fromFloat16 } from "../../../shared/half";
import { allocate, type DType, type Tensor } from "../../../shared/tensor";
import { printable } from "./printable";
import type { Elements, TensorProto } from "./schema";

/** TensorProto.DataType, by number: name, bytes an element as stored, the type it is read as. */
const elementTypes: Readonly<Record<number, { name: string; bytes: number; dtype: DType }>> = {
  1: { name: "float", bytes: 4, dtype: "float32" },
  2: { name: "uint8", bytes: 1, dtype: "int32" },
  3: { name: "int8", bytes: 1, dtype: "int32" },
  4: { name: "uint16", bytes: 2, dtype: "int32" },
  5: { name: "int16", bytes: 2, dtype: "int32" },
  6: { name: "int32", bytes: 4, dtype: "int32" },
  7: { name: "int64", bytes: 8, dtype: "int64" },
  9: { name: "bool", bytes: 1, dtype: "bool" },
  10: { name: "float16", bytes: 2, dtype: "float32" },
  11: { name: "double", bytes: 8, dtype: "float64" },
  12: { name: "uint32", bytes: 4, dtype: "int64" },
  13: { name: "uint64", bytes: 8, dtype: "int64" },
  16: { name: "bfloat16", bytes: 2, dtype: "float32" },
};

const unsupportedNames: Readonly<Record<number, string>> = {
  8: "string",
  14: "complex64",
  15: "complex128",
  17: "float8e4m3fn",
  18: "float8e4m3fnuz",
  19: "float8e5m2",
  20: "float8e5m2fnuz",
  21: "uint4",
  22: "int4",
  23: "float4e2m1",
};

/** TensorProto.DataType of each type that we write. */
export const dataTypeOf: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};

/**
 * The type that elements of this TensorProto.DataType are read as.
 * @throws UserError "onnx/element-type" for strings, complex numbers and quantised types
 */
export function dtypeOf(dataType: number, where: string): DType {
  return elementType(dataType, where).dtype;
}

function elementType(
  dataType: number,
  where: string,
): { name: string; bytes: number; dtype: DType } {
  const type = elementTypes[dataType];
  if (type === undefined) {
    const name = unsupportedNames[dataType] ?? `number ${dataType}`;
    throw new UserError(
      "onnx/element-type",
      `${where} has elements of type ${name}, which is not supported.`,
      {
        where,
      },
    );
  }
  return type;
}

/** Bytes of a tensor that is kept outside the model file. */
export type ExternalReader = (proto: TensorProto, where: string) => Uint8Array;

/**
 * @param where names the tensor and its file, for messages
 * @throws UserError "onnx/tensor" where the elements are not as many as the shape says, "onnx/element-type"
 */
export function readTensor(proto: TensorProto, where: string, external: ExternalReader): Tensor {
  const type = elementType(proto.dataType, where);
  const size = elementCount(proto.dims, where);
  const raw = proto.dataLocation === 1 ? external(proto, where) : proto.rawData;
  const wrongCount = (found: string): UserError =>
    new UserError(
      "onnx/tensor",
      `${where} holds ${found} where its shape [${printable(proto.dims.join(", "))}] needs ${size} elements.`,
      { where },
    );
  // An empty raw_data beside a filled list is how some writers leave it out.
  if (raw !== undefined && (raw.length > 0 || !hasList(proto))) {
    if (raw.length !== size * type.bytes) {
      throw wrongCount(`${raw.length} bytes of ${type.name}`);
    }
    return { dtype: type.dtype, shape: proto.dims, data: fromRaw(raw, proto.dataType, size) };
  }
  const list = listOf(proto);
  if (list.length !== size) throw wrongCount(`${list.length} elements`);
  return { dtype: type.dtype, shape: proto.dims, data: fromList(list, proto.dataType, type.dtype) };
}

/** Numbers in a shape beyond those that any program writes. */
const MOST_AXES = 64;

function elementCount(dims: readonly number[], where: string): number {
  let size = 1;
  for (const extent of dims) size *= extent;
  const possible = dims.length <= MOST_AXES && dims.every((extent) => extent >= 0);
  if (!possible || !Number.isSafeInteger(size)) {
    throw new UserError(
      "onnx/tensor",
      `${where} has the impossible shape [${printable(dims.join(", "))}].`,
      {
        where,
      },
    );
  }
  return size;
}

function hasList(proto: TensorProto): boolean {
  return listOf(proto).length > 0;
}

/** The typed list that belongs to the element type; halves, small integers and bools share int32_data. */
function listOf(proto: TensorProto): Elements {
  switch (proto.dataType) {
    case 1:
      return proto.floatData;
    case 7:
      return proto.int64Data;
    case 11:
      return proto.doubleData;
    case 12:
    case 13:
      return proto.uint64Data;
    default:
      return proto.int32Data;
  }
}

function fromList(list: Elements, dataType: number, dtype: DType): Tensor["data"] {
  const data = allocate(dtype, list.length);
  let i = 0;
  for (const item of list) {
    if (data instanceof BigInt64Array) data[i] = BigInt(item);
    else if (dataType === 10) data[i] = fromFloat16(Number(item) & 0xffff);
    else if (dataType === 16) data[i] = fromBfloat16(Number(item) & 0xffff);
    else data[i] = dtype === "bool" ? Number(item !== 0) : Number(item);
    i++;
  }
  return data;
}

/** Little-endian elements, copied: the file's bytes need not be aligned, and a view would keep the whole file alive. */
function fromRaw(raw: Uint8Array, dataType: number, size: number): Tensor["data"] {
  const bytes = new Uint8Array(raw).buffer;
  switch (dataType) {
    case 1:
      return new Float32Array(bytes);
    case 11:
      return new Float64Array(bytes);
    case 6:
      return new Int32Array(bytes);
    case 7:
    case 13:
      return new BigInt64Array(bytes);
    case 9:
      return Uint8Array.from(new Uint8Array(bytes), (byte) => Number(byte !== 0));
    case 2:
      return Int32Array.from(new Uint8Array(bytes));
    case 3:
      return Int32Array.from(new Int8Array(bytes));
    case 4:
      return Int32Array.from(new Uint16Array(bytes));
    case 5:
      return Int32Array.from(new Int16Array(bytes));
    case 12:
      return BigInt64Array.from(new Uint32Array(bytes), BigInt);
    case 10:
      return Float32Array.from(new Uint16Array(bytes), fromFloat16);
    case 16:
      return Float32Array.from(new Uint16Array(bytes), fromBfloat16);
    default:
      throw new Error(`element type ${dataType} of ${size} elements has no reader`);
  }
}

/** A tensor as the TensorProto of a name, elements as raw bytes. */
export function toTensorProto(name: string, tensor: Tensor): Partial<TensorProto> {
  const { data } = tensor;
  return {
    name,
    dims: [...tensor.shape],
    dataType: dataTypeOf[tensor.dtype],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}
