/** What is measured along rollouts: every quantity of model, repaired model and data, and how far the states are off. */
import type { Quantity } from "../../../shared/physics/quantity";
import { integralsOf, StateBlock } from "../../physics/integrals";
import type { Layout } from "../../physics/layout";

/** Of one kind of rollout; NaN where it had blown up, or the data end. */
export interface RolloutNumbers {
  /** [Q, N, n + 1] */
  readonly value: Float64Array;
  /** ‖u_k − data‖/‖data‖, [N, n] */
  readonly error: Float64Array;
  /** First step, from 1, whose state is not finite or far beyond the data; 0 where there is none. [N] */
  readonly end: Int32Array;
}

export function emptyNumbers(quantities: number, samples: number, steps: number): RolloutNumbers {
  return {
    value: new Float64Array(quantities * samples * (steps + 1)).fill(NaN),
    error: new Float64Array(samples * steps).fill(NaN),
    end: new Int32Array(samples),
  };
}

/** Evaluates all quantities on blocks of states. */
export class Meter {
  readonly quantities: readonly Quantity[];
  readonly layout: Layout;
  readonly #coefficients: Readonly<Record<string, number>>;
  readonly #samples: number;
  readonly #steps: number;
  /** ΔV·Σ|f(u₀)|, [Q, N]. */
  readonly size: Float64Array;

  constructor(
    quantities: readonly Quantity[],
    layout: Layout,
    coefficients: Readonly<Record<string, number>>,
    samples: number,
    steps: number,
  ) {
    this.quantities = quantities;
    this.layout = layout;
    this.#coefficients = coefficients;
    this.#samples = samples;
    this.#steps = steps;
    this.size = new Float64Array(quantities.length * samples);
  }

  /** I of each quantity and state, [Q][n]. */
  values(states: ArrayLike<number>, n: number): Float64Array[] {
    const block = new StateBlock(states, n, this.layout);
    return this.quantities.map(
      ({ integrand }) => integralsOf(integrand, block, this.#coefficients).value,
    );
  }

  /** Notes the values at step k of samples first …; at step 0 their sizes too. */
  note(
    numbers: RolloutNumbers,
    states: ArrayLike<number>,
    first: number,
    n: number,
    step: number,
  ): void {
    const block = new StateBlock(states, n, this.layout);
    this.quantities.forEach(({ integrand }, q) => {
      const { value, size } = integralsOf(integrand, block, this.#coefficients);
      for (let i = 0; i < n; i++) {
        const row = q * this.#samples + first + i;
        const ended = numbers.end[first + i]!;
        if (ended === 0 || step < ended) {
          numbers.value[row * (this.#steps + 1) + step] = Number.isFinite(value[i]!)
            ? value[i]!
            : NaN;
        }
        if (step === 0) this.size[row] = size[i]!;
      }
    });
  }
}
