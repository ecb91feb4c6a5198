/**
 * An action on the values that is not known: DF X = Y F + c holds for some Y and c exactly where DF X lies in the span
 * of F's components and 1 over the samples. So the part in that span is taken out of the Gram matrix (a Schur
 * complement), and Y is read off afterwards by least squares.
 */
import type { Layout } from "../../../shared/states/layout";
import type { Linearised } from "../../data/fit/map";
import { symmetricEigen } from "../symmetricEigen";

/** Directions of (F, 1) with less of the largest variance are linear relations among the values. */
const RELATION = 1e-12;

/** Coordinates of F̂ = (F, 1) with mean square 1 and no correlation over the samples, [rank, D + 1]. */
export function whitening(
  { outputs: D, values }: Linearised,
  samples: readonly number[],
): Float64Array[] {
  const n = D + 1;
  const moments = new Float64Array(n * n);
  const f = new Float64Array(n);
  f[D] = 1;
  for (const sample of samples) {
    f.set(values.subarray(sample * D, (sample + 1) * D));
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) moments[a * n + b]! += (f[a]! * f[b]!) / samples.length;
    }
  }
  // Each to mean square 1 first: values may differ by orders of magnitude from 1.
  const size = Float64Array.from({ length: n }, (_, a) => Math.sqrt(moments[a * n + a]!) || 1);
  const scaled = moments.map((value, k) => value / (size[Math.floor(k / n)]! * size[k % n]!));
  const { values: spread, vectors } = symmetricEigen(scaled, n);
  return Array.from(spread, (value, k) => ({ value, k }))
    .filter(({ value }) => value > RELATION * spread[n - 1]!)
    .map(({ value, k }) =>
      Float64Array.from(
        { length: n },
        (_, a) => vectors[k * n + a]! / (Math.sqrt(value) * size[a]!),
      ),
    );
}

/** Subtracts from the elementary defects, [c · (c + 2)]², what affine functions of the values explain. */
export function withoutLinearPart(
  elementary: Float64Array,
  map: Linearised,
  { components: c, particles, positions }: Layout,
  samples: readonly number[],
): void {
  const { inputs: d, outputs: D, points, jacobians } = map;
  const white = whitening(map, samples);
  const rank = white.length;
  const width = c + 2;
  const size = c * width;
  // explained[e][o, r] = mean of (L_e)_o times the r-th coordinate of F̂.
  const explained = new Float64Array(size * D * rank);
  const moves = new Float64Array(D * size);
  for (const sample of samples) {
    const coordinates = coordinatesOf(map, white, sample);
    moves.fill(0);
    for (let p = 0; p < particles; p++) {
      for (let i = 0; i < c; i++) {
        const at = positions[p]![i]!;
        for (let o = 0; o < D; o++) {
          const slope = jacobians[(sample * D + o) * d + at]!;
          for (let j = 0; j <= c; j++) {
            const x = j === c ? 1 : points[sample * d + positions[p]![j]!]!;
            moves[o * size + i * width + j]! += slope * x;
          }
        }
      }
    }
    for (let o = 0; o < D; o++) {
      for (let e = 0; e < size; e++) {
        const value = moves[o * size + e]! / samples.length;
        if (value === 0) continue;
        const start = (e * D + o) * rank;
        for (let r = 0; r < rank; r++) explained[start + r]! += value * coordinates[r]!;
      }
    }
  }
  const length = D * rank;
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      let sum = 0;
      for (let k = 0; k < length; k++)
        sum += explained[a * length + k]! * explained[b * length + k]!;
      elementary[a * size + b]! -= sum;
    }
  }
}

/** The whitened coordinates of one sample's value. */
export function coordinatesOf(
  { outputs: D, values }: Linearised,
  white: readonly Float64Array[],
  sample: number,
): Float64Array {
  return Float64Array.from(white, (row) => {
    let sum = row[D]!;
    for (let o = 0; o < D; o++) sum += row[o]! * values[sample * D + o]!;
    return sum;
  });
}
