/** Samples of a batch and their images under group elements. */
import type { FieldSpec } from "../../shared/fields/spec";
import { act } from "../../shared/groups/act";
import type { Element } from "../../shared/groups/element";
import { sizeOf, type Tensor } from "../../shared/tensor";
import type { SampleRef } from "./context";
import type { Reals } from "./innerProducts";

/** The elements of a floating-point tensor, not copied. @throws Error for other types */
export function realsOf(tensor: Tensor): Reals {
  if (tensor.data instanceof Float32Array || tensor.data instanceof Float64Array)
    return tensor.data;
  throw new Error(`fields are floating-point, not ${tensor.dtype}`);
}

/** A tensor over `data`, which is not copied; its precision is that of `data`. */
export function tensorOf(data: Reals, shape: readonly number[]): Tensor {
  return { dtype: data instanceof Float32Array ? "float32" : "float64", shape, data };
}

/** g·u for each sample [B, …]; the identity gives the tensor itself. */
export function image(element: Element, samples: Tensor, fields: FieldSpec | null): Tensor {
  if (element.id === "e" || fields === null) return samples;
  return tensorOf(act(element, realsOf(samples), samples.shape, fields), samples.shape);
}

/** Samples first … first + count − 1, sharing memory. */
export function slice(samples: Tensor, first: number, count: number): Tensor {
  const [, ...rest] = samples.shape;
  const size = sizeOf(rest);
  return tensorOf(realsOf(samples).subarray(first * size, (first + count) * size), [
    count,
    ...rest,
  ]);
}

/** The samples at these positions, copied. */
export function gather(samples: Tensor, positions: readonly number[]): Tensor {
  const shape = samples.shape.slice(1);
  const size = sizeOf(shape);
  const source = realsOf(samples);
  const data = emptyLike(source, positions.length * size);
  positions.forEach((position, k) => {
    data.set(source.subarray(position * size, (position + 1) * size), k * size);
  });
  return tensorOf(data, [positions.length, ...shape]);
}

/** Zeros of the same precision. */
export function emptyLike(data: Reals, length: number): Reals {
  return data instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}

/** As `slice`, but always `count` long: the last sample is repeated, so that one program fits every chunk. */
export function padded(samples: Tensor, first: number, count: number): Tensor {
  const [total = 0, ...rest] = samples.shape;
  if (first + count <= total) return slice(samples, first, count);
  const size = sizeOf(rest);
  const source = realsOf(samples);
  const data = emptyLike(source, count * size);
  data.set(source.subarray(first * size));
  for (let i = total - first; i < count; i++) {
    data.copyWithin(i * size, (total - first - 1) * size, (total - first) * size);
  }
  return tensorOf(data, [count, ...rest]);
}

/** ‖a_i − b_i‖ and ‖b_i‖ for each of n rows. */
export function distances(
  a: Reals,
  b: Reals,
  n: number,
): { difference: Float64Array; norm: Float64Array } {
  const size = b.length / n;
  const difference = new Float64Array(n);
  const norm = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let d = 0;
    let s = 0;
    for (let k = i * size; k < (i + 1) * size; k++) {
      d += (a[k]! - b[k]!) ** 2;
      s += b[k]! ** 2;
    }
    difference[i] = Math.sqrt(d);
    norm[i] = Math.sqrt(s);
  }
  return { difference, norm };
}

/** "trajectory 3, time 5", else "sample 7". */
export function nameOfSample({ index, trajectory, time }: SampleRef): string {
  if (trajectory === null) return `sample ${index}`;
  return time === null ? `trajectory ${trajectory}` : `trajectory ${trajectory}, time ${time}`;
}
