/**
 * dx/dt along trajectories by central differences of the highest order that they are long enough for. Differencing
 * commutes with every affine motion of the states, so it breaks no symmetry of the dynamics; it only adds terms of the
 * order of the step's power to the field.
 */
import { toFloat64, type Tensor } from "../../../../shared/tensor";

/** Weights of x(t + kΔt) − x(t − kΔt), k = 1 …, over Δt (Fornberg 1988, table 1). */
const weights: readonly (readonly number[])[] = [
  [1 / 2],
  [2 / 3, -1 / 12],
  [3 / 4, -3 / 20, 1 / 60],
  [4 / 5, -1 / 5, 4 / 105, -1 / 280],
];

export interface Rates {
  /** Positions of the samples whose trajectory goes on far enough. */
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
    const kept = positions.filter((k) => Number.isFinite(last[k * d]!));
    // A long stencil is not worth most of the samples.
    if (kept.length === 0 || (half > 1 && 2 * kept.length < count)) continue;
    const rates = new Float64Array(kept.length * d);
    const points = new Float64Array(kept.length * d);
    kept.forEach((position, row) => {
      for (let i = 0; i < d; i++) {
        const at = position * d + i;
        points[row * d + i] = states[half]![at]!;
        rates[row * d + i] =
          weights[half - 1]!.reduce(
            (sum, weight, k) =>
              sum + weight * (states[half + k + 1]![at]! - states[half - k - 1]![at]!),
            0,
          ) / dt;
      }
    });
    return { kept, points, rates, order: 2 * half };
  }
  return null;
}
