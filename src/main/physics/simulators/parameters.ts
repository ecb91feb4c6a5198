/** Parameters that simulators share. */
import type { Parameter } from "../../../shared/parameters";
import { fieldKinds, type FieldStart } from "./randomField";

export type NumberParameter = Extract<Parameter, { kind: "number" }>;
export type ChoiceParameter = Extract<Parameter, { kind: "choice" }>;

/** A number with its meaning. */
export function coefficient(
  label: string,
  help: string,
  standard: number,
  min?: number,
  max?: number,
): NumberParameter {
  return {
    kind: "number",
    label,
    help,
    default: standard,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

export const start = {
  waves: coefficient("Waves", "Modes of the random start along a side, at most.", 4, 1),
  anisotropy: coefficient(
    "Anisotropy",
    "Of the start “waves”: from 0, the same in all directions, to ±0.99, waves along one diagonal; such states are alike under V4 = {e, r², sr, sr³} only. The same seed with 0 gives the isotropic twin.",
    0,
    -0.99,
    0.99,
  ),
  amplitude: coefficient("Amplitude", "Root mean square of the start about its mean.", 1),
  mean: coefficient("Mean", "Typical mean of the start; each trajectory has its own.", 0),
};

export function box(length: number, dt: number): { length: NumberParameter; dt: NumberParameter } {
  return {
    length: coefficient("Side", "Length of the box along every axis.", length, 1e-9),
    dt: coefficient("Time step", "Between the states that are kept.", dt, 1e-12),
  };
}

/**
 * How far the fastest signal may travel in a step of the method, in cells (Courant, Friedrichs and Lewy 1928).
 * @param limit beyond which the method is unstable
 */
export function courant(standard: number, limit: number): NumberParameter {
  return {
    ...coefficient(
      "Courant number",
      `Cells that the fastest signal crosses in a step of the method: smaller is more exact and slower. Beyond ${limit} it is unstable.`,
      standard,
      1e-4,
      limit,
    ),
    advanced: true,
  };
}

/** The kinds of random fields to choose from, the usual one first. */
export function startChoice(...kinds: readonly FieldStart[]): { start: ChoiceParameter } {
  return {
    start: {
      kind: "choice",
      label: "Start",
      help: "The kind of random state that a trajectory starts from.",
      default: kinds[0]!,
      options: kinds.map((value) => ({ value, ...fieldKinds[value] })),
    },
  };
}
