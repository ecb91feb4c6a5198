/** What a simulator is: an equation with its coefficients, states that it starts from, and how it goes on. */
import type { Random } from "../../../shared/random";
import type { NumberParameter } from "./parameters";

/** A trajectory under way. */
export interface Evolution {
  /** As it is now: channels, then the grid; or particles, then their channels. */
  state(): Float64Array;
  /** To the next time that is kept. */
  advance(): void;
}

/** Coefficients by name. */
export type Coefficients = Readonly<Record<string, number>>;

export interface Simulator {
  readonly id: string;
  readonly title: string;
  /** As a reader writes it. */
  readonly equation: string;
  /** The entry of the physics catalogue that says what it conserves. */
  readonly physics: string;
  /** Channel groups, as data state them. */
  readonly fields: string;
  /** Axes of the grid; 0 for particles. */
  readonly axes: 0 | 1 | 2;
  /** Its coefficients. `dt` is the time between states that are kept, `length` the side of the box. */
  readonly parameters: Readonly<Record<string, NumberParameter>>;
  /** Named sets of parameters. */
  readonly presets: Readonly<Record<string, Coefficients>>;
  /** Points a side, or particles. */
  readonly size: number;
  /** Shape of a state. */
  shape(size: number): number[];
  /** From a random state. @throws UserError "simulate/size" */
  start(random: Random, size: number, coefficients: Coefficients): Evolution;
}
