/**
 * How sure a spectrum is. Samples of one trajectory are not independent, so whole trajectories are drawn again; of the
 * span of what was found, two halves of the trajectories are compared.
 */
import { integerBelow, randomFrom } from "../../../shared/random";
import { quantile } from "../../../shared/statistics";
import type { Clusters } from "../../data/fit/map";
import type { Interval } from "../bootstrap";
import { symmetricEigen } from "../symmetricEigen";
import { orthonormal } from "./spectrum";

const RESAMPLES = 400;
const TAIL = 0.025;
/** More trajectories are drawn in bundles of several, which leaves the spread of a mean as it is. */
const MOST_DRAWN = 200;

/** 95 % percentile interval of the relative defect √(Σ defect/Σ scale) of one motion. */
export function defectInterval(
  defect: Float64Array,
  scale: Float64Array,
  clusters: Clusters,
  seed: number,
): Interval {
  const count = Math.min(clusters.length, MOST_DRAWN);
  const sums = Array.from({ length: count }, () => ({ up: 0, down: 0 }));
  clusters.forEach((cluster, c) => {
    const sum = sums[c % count]!;
    for (const k of cluster) {
      sum.up += defect[k]!;
      sum.down += scale[k]!;
    }
  });
  const random = randomFrom(seed);
  const drawn = Float64Array.from({ length: RESAMPLES }, () => {
    let [up, down] = [0, 0];
    for (let k = 0; k < sums.length; k++) {
      const one = sums[integerBelow(random, sums.length)]!;
      up += one.up;
      down += one.down;
    }
    return down > 0 ? Math.sqrt(up / down) : 0;
  }).sort();
  return { low: quantile(drawn, TAIL), high: quantile(drawn, 1 - TAIL) };
}

/** Every second cluster: samples of the two halves. */
export function halves(clusters: Clusters): [number[], number[]] {
  return [0, 1].map((rest) => clusters.filter((_, k) => k % 2 === rest).flat()) as [
    number[],
    number[],
  ];
}

/** The largest principal angle between two spans, in radians; π/2 where they differ in dimension. */
export function largestAngle(one: readonly Float64Array[], other: readonly Float64Array[]): number {
  const [a, b] = [orthonormal(one), orthonormal(other)];
  if (a.length !== b.length || a.length === 0) return Math.PI / 2;
  // sin² of the angles are the eigenvalues of 1 − AᵀBBᵀA, exact for small angles where cosines are not.
  const k = a.length;
  const rest = a.map((v) => {
    const out = Float64Array.from(v);
    for (const w of b) {
      const inner = w.reduce((sum, value, i) => sum + value * v[i]!, 0);
      for (let i = 0; i < out.length; i++) out[i]! -= inner * w[i]!;
    }
    return out;
  });
  const gram = Float64Array.from({ length: k * k }, (_, at) => {
    const [i, j] = [rest[Math.floor(at / k)]!, rest[at % k]!];
    return i.reduce((sum, value, at) => sum + value * j[at]!, 0);
  });
  return Math.asin(Math.min(1, Math.sqrt(Math.max(0, symmetricEigen(gram, k).values[k - 1]!))));
}
