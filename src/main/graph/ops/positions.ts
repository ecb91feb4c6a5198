/** Where the indices of gathers and scatters point: offsets into the row-major data that they address. */
import { stridesOf } from "../../../shared/tensor";
import type { Numbers } from "../rule";

/** An index of an axis of `extent` with negative ones counted from the end. @throws RangeError outside */
export function wrapped(index: number, extent: number): number {
  const place = index < 0 ? index + extent : index;
  if (place < 0 || place >= extent) {
    throw new RangeError(`index ${index} outside an axis of ${extent}`);
  }
  return place;
}

/** For every element of `index`, the element of `shape` at its own place but for `axis`. */
export function elementOffsets(index: Numbers, shape: readonly number[], axis: number): Int32Array {
  const own = stridesOf(index.shape);
  const strides = stridesOf(shape);
  return Int32Array.from(index.data, (at, i) => {
    let offset = wrapped(at, shape[axis]!) * strides[axis]!;
    for (let other = 0; other < shape.length; other++) {
      if (other === axis) continue;
      offset += (Math.floor(i / own[other]!) % index.shape[other]!) * strides[other]!;
    }
    return offset;
  });
}

/** For every tuple along the last axis of `index`, where its block of `shape` starts. */
export function tupleOffsets(index: Numbers, shape: readonly number[]): number[] {
  const tuple = index.shape.at(-1)!;
  const strides = stridesOf(shape);
  return Array.from({ length: index.data.length / tuple }, (_, row) => {
    let offset = 0;
    for (let axis = 0; axis < tuple; axis++) {
      offset += wrapped(index.data[row * tuple + axis]!, shape[axis]!) * strides[axis]!;
    }
    return offset;
  });
}
