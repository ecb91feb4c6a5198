/** What a test needs to know of an operator: where it is defined, and smooth. */
import type { TensorType } from "../../../../shared/tensor";
import type { Attributes } from "../../ir";
import type { Draw, Random } from "./random";

export interface CaseInput extends TensorType {
  /** Elements for which the operator is defined and, if it is differentiable, smooth within 0.01. */
  readonly draw: Draw;
}

/** One way to call an operator; its elements may be drawn again and again. */
export interface Case {
  readonly inputs: readonly CaseInput[];
  readonly attrs: Attributes;
}

/** Random cases: shapes, attributes and broadcasts. Float inputs are float64. */
export type Domain = (random: Random) => Case;

export function floats(shape: readonly number[], draw: Draw): CaseInput {
  return { dtype: "float64", shape, draw };
}
