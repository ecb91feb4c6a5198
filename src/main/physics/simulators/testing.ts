/** What the simulators' tests share: runs from a given state, and how fast errors fall. */
import { defaultsOf } from "../../../shared/parameters";
import type { Choices, Coefficients, Simulator } from "./simulator";

/** The state after `steps` kept steps from a given one. */
export function after(
  simulator: Simulator,
  state: Float64Array,
  size: number,
  changes: Coefficients,
  { steps = 1, choices = {} }: { steps?: number; choices?: Choices } = {},
): Float64Array {
  const coefficients = { ...defaultsOf(simulator.parameters), ...changes };
  const all = { ...defaultsOf(simulator.choices), ...choices } as Choices;
  const evolution = simulator.evolve(state, size, coefficients, all);
  for (let k = 0; k < steps; k++) evolution.advance();
  return evolution.state();
}

/** A field of the positions of grid points of a box, x first. @param at 0 for values at points, ½ for cells */
export function sampled(
  size: number,
  axes: 1 | 2,
  length: number,
  of: (x: number, y: number) => number,
  at = 0,
): Float64Array {
  const x = (j: number): number => ((j + at) * length) / size;
  return Float64Array.from({ length: size ** axes }, (_, i) =>
    of(x(i % size), axes === 1 ? 0 : x(Math.floor(i / size))),
  );
}

export function joined(...channels: readonly Float64Array[]): Float64Array {
  return Float64Array.from(channels.flatMap((channel) => [...channel]));
}

export function worstError(a: Float64Array, b: Float64Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/** log₂ of the ratio of errors at a step (or cell) and at half of it. */
export function order(error: (fraction: number) => number): number {
  return Math.log2(error(1) / error(2));
}
