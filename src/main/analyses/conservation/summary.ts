/** What a run says of each quantity: how far it drifted, how the drift grows, and whether that is bias or noise. */
import type { ConservationParameters } from "../../../shared/analyses/conservation";
import type { Nature, Quantity } from "../../../shared/physics/quantity";
import { quantile, quartiles, sorted } from "../../../shared/statistics";
import { familiesOf, type Spread } from "../aggregate";
import { medianInterval } from "../bootstrap";
import type { StatesContext } from "../context";
import type { Increments } from "./increments";
import type { Meter, RolloutNumbers } from "./numbers";
import type { Rollouts } from "./rollout";
import { growthExponent, theilSen } from "./statistics";

/** A change against its sign below this share of the scale is rounding of single precision. */
const ROUNDING = 1e-6;

/** A spread below this share of the size is rounding of a quantity that is the same in all states. */
const SAME = 1e-9;

/**
 * What drifts are held against, one a quantity: the median of ΔV·Σ|f(u₀)|, which is not small where contributions
 * cancel, or the spread of I over the samples; the other where that is zero, and 1 where nothing is there at all.
 * @param spreads of I over the initial states
 */
export function scalesOf(
  meter: Meter,
  spreads: Float64Array,
  relativeTo: "size" | "spread",
): Float64Array {
  return spreads.map((spread, q) => {
    const n = meter.size.length / meter.quantities.length;
    const found = quantile(sorted(meter.size.subarray(q * n, (q + 1) * n)), 0.5);
    const size = Number.isFinite(found) ? found : 0;
    const differs = spread > SAME * size;
    if (size > 0 && (relativeTo === "size" || !differs)) return size;
    return differs ? spread : 1;
  });
}

/** Standard deviation of I over the initial states. @param count the quantities, the first ones */
export function spreadsOf(
  { value }: RolloutNumbers,
  count: number,
  n: number,
  steps: number,
): Float64Array {
  return Float64Array.from({ length: count }, (_, q) => {
    const starts = Array.from({ length: n }, (_unused, i) => value[(q * n + i) * (steps + 1)]!);
    const mean = meanOf(starts);
    return Math.sqrt(meanOf(starts.map((one) => (one - mean) ** 2)));
  });
}

/** I_k − I_0, [Q, N, n]. */
export function driftOf({ value }: RolloutNumbers, steps: number): Float64Array {
  const out = new Float64Array((value.length / (steps + 1)) * steps);
  for (let row = 0; row < out.length / steps; row++) {
    const start = value[row * (steps + 1)]!;
    for (let k = 0; k < steps; k++) {
      out[row * steps + k] = value[row * (steps + 1) + k + 1]! - start;
    }
  }
  return out;
}

