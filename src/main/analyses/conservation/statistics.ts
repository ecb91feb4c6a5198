/** How a drift goes: its slope, and the power of the number of steps with which it grows. */
import { quantile, sorted } from "../../../shared/statistics";

/** Pairs grow with the square of the points; of a longer series these many, evenly spaced, tell as much. */
const MOST_POINTS = 64;

/**
 * Median of the slopes between all pairs of points (Theil 1950, Sen 1968), which a third of wild points cannot move.
 * @param values at 0, 1, 2 …; what is not finite is left out
 * @returns a step; NaN with fewer than two points
 */
export function theilSen(values: ArrayLike<number>): number {
  const stride = Math.max(1, Math.ceil(values.length / MOST_POINTS));
  const points: [number, number][] = [];
  for (let k = 0; k < values.length; k += stride) {
    if (Number.isFinite(values[k]!)) points.push([k, values[k]!]);
  }
  const slopes = points.flatMap(([k, a], i) =>
    points.slice(i + 1).map(([l, b]) => (b - a) / (l - k)),
  );
  return quantile(sorted(slopes), 0.5);
}

/** Steps that a power law must span before its exponent means something. */
const FEWEST_STEPS = 4;

/**
 * a in |Δ_k| ~ k^a by least squares on logarithms: ½ for a random walk, 1 for a bias.
 * @param sizes |Δ| after 1, 2, 3 … steps; zeros and what is not finite are left out
 * @returns NaN with fewer than four points
 */
export function growthExponent(sizes: ArrayLike<number>): number {
  const points: [number, number][] = [];
  for (let k = 0; k < sizes.length; k++) {
    const size = sizes[k]!;
    if (size > 0 && Number.isFinite(size)) points.push([Math.log(k + 1), Math.log(size)]);
  }
  if (points.length < FEWEST_STEPS) return NaN;
  const mean = (of: 0 | 1): number => points.reduce((sum, p) => sum + p[of], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, p) => sum + (p[0] - x) * (p[1] - y), 0);
  return covariance / points.reduce((sum, p) => sum + (p[0] - x) ** 2, 0);
}
