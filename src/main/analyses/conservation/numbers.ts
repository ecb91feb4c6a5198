/** What is measured along rollouts: every quantity of model, repaired model and data, and how far the states are off. */
import type { Integrand } from "../../../shared/physics/integrand";
import type { Quantity } from "../../../shared/physics/quantity";
import type { Reals } from "../innerProducts";
import { integralsOf, outflowOf, StateBlock, type Integrals } from "../../physics/integrals";
import type { Layout } from "../../physics/layout";

/** Of one kind of rollout; NaN where it had blown up, or the data end. */
export interface RolloutNumbers {
  /** [Q, N, n + 1] */
  readonly value: Float64Array;
  /** ‖u_k − data‖/‖data‖, [N, n] */
  readonly error: Float64Array;
  /** First step, from 1, whose state is not finite or far beyond the data; 0 where there is none. [N] */
  readonly end: Int32Array;
  /** 1 where that state is not finite, 0 where it is only far beyond the data. [N] */
  readonly lost: Uint8Array;
}

export function emptyNumbers(quantities: number, samples: number, steps: number): RolloutNumbers {
  return {
    value: new Float64Array(quantities * samples * (steps + 1)).fill(NaN),
    error: new Float64Array(samples * steps).fill(NaN),
    end: new Int32Array(samples),
    lost: new Uint8Array(samples),
  };
}

/** What is evaluated: an integral, less what flows out through walls. */
export interface Measured extends Quantity {
  readonly leaving?: readonly Integrand[];
}

/** Quantities of states that are seen in one layout. */
export interface Metered {
  readonly quantities: readonly Measured[];
  readonly layout: Layout;
}

/** Evaluates all quantities on blocks of states. */
export class Meter {
  /** Of all sets, one after another. */
  readonly quantities: readonly Quantity[];
  readonly #sets: readonly Metered[];
  readonly #coefficients: Readonly<Record<string, number>>;
  readonly #samples: number;
  readonly #steps: number;
  /** ΔV·Σ|f(u₀)|, [Q, N]. */
  readonly size: Float64Array;

  constructor(
    sets: readonly Metered[],
    coefficients: Readonly<Record<string, number>>,
    samples: number,
    steps: number,
  ) {
    this.#sets = sets;
    this.quantities = sets.flatMap(({ quantities }) => quantities);
    this.#coefficients = coefficients;
    this.#samples = samples;
    this.#steps = steps;
    this.size = new Float64Array(this.quantities.length * samples);
  }

  #of(states: Reals, n: number): Integrals[] {
    return this.#sets.flatMap(({ quantities, layout }) => {
      const block = new StateBlock(states, n, layout);
      return quantities.map(({ integrand, leaving }) => {
        const found = integralsOf(integrand, block, this.#coefficients);
        if (leaving === undefined) return found;
        const out = outflowOf(leaving, block, this.#coefficients);
        return {
          value: found.value.map((inside, i) => inside - out[i]!),
          get size() {
            return found.size;
          },
        };
      });
    });
  }

  /** Few states at a time, so that what is made of them on the way stays in the processor's cache. */
  #inPieces(
    states: Reals,
    n: number,
    take: (found: readonly Integrals[], first: number, count: number) => void,
  ): void {
    const size = states.length / n;
    const width = Math.max(1, Math.floor(PIECE / size));
    for (let first = 0; first < n; first += width) {
      const count = Math.min(width, n - first);
      const piece = states.subarray(first * size, (first + count) * size);
      take(this.#of(piece, count), first, count);
    }
  }

  /** I of each quantity and state, [Q][n]. */
  values(states: Reals, n: number): Float64Array[] {
    const all = this.quantities.map(() => new Float64Array(n));
    this.#inPieces(states, n, (found, first) => {
      found.forEach(({ value }, q) => {
        all[q]!.set(value, first);
      });
    });
    return all;
  }

  /** Notes the values at step k of samples first …; at step 0 their sizes too. */
  note(numbers: RolloutNumbers, states: Reals, first: number, n: number, step: number): void {
    this.#inPieces(states, n, (found, from, count) => {
      found.forEach((integrals, q) => {
        const sample = q * this.#samples + first + from;
        if (step === 0) this.size.set(integrals.size, sample);
        for (let i = 0; i < count; i++) {
          const ended = numbers.end[first + from + i]!;
          if (ended > 0 && step >= ended) continue;
          const value = integrals.value[i]!;
          numbers.value[(sample + i) * (this.#steps + 1) + step] = Number.isFinite(value)
            ? value
            : NaN;
        }
      });
    });
  }
}

/** Numbers of states that are measured at once. */
const PIECE = 2 ** 14;

/** Of the first quantities only. */
export function firstQuantities(
  numbers: RolloutNumbers,
  count: number,
  samples: number,
  steps: number,
): RolloutNumbers {
  return { ...numbers, value: numbers.value.subarray(0, count * samples * (steps + 1)) };
}
