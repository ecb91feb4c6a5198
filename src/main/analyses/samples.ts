/** From the network of one sample to runs over several. */
import type { Builder } from "../graph/builder";
import type { Value } from "../graph/ir";
import type { SampleNetwork } from "./network";

/** Roughly what one run may hold, in bytes; larger runs are no faster. */
export const RUN_BYTES = 64 * 2 ** 20;
/** More at once is no faster either, and makes a cancelled job wait. */
const MOST_SAMPLES = 32;
const FLOAT32_BYTES = 4;

/** How many of `n` samples one run takes, where each makes `numbers` float32 numbers on the way. */
export function samplesPerRun(n: number, numbers: number): number {
  const fitting = Math.floor(RUN_BYTES / (FLOAT32_BYTES * numbers));
  return Math.max(1, Math.min(n, MOST_SAMPLES, fitting));
}

/** A value of one sample, held for several. */
export interface Stacked {
  /** The graph's input, [count, …]. */
  readonly input: Value;
  /** The same for `vmap`: [count, 1, …], one-sample values along the first axis. */
  readonly values: Value;
}

/** @param single [1, …] */
export function stacked(g: Builder, name: string, single: Value, count: number): Stacked {
  const [, ...sample] = single.shape;
  const input = g.input(name, { dtype: single.dtype, shape: [count, ...sample] });
  return { input, values: g.reshape(input, [count, ...single.shape]) };
}

/** What a graph made of the network takes besides its data: the parameters, trained or not. */
export function otherInputs({ graph, input }: SampleNetwork): Value[] {
  return graph.inputs.filter((value) => value !== input);
}
