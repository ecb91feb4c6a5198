/** Pairs of points and values, what a fit to them is, and how it is judged: on trajectories that it has not seen. */
import type { Clusters, Linearised } from "./map";

export interface Pairs {
  readonly count: number;
  readonly inputs: number;
  readonly outputs: number;
  /** [count, inputs] */
  readonly points: Float64Array;
  /** [count, outputs] */
  readonly values: Float64Array;
}

export interface Fit {
  /** Of the polynomials; null where kernels were fitted. */
  readonly degree: number | null;
  /** Functions that were combined: products of polynomials, or kernels. */
  readonly features: number;
  /** Root mean square error on held-out pairs over the standard deviation of the values. */
  readonly residual: number;
  readonly map: Linearised;
}

/** A fifth of the trajectories is held out. */
export const HELD = 5;

/** Positions of the pairs that judge a fit, and of those that it is made from. */
export function heldOut(clusters: Clusters): { held: number[]; kept: number[] } {
  return {
    held: clusters.filter((_, k) => k % HELD === HELD - 1).flat(),
    kept: clusters.filter((_, k) => k % HELD !== HELD - 1).flat(),
  };
}

/** Below this share of their size values differ by rounding alone. */
const SAME = 1e-12;

/** Root mean square error at some of the pairs over the standard deviation of all values, or over their size if all agree. */
export function relativeError(
  { outputs, values, count }: Pairs,
  chosen: readonly number[],
  valueAt: (k: number) => ArrayLike<number>,
): number {
  const mean = new Float64Array(outputs);
  values.forEach((value, k) => (mean[k % outputs]! += value / count));
  let [error, spread, size] = [0, 0, 0];
  for (const k of chosen) {
    const found = valueAt(k);
    for (let o = 0; o < outputs; o++) {
      const value = values[k * outputs + o]!;
      error += (value - found[o]!) ** 2;
      spread += (value - mean[o]!) ** 2;
      size += value ** 2;
    }
  }
  const unit = spread > SAME ** 2 * size ? spread : size;
  return unit > 0 ? Math.sqrt(error / unit) : 0;
}
