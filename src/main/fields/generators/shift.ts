/** Shifts of periodic fields by any distance: mode k of an axis of length L is multiplied by e^{−2πiks/L}. */
import type { Grid } from "../../../shared/fields/spec";
import { sizeOf } from "../../../shared/tensor";

/**
 * u(p − distance).
 * @param values [n, ...grid.size] @param distance a component an axis, x first
 */
export function shifted(
  values: Float64Array,
  count: number,
  { size, length }: Grid,
  distance: readonly number[],
): Float64Array {
  const shape = [count, ...size];
  return size.reduce((field, points, i) => {
    const by = (distance[size.length - 1 - i]! / length[i]!) * points;
    return by === 0 ? field : alongAxis(field, shape, i + 1, kernel(points, by));
  }, values);
}

/**
 * The band-limited delta function at a distance of `by` points: weights of values j points before. Written as a sum of
 * cosines, so it is exact for every number of points; a whole `by` gives a permutation exactly.
 */
function kernel(points: number, by: number): Float64Array {
  if (Number.isInteger(by)) {
    const place = ((by % points) + points) % points;
    return Float64Array.from({ length: points }, (_, j) => (j === place ? 1 : 0));
  }
  const highest = Math.floor((points - 1) / 2);
  return Float64Array.from({ length: points }, (_, j) => {
    let sum = 1;
    for (let k = 1; k <= highest; k++) sum += 2 * Math.cos((2 * Math.PI * k * (j - by)) / points);
    // The finest cosine of an even axis stands for both of ±N/2: what is left of it is its mean.
    if (points % 2 === 0) sum += Math.cos(Math.PI * j) * Math.cos(Math.PI * by);
    return sum / points;
  });
}

function alongAxis(
  values: Float64Array,
  shape: readonly number[],
  axis: number,
  weights: Float64Array,
): Float64Array {
  const points = shape[axis]!;
  const stride = sizeOf(shape.slice(axis + 1));
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const j = Math.floor(i / stride) % points;
    let sum = 0;
    for (let l = 0; l < points; l++) {
      const before = (j - l + points) % points;
      sum += weights[before]! * values[i + (l - j) * stride]!;
    }
    out[i] = sum;
  }
  return out;
}
