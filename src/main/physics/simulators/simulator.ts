/**
 * What a simulator is: an equation with its coefficients, random states that it starts from, how it goes on from any
 * state, and the motions that this commutes with.
 */
import type { Random } from "../../../shared/random";
import { defaultsOf } from "../../../shared/parameters";
import type { ChoiceParameter, NumberParameter } from "./parameters";
import type { Symmetry } from "./motions";

/** A trajectory under way. */
export interface Evolution {
  /** As it is now: channels, then the grid; or particles, then their channels. */
  state(): Float64Array;
  /** To the next time that is kept. @throws UserError "simulate/…" where it cannot go on */
  advance(): void;
  /** Steps of the method that `advance` takes, as foreseen; 1 where it is exact. */
  readonly substeps: number;
}

/** Coefficients by name. */
export type Coefficients = Readonly<Record<string, number>>;
/** What is chosen by name: the kind of start, the boundary. */
export type Choices = Readonly<Record<string, string>>;

export interface SimulatorDefinition {
  readonly id: string;
  readonly title: string;
  /** As a reader writes it. */
  readonly equation: string;
  /** The same typeset, equations one below another. */
  readonly tex: readonly string[];
  /** The entry of the physics catalogue that says what it conserves. */
  readonly physics: string;
  /** Channel groups, as data state them. */
  readonly fields: string;
  /** Axes of the grid; 0 for particles. */
  readonly axes: 0 | 1 | 2;
  /** Its coefficients. `dt` is the time between states that are kept, `length` the side of the box. */
  readonly parameters: Readonly<Record<string, NumberParameter>>;
  /** What is chosen among names; `start` is the kind of random state, `boundary` periodic or open. */
  readonly choices: Readonly<Record<string, ChoiceParameter>>;
  /** Named sets of coefficients and choices. */
  readonly presets: Readonly<Record<string, Readonly<Record<string, number | string>>>>;
  /** Points a side, or particles. */
  readonly size: number;
  /** Whether states are averages over cells, given at their middles; else values at grid points, the first at 0. */
  readonly cells?: boolean;
  /** Shape of a state. */
  shape(size: number): number[];
  /** What the evolution commutes with, to rounding. */
  symmetry(size: number, coefficients: Coefficients, choices: Choices): Symmetry;
  /** A random state. @throws UserError "simulate/size" */
  initial(random: Random, size: number, coefficients: Coefficients, choices: Choices): Float64Array;
  /** On from that state. @throws UserError "simulate/size", "simulate/too-fast", "simulate/…" */
  evolve(
    state: Float64Array,
    size: number,
    coefficients: Coefficients,
    choices: Choices,
  ): Evolution;
  /** What an attentive colleague would remark on such a run: fronts thinner than the grid. */
  remarks?(state: Float64Array, size: number, coefficients: Coefficients): string[];
}

export interface Simulator extends SimulatorDefinition {
  /** From a random state. Choices that are not given are the usual ones. */
  start(random: Random, size: number, coefficients: Coefficients, choices?: Choices): Evolution;
}

export function simulator(definition: SimulatorDefinition): Simulator {
  return {
    ...definition,
    start(random, size, coefficients, given = {}) {
      const choices = { ...defaultsOf(definition.choices), ...given } as Choices;
      const state = definition.initial(random, size, coefficients, choices);
      return definition.evolve(state, size, coefficients, choices);
    },
  };
}

/** "periodic" unless it is a choice and another was made. */
export function boundaryOf({ boundary = "periodic" }: Choices): "periodic" | "open" {
  return boundary === "periodic" ? "periodic" : "open";
}
