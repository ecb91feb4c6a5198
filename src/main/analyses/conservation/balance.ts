/**
 * Balance laws: dI/dt = ∫ rate − ∮ flux·n, with sources and sinks, and walls that something flows through. What is left
 * over a step is (I_{k+1} − I_k)/Δt − ½(R_k + R_{k+1}), where R is that right-hand side: zero for the exact solution up to
 * O(Δt²), which the data's own residual shows.
 */
import { parseIntegrand } from "../../../shared/physics/integrand";
import type { Quantity } from "../../../shared/physics/quantity";
import { quartiles, type Quartiles } from "../../../shared/statistics";
import type { ResultArray } from "../context";
import { tensorOf } from "../orbit";
import type { Measured, RolloutNumbers } from "./numbers";
import type { Rollouts } from "./rollout";

/** The right-hand sides as quantities of their own, to be measured after the others; their flux is what leaves them. */
export function ratesOf(quantities: readonly Quantity[]): Measured[] {
  return quantities.filter(isStated).map(({ id, rate, flux }) => ({
    id: `rate of ${id}`,
    nature: null,
    integrand: rate ?? parseIntegrand("0"),
    ...(flux === undefined ? {} : { leaving: flux }),
  }));
}

function isStated({ rate, flux }: Quantity): boolean {
  return rate !== undefined || flux !== undefined;
}

function formulaOf({ rate, flux }: Quantity): string {
  const through = flux === undefined ? "" : `−∮(${flux.map(({ text }) => text).join(", ")})·n`;
  return [rate?.text ?? "", through].filter((part) => part !== "").join(" ");
}

/** Rates are looked at beside what would change this share of the whole within the rollout: at rest there is none. */
const LEAST_CHANGE = 0.01;

/**
 * @param rollouts values of the quantities, then of their rates @param dt null where the data do not say: no balance then
 * @param sizes of the quantities, s of their drifts
 * @returns null where no balance is stated
 */
export function balances(
  rollouts: Rollouts,
  quantities: readonly Quantity[],
  samples: number,
  steps: number,
  dt: number | null,
  sizes: Float64Array,
): { summary: Record<string, unknown>[]; arrays: Record<string, ResultArray> } | null {
  const stated = quantities.flatMap((quantity, q) =>
    isStated(quantity) ? [{ id: quantity.id, q, formula: formulaOf(quantity) }] : [],
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
    description: `(I_{k+1} − I_k)/Δt − ½(R_k + R_{k+1}) of ${whose}, R = ∫ rate − ∮ flux·n`,
  });
  return {
    summary: stated.map(({ id, q, formula }, r) => {
      const row = quantities.length + r;
      const size = samples * (steps + 1);
      const rates = rollouts.reference.value.subarray(row * size, (row + 1) * size);
      const scale = Math.max(largest(rates), (LEAST_CHANGE * sizes[q]!) / (steps * dt));
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

/** Each rollout's largest residual over that scale. */
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
