/**
 * dx/dt along trajectories by central differences of the highest order that they are long enough for. Differencing
 * commutes with every affine motion of the states, so it breaks no symmetry of the dynamics; it only adds terms of the
 * order of the step's power to the field.
 */
import { quantile, sorted } from "../../../shared/statistics";
import { toFloat64, type Tensor } from "../../../shared/tensor";

/** Weights of x(t + kΔt) − x(t − kΔt), k = 1 …, over Δt (Fornberg 1988, table 1). */
const weights: readonly (readonly number[])[] = [
  [1 / 2],
  [2 / 3, -1 / 12],
  [3 / 4, -3 / 20, 1 / 60],
  [4 / 5, -1 / 5, 4 / 105, -1 / 280],
];

export interface Rates {
  /** Positions of the samples whose trajectory goes on far enough, and which the time step resolves. */
  readonly kept: readonly number[];
  /** States in the middle of their stencil, [kept, d]. */
  readonly points: Float64Array;
  readonly rates: Float64Array;
  /** Of the error: Δt to this power. */
  readonly order: number;
}

/**
 * @param later the data's states so many steps after the samples, NaN where they end before
 * @param count of the samples
 * @returns null where no three successive states are there
 */
export async function ratesOf(
  later: (positions: readonly number[], steps: number) => Promise<Tensor>,
  count: number,
  dt: number,
): Promise<Rates | null> {
  const positions = Array.from({ length: count }, (_, k) => k);
  const states: Float64Array[] = [];
  for (let steps = 0; steps <= 2 * weights.length; steps++) {
    states.push(Float64Array.from(toFloat64(await later(positions, steps))));
  }
  const d = states[0]!.length / count;
  for (let half = weights.length; half > 0; half--) {
    const last = states[2 * half]!;
    const whole = positions.filter((k) => Number.isFinite(last[k * d]!));
    // A long stencil is not worth most of the samples.
    if (whole.length === 0 || (half > 1 && 2 * whole.length < count)) continue;
    const difference = (position: number, order: number): Float64Array =>
      Float64Array.from({ length: d }, (_, i) => {
        const at = position * d + i;
        return (
          weights[order - 1]!.reduce(
            (sum, weight, k) =>
              sum + weight * (states[half + k + 1]![at]! - states[half - k - 1]![at]!),
            0,
          ) / dt
        );
      });
    const rates = new Map(whole.map((k) => [k, difference(k, half)]));
    const kept = half === 1 ? whole : resolved(whole, rates, (k) => difference(k, half - 1));
    return {
      kept,
      points: joined(kept.map((k) => states[half]!.subarray(k * d, (k + 1) * d))),
      rates: joined(kept.map((k) => rates.get(k)!)),
      order: 2 * half,
    };
  }
  return null;
}

/** How much more than the median two orders may disagree. */
const FAST = 2;
/** Over the root mean square of the rates: no error to speak of. */
const FINE = 1e-9;

/**
 * The samples at which the time step resolves the motion: two orders of differences agree there about as well as at most
 * others. Where a trajectory rushes in from afar the error of its differences is no function of the fit's kind.
 */
function resolved(
  positions: readonly number[],
  rates: ReadonlyMap<number, Float64Array>,
  lower: (position: number) => Float64Array,
): number[] {
  const errors = positions.map((k) => {
    const own = rates.get(k)!;
    return Math.hypot(...lower(k).map((value, i) => value - own[i]!));
  });
  const squares = positions.map((k) => Math.hypot(...rates.get(k)!) ** 2);
  const size = Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / squares.length);
  const most = Math.max(FAST * quantile(sorted(errors), 0.5), FINE * size);
  return positions.filter((_, k) => errors[k]! <= most);
}

function joined(rows: readonly Float64Array[]): Float64Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float64Array(rows.length * width);
  rows.forEach((row, k) => all.set(row, k * width));
  return all;
}
