/**
 * Memory for what is read: what the caller has at hand from last time, or new. The system hands new memory over page by
 * page, which takes several times as long as filling it from a file that it has at hand.
 */
import { allocate, type DType, type TensorData } from "../../shared/tensor";

/** The beginning of `into` where it is of that type and long enough, what it holds still in it; else new and zeroed. */
export function roomFor(dtype: DType, length: number, into?: TensorData): TensorData {
  return beginningOf(dtype, length, into) ?? allocate(dtype, length);
}

/** The same; undefined where there is none. */
export function beginningOf(
  dtype: DType,
  length: number,
  into: TensorData | undefined,
): TensorData | undefined {
  const fits =
    into !== undefined &&
    into.length >= length &&
    into.constructor === allocate(dtype, 0).constructor;
  return fits ? into.subarray(0, length) : undefined;
}
