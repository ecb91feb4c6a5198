/** Parameters that simulators share. */
import type { Parameter } from "../../../shared/parameters";

export type NumberParameter = Extract<Parameter, { kind: "number" }>;

/** A number with its meaning. */
export function coefficient(
  label: string,
  help: string,
  standard: number,
  min?: number,
): NumberParameter {
  return {
    kind: "number",
    label,
    help,
    default: standard,
    ...(min === undefined ? {} : { min }),
  };
}

export const start = {
  waves: coefficient("Waves", "Modes of the random start along a side, at most.", 4, 1),
  amplitude: coefficient("Amplitude", "Root mean square of the start about its mean.", 1),
  mean: coefficient("Mean", "Typical mean of the start; each trajectory has its own.", 0),
};

export function box(length: number, dt: number): { length: NumberParameter; dt: NumberParameter } {
  return {
    length: coefficient("Side", "Length of the box along every axis.", length, 1e-9),
    dt: coefficient("Time step", "Between the states that are kept.", dt, 1e-12),
  };
}
