/**
 * Exchanges of particles, the motions of a state that are no flow: ‖f(Px) − Pf(x)‖/‖f(x)‖ for P the exchange of two
 * neighbours. Neighbours' exchanges generate all permutations, so a map that commutes with them commutes with every one.
 */
import type { Layout } from "../../../shared/states/layout";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import type { StatesContext } from "../context";
import { activationSize, type SampleNetwork } from "../network";
import { realsOf, tensorOf } from "../orbit";
import { Predictions } from "../predictions";
import { samplesPerRun } from "../samples";
import { norm } from "./norms";
import type { Sides } from "./sides";

export interface Exchanges {
  /** Which particles, counted from 0. */
  readonly pairs: readonly (readonly [number, number])[];
  /** [pairs, N] */
  readonly error: Float64Array;
}

/** More neighbours than this are taken evenly. */
const MOST_PAIRS = 24;

/** @returns null for states of one particle, and where a prediction's particles are others than the state's */
export async function exchangeErrors(
  { executor, model, input, samples }: StatesContext,
  network: SampleNetwork,
  { layout, outputLayout }: Sides,
  step: () => void,
): Promise<Exchanges | null> {
  if (layout === null || outputLayout === null || layout.particles < 2) return null;
  if (![1, layout.particles].includes(outputLayout.particles)) return null;
  const pairs = neighbours(layout.particles);
  const n = samples.length;
  const size = sizeOf(network.prediction.shape);
  const chunk = samplesPerRun(n, activationSize(network));
  const predictions = await Predictions.compile(executor, model, network, chunk);
  const error = new Float64Array(pairs.length * n);
  try {
    const plain = await predictions.of(input, step);
    for (const [p, pair] of pairs.entries()) {
      const moved = await predictions.of(exchangedStates(input, layout, pair), step);
      const order = exchanged(outputLayout, pair, size);
      for (let i = 0; i < n; i++) {
        const own = plain.subarray(i * size, (i + 1) * size);
        const off = Float64Array.from(order, (from, k) => moved[i * size + k]! - own[from]!);
        const length = norm(off, 0, size, null);
        error[p * n + i] = length === 0 ? 0 : length / norm(own, 0, size, null);
      }
    }
  } finally {
    await predictions.dispose();
  }
  return { pairs, error };
}

function neighbours(particles: number): [number, number][] {
  const count = Math.min(particles - 1, MOST_PAIRS);
  return Array.from({ length: count }, (_, k) => {
    const first = Math.floor((k * (particles - 1)) / count);
    return [first, first + 1];
  });
}

/** Where each number of the exchanged state comes from. */
function exchanged(
  { particles, positions }: Layout,
  [a, b]: readonly [number, number],
  size: number,
): Int32Array {
  const order = Int32Array.from({ length: size }, (_, k) => k);
  // What belongs to no single particle stays.
  if (particles === 1) return order;
  positions[a]!.forEach((place, k) => {
    order[place] = positions[b]![k]!;
    order[positions[b]![k]!] = place;
  });
  return order;
}

function exchangedStates(input: Tensor, layout: Layout, pair: readonly [number, number]): Tensor {
  const size = sizeOf(input.shape.slice(1));
  const order = exchanged(layout, pair, size);
  const values = realsOf(input);
  const out = values.slice();
  for (let start = 0; start < out.length; start += size) {
    for (let k = 0; k < size; k++) out[start + k] = values[start + order[k]!]!;
  }
  return tensorOf(out, input.shape);
}
