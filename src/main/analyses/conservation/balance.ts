/**
 * Balance laws: dI/dt = ∫ rate, with sources and sinks. What is left over a step is
 * (I_{k+1} − I_k)/Δt − ½(R_k + R_{k+1}), where R = ∫ rate: zero for the exact solution up to O(Δt²), which the data's own
 * residual shows.
 */
import type { Quantity } from "../../../shared/physics/quantity";
import { quartiles, type Quartiles } from "../../../shared/statistics";
import type { ResultArray } from "../context";
import { tensorOf } from "../orbit";
import type { RolloutNumbers } from "./numbers";
import type { Rollouts } from "./rollout";

/** The rates as quantities of their own, to be measured after the others. */
export function ratesOf(quantities: readonly Quantity[]): Quantity[] {
  return quantities.flatMap(({ id, rate }) =>
    rate === undefined ? [] : [{ id: `rate of ${id}`, nature: null, integrand: rate }],
  );
}

/**
 * @param rollouts values of the quantities, then of their rates @param dt null where the data do not say: no balance then
 * @returns null where no balance is stated
 */
export function balances(
  rollouts: Rollouts,
  quantities: readonly Quantity[],
  samples: number,
  steps: number,
  dt: number | null,
): { summary: Record<string, unknown>[]; arrays: Record<string, ResultArray> } | null {
  const stated = quantities.flatMap(({ id, rate }, q) =>
    rate === undefined ? [] : [{ id, q, formula: rate.text }],
  );
  if (stated.length === 0 || dt === null) return null;
  const residuals = ({ value }: RolloutNumbers): Float64Array => {
    const out = new Float64Array(stated.length * samples * steps);
    const at = (row: number, i: number, k: number): number =>
      value[(row * samples + i) * (steps + 1) + k]!;
    stated.forEach(({ q }, r) => {
      for (let i = 0; i < samples; i++) {
        for (let k = 0; k < steps; k++) {
          const rates = at(quantities.length + r, i, k) + at(quantities.length + r, i, k + 1);
          out[(r * samples + i) * steps + k] = (at(q, i, k + 1) - at(q, i, k)) / dt - rates / 2;
        }
      }
    });
    return out;
  };
  const [model, reference] = [residuals(rollouts.model), residuals(rollouts.reference)];
  const array = (values: Float64Array, whose: string): ResultArray => ({
    tensor: tensorOf(values, [stated.length, samples, steps]),
    axes: ["balance", "sample", "step"],
    unit: "",
    description: `(I_{k+1} − I_k)/Δt − ½(R_k + R_{k+1}) of ${whose}`,
  });
  return {
    summary: stated.map(({ id, formula }, r) => {
      const row = quantities.length + r;
      const size = samples * (steps + 1);
      const rates = rollouts.reference.value.subarray(row * size, (row + 1) * size);
      const scale = largest(rates);
      return {
        id,
        rate: formula,
        scale,
        residual: spread(model, r, samples, steps, scale),
        reference: spread(reference, r, samples, steps, scale),
      };
    }),
    arrays: {
      balance: array(model, "the network"),
      balance_reference: array(reference, "the data"),
    },
  };
}

/** Each rollout's largest residual over the largest rate of the data. */
function spread(
  values: Float64Array,
  r: number,
  samples: number,
  steps: number,
  scale: number,
): Quartiles {
  return quartiles(
    Array.from({ length: samples }, (_, i) => {
      const start = (r * samples + i) * steps;
      return largest(values.subarray(start, start + steps)) / (scale > 0 ? scale : 1);
    }),
  );
}

function largest(values: Float64Array): number {
  const sizes = [...values].filter(Number.isFinite).map(Math.abs);
  return sizes.length === 0 ? NaN : Math.max(...sizes);
}
