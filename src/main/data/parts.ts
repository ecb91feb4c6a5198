/** Ranges of an array that is in memory already. */
import { allocate, type DType, type TensorData } from "../../shared/tensor";
import type { ElementRange } from "./arraySource";

/** The ranges' elements, one after the other. */
export function parts(dtype: DType, data: TensorData, ranges: readonly ElementRange[]): TensorData {
  const joined = allocate(
    dtype,
    ranges.reduce((sum, { count }) => sum + count, 0),
  );
  let at = 0;
  for (const { start, count } of ranges) {
    // Both are of `dtype`; TypeScript cannot see that two unions agree.
    joined.set(data.subarray(start, start + count) as never, at);
    at += count;
  }
  return joined;
}