export function summaryOf(
  { samples, grid }: StatesContext,
  { steps, seed, repair, physics }: ConservationParameters,
  quantities: readonly Quantity[],
  rollouts: Rollouts,
  scales: Float64Array,
  spreads: Float64Array,
  increments: Increments | null,
): Record<string, unknown> {
  const n = samples.length;
  const families = familiesOf(samples);
  const spread = (of: (sample: number) => number): Spread => {
    const all = samples.map((_, i) => of(i));
    return {
      ...quartiles(all),
      ...medianInterval(
        families.map((family) => family.map((i) => [all[i]!])),
        seed,
      ),
    };
  };
  const about = (numbers: RolloutNumbers, q: number, nature: Nature) => {
    const drift = driftOf(numbers, steps).map(
      (value, at) => value / scales[Math.floor(at / (n * steps))]!,
    );
    const row = (i: number): Float64Array =>
      drift.subarray((q * n + i) * steps, (q * n + i + 1) * steps);
    const root = Float64Array.from({ length: steps }, (_, k) =>
      Math.sqrt(meanOf(samples.map((_unused, i) => row(i)[k]! ** 2))),
    );
    return {
      drift: spread((i) => largest(row(i))),
      drift_end: spread((i) => lastFinite(row(i))),
      slope: spread((i) => theilSen([0, ...row(i)])),
      exponent: growthExponent(root),
      worst_step: worstStep(row, n, steps),
      ...(nature === "increasing" || nature === "decreasing"
        ? { against: against(numbers.value, q, n, steps, nature, scales[q]!) }
        : {}),
    };
  };
  return {
    samples: n,
    steps,
    repair,
    physics,
    volume: grid === null ? null : grid.length.reduce((product, side) => product * side, 1),
    blownUp: samples.flatMap((_, i) =>
      rollouts.model.end[i]! > 0 ? [{ sample: i, step: rollouts.model.end[i]! }] : [],
    ),
    quantities: quantities.map(({ id, integrand, nature }, q) => ({
      id,
      label: id,
      formula: integrand.text,
      nature,
      scale: scales[q],
      spread: spreads[q],
      ...about(rollouts.model, q, nature),
      reference: about(rollouts.reference, q, nature),
      ...(rollouts.repaired === null ? {} : { repaired: about(rollouts.repaired, q, nature) }),
      ...(increments === null
        ? {}
        : {
            increments: {
              model: biasOf(increments.model[q]!, scales[q]!),
              data: biasOf(increments.data[q]!, scales[q]!),
            },
          }),
    })),
    error: spread((i) => lastFinite(rollouts.model.error.subarray(i * steps, (i + 1) * steps))),
    ...(rollouts.repaired === null
      ? {}
      : {
          error_repaired: spread((i) =>
            lastFinite(rollouts.repaired!.error.subarray(i * steps, (i + 1) * steps)),
          ),
        }),
  };
}

/** The step over which the quantity moves most in the median rollout, from 1, and by how much. */
function worstStep(
  row: (sample: number) => Float64Array,
  n: number,
  steps: number,
): { step: number; change: number } | null {
  const moves = Array.from({ length: steps }, (_, k) =>
    quartiles(
      Array.from({ length: n }, (_unused, i) =>
        Math.abs(row(i)[k]! - (k === 0 ? 0 : row(i)[k - 1]!)),
      ),
    ),
  ).map(({ median }) => median);
  const change = Math.max(...moves.filter(Number.isFinite));
  return Number.isFinite(change) ? { step: moves.indexOf(change) + 1, change } : null;
}

/** Mean and standard deviation of one-step changes, relative to the scale; `error` of the mean. */
function biasOf(
  values: Float64Array,
  scale: number,
): { bias: number; noise: number; error: number; n: number } {
  const finite = values.filter((value) => Number.isFinite(value)).map((value) => value / scale);
  const bias = meanOf(finite);
  const square = finite.reduce((sum, value) => sum + (value - bias) ** 2, 0);
  const noise = Math.sqrt(square / Math.max(1, finite.length - 1));
  return { bias, noise, error: noise / Math.sqrt(finite.length), n: finite.length };
}

/** In how many rollouts, and after which step first, a quantity goes the way that it cannot. */
function against(
  value: Float64Array,
  q: number,
  n: number,
  steps: number,
  nature: "increasing" | "decreasing",
  scale: number,
): { rollouts: number; first: number | null } {
  const sign = nature === "increasing" ? -1 : 1;
  const firsts = Array.from({ length: n }, (_, i) => {
    const row = value.subarray((q * n + i) * (steps + 1), (q * n + i + 1) * (steps + 1));
    for (let k = 1; k <= steps; k++) {
      if (sign * (row[k]! - row[k - 1]!) > ROUNDING * scale) return k;
    }
    return Infinity;
  });
  const first = Math.min(...firsts);
  return {
    rollouts: firsts.filter(Number.isFinite).length,
    first: Number.isFinite(first) ? first : null,
  };
}

function meanOf(values: ArrayLike<number>): number {
  let [sum, n] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) continue;
    sum += values[i]!;
    n++;
  }
  return n === 0 ? NaN : sum / n;
}

function largest(values: Float64Array): number {
  const sizes = [...values].filter(Number.isFinite).map(Math.abs);
  return sizes.length === 0 ? NaN : Math.max(...sizes);
}

function lastFinite(values: Float64Array): number {
  return values.findLast(Number.isFinite) ?? NaN;
}
