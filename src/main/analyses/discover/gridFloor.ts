/**
 * What the grid itself makes of a combination of flows: the relative defect that a map with all of these symmetries
 * shows on the same states. It is a pointwise σ (fields/generators/gridError.ts), taken through the same quotient as the
 * network, √(vᵀCv/vᵀSv), with C of σ′(u) X_q u − X_q σ(u) and S as in pushed.ts. A network's defect within twice of it
 * is not resolved: a finer grid, or smoother states, would have to tell.
 */
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { pointwiseMap } from "../../fields/generators/gridError";
import type { Grid } from "../../../shared/fields/spec";
import type { Infinitesimal } from "../../../shared/generators/generator";

/** States enough to know the size of an error. */
const MOST_STATES = 64;

/**
 * @param motions of Q candidates on the input
 * @param states [n, C, ...grid]
 * @returns of a combination of candidates [Q] its floor; 0 where nothing flows
 */
export function gridFloor(
  motions: readonly Infinitesimal[],
  grid: Grid,
  states: Tensor,
  step: () => void,
): (v: ArrayLike<number>) => number {
  const [n = 0, channels = 1] = states.shape;
  const q = motions.length;
  const map = pointwiseMap(motions, channels, grid, largest);
  const [defect, scale] = [new Float64Array(q * q), new Float64Array(q * q)];
  const stride = Math.max(1, Math.ceil(n / MOST_STATES));
  const values = toFloat64(states);
  const size = values.length / n;
  for (let k = 0; k < n; k += stride) {
    step();
    const { moved, wanted, slope } = map(values.subarray(k * size, (k + 1) * size));
    const gain = slope.reduce((sum, one) => sum + one ** 2, 0) / size;
    const off = moved.map((value, i) => slope[i % size]! * value - wanted[i]!);
    addGram(defect, off, q, 1);
    addGram(scale, moved, q, gain);
    addGram(scale, wanted, q, 1);
  }
  return (v) => {
    const [up, down] = [quadratic(defect, v), quadratic(scale, v)];
    return down > 0 ? Math.sqrt(Math.max(0, up) / down) : 0;
  };
}

/** In units of its largest value a localised field is bent as gently as a wave is. */
function largest(channel: Float64Array): number {
  return channel.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

function addGram(sum: Float64Array, rows: Float64Array, q: number, factor: number): void {
  const length = rows.length / q;
  for (let a = 0; a < q; a++) {
    for (let b = 0; b <= a; b++) {
      let product = 0;
      for (let i = 0; i < length; i++) product += rows[a * length + i]! * rows[b * length + i]!;
      sum[a * q + b]! += factor * product;
      if (a !== b) sum[b * q + a]! += factor * product;
    }
  }
}

function quadratic(matrix: Float64Array, v: ArrayLike<number>): number {
  let sum = 0;
  for (let a = 0; a < v.length; a++) {
    for (let b = 0; b < v.length; b++) sum += v[a]! * matrix[a * v.length + b]! * v[b]!;
  }
  return sum;
}
