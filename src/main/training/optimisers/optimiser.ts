/** What turns a gradient into a step, as part of the graph: what it remembers stays in the executor's tensors. */
import type { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";

export interface Update {
  readonly parameter: Value;
  readonly gradient: Value;
  /** What is remembered of this parameter, in the order of `slots`. */
  readonly slots: readonly Value[];
  /** Rank 0. */
  readonly rate: Value;
  /** Rank 0, by the names of `scalars`. */
  readonly scalars: Readonly<Record<string, Value>>;
}

export interface Optimiser {
  /** What it remembers of each parameter: tensors of its shape that begin at zero. */
  readonly slots: readonly string[];
  /** Numbers that change from step to step. @param step from 1 */
  scalars(step: number): Readonly<Record<string, number>>;
  /** The parameter after the step, and its slots. */
  update(g: Builder, given: Update): { parameter: Value; slots: Value[] };
}

/** Name of what is remembered of a parameter. */
export const slotName = (slot: string, parameter: string): string => `${slot}(${parameter})`;
