/** First derivatives along every axis of a grid: spectral where it is periodic, of fourth order up to walls. */
import type { Grid } from "../../../shared/fields/spec";
import { sizeOf } from "../../../shared/tensor";
import { spectral } from "../derivative";

/**
 * ∂/∂x, ∂/∂y … of fields, x first.
 * @param values [n, ...grid.size] row-major
 */
export function derivatives(values: Float64Array, count: number, grid: Grid): Float64Array[] {
  const shape = [count, ...grid.size];
  return grid.size
    .map((_, axis) =>
      grid.periodic[axis]!
        ? spectral(values, shape, axis + 1, grid.length[axis]!)
        : upToWalls(values, shape, axis + 1, grid.length[axis]! / grid.size[axis]!),
    )
    .reverse();
}

/** Points that the differences read. */
const WIDTH = 5;

/**
 * Weights of the five points' values for the derivative at each of them, times 12h: slopes of the quartic through
 * them (Fornberg 1988, table 1 and its one-sided kin), exact for polynomials up to degree four.
 */
const weights = [
  [-25, 48, -36, 16, -3],
  [-3, -10, 18, -6, 1],
  [1, -8, 0, 8, -1],
  [-1, 6, -18, 10, 3],
  [3, -16, 36, -48, 25],
];

function upToWalls(
  values: Float64Array,
  shape: readonly number[],
  axis: number,
  spacing: number,
): Float64Array {
  const points = shape[axis]!;
  const stride = sizeOf(shape.slice(axis + 1));
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const j = Math.floor(i / stride) % points;
    const first = Math.min(Math.max(j - 2, 0), points - WIDTH);
    const row = weights[j - first]!;
    let sum = 0;
    for (let k = 0; k < WIDTH; k++) sum += row[k]! * values[i + (first + k - j) * stride]!;
    out[i] = sum / (12 * spacing);
  }
  return out;
}

/** Fewest points along an axis with walls. */
export const FEWEST_POINTS = WIDTH;
