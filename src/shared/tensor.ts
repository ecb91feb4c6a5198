/**
 * Tensors as they cross every boundary of the program: files, executors, worker threads, the wire.
 * Row-major (last axis fastest), never strided.
 */

/** Element types that the program computes with. `bool` is stored a byte an element, 0 or 1. */
export type DType = "float32" | "float64" | "int32" | "int64" | "bool";

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface TensorType {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

export interface Tensor extends TensorType {
  readonly data: TensorData;
}

/** Number of elements of a shape; 1 for a scalar's []. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Row-major strides in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** A new zeroed array for `length` elements of `dtype`. */
export function allocate(dtype: DType, length: number): TensorData {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "int32":
      return new Int32Array(length);
    case "int64":
      return new BigInt64Array(length);
    case "bool":
      return new Uint8Array(length);
  }
}

/** The largest int64, which exporters write for "to the end"; as a double it is 2^63, hence the clamp. */
const INT64_MAX = 0x7fff_ffff_ffff_ffffn;
const INT64_MIN = -0x8000_0000_0000_0000n;

/** A number as an int64, clamped to its range (NaN becomes 0). */
function toInt64(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return INT64_MAX;
  if (value <= -(2 ** 63)) return INT64_MIN;
  return BigInt(Math.trunc(value));
}

/** The elements as doubles. Int64 beyond 2^53 are rounded; float64 data is returned as it is, not copied. */
export function toFloat64(tensor: Pick<Tensor, "data">): Float64Array {
  const { data } = tensor;
  if (data instanceof Float64Array) return data;
  if (data instanceof BigInt64Array) return Float64Array.from(data, Number);
  return Float64Array.from(data);
}

/** Doubles stored as `dtype`: rounded to float32, truncated to integers, non-zero as true. */
export function fromFloat64(
  dtype: DType,
  shape: readonly number[],
  values: ArrayLike<number>,
): Tensor {
  if (dtype === "float64" && values instanceof Float64Array) return { dtype, shape, data: values };
  const data = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (data instanceof BigInt64Array) data[i] = toInt64(value);
    else data[i] = dtype === "bool" ? Number(value !== 0) : value;
  }
  return { dtype, shape, data };
}

/** float32 or float64. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** `float32[4, 3, 16, 16]`, as messages print it. */
export function showType(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(", ")}]`;
}
