/**
 * All that is known of one primitive operator, in one record. Composite ONNX operators are decomposed into
 * primitives on import and have no rule, so the set stays small and closed under differentiation:
 * `vjp`, `jvp` and `batch` are written with the builder, as operators of the same graph.
 */
import type { TensorType } from "../../shared/tensor";
import type { Builder } from "./builder";
import type { Attributes, Value } from "./ir";

/** A tensor on the reference executor: every element type is held in doubles. */
export interface Numbers extends TensorType {
  readonly data: Float64Array;
}

/** How an operator is written in ONNX: its name there if another, attributes, and constant inputs after ours. */
export interface OnnxForm {
  readonly op?: string;
  readonly attributes?: Attributes;
  /** int64 vectors (shapes, axes, pads) or float32 scalars that ONNX takes as further inputs; null leaves one out. */
  readonly constants?: readonly ({
    readonly dtype: "int64" | "float32";
    readonly shape: readonly number[];
    readonly data: readonly number[];
  } | null)[];
}

export interface VjpContext<A> {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** ∂ℓ/∂output; null where the loss does not depend on that output. At least one is there. */
  readonly cotangents: readonly (Value | null)[];
  readonly attrs: A;
  /** Which inputs' cotangents are wanted; a rule may return null for the others. */
  readonly wanted: readonly boolean[];
}

export interface JvpContext<A> {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Tangent of each input; null is zero. At least one is there. */
  readonly tangents: readonly (Value | null)[];
  readonly attrs: A;
}

export interface BatchContext<A> {
  /** Those marked in `batched` have one more axis, in front, of extent `size`. At least one is marked. */
  readonly inputs: readonly Value[];
  readonly batched: readonly boolean[];
  readonly size: number;
  readonly attrs: A;
}

export interface OpRule<A extends Attributes = Attributes> {
  /** Types of the outputs. @throws ShapeError (a sentence with the shapes) where the inputs do not fit. */
  infer(inputs: readonly TensorType[], attrs: A): TensorType[];
  /**
   * Vector–Jacobian product: cotangents of the inputs, each of its input's shape, null where none flows.
   * Absent: not differentiable (the value is piecewise constant or the rule is not known); say which in `derivative`.
   */
  vjp?(g: Builder, context: VjpContext<A>): (Value | null)[];
  /** Jacobian–vector product: tangents of the outputs, null for zero. Absent although `vjp` is there: by double vjp. */
  jvp?(g: Builder, context: JvpContext<A>): (Value | null)[];
  /** "zero": the derivative vanishes almost everywhere (comparisons, rounding, indices). "none": none is known. */
  readonly derivative?: "zero" | "none";
  /** The operator over one more leading axis (vmap): outputs all batched, in front. */
  batch(g: Builder, context: BatchContext<A>): Value[];
  /** Reference kernel in float64: plain, readable, the oracle of every test. One array an output. */
  kernel(inputs: readonly Numbers[], attrs: A, outputs: readonly TensorType[]): Float64Array[];
  /** How it is written in ONNX, opset 21; absent: the same name and attributes. */
  onnx?(attrs: A, inputs: readonly TensorType[], outputs: readonly TensorType[]): OnnxForm;
  /** Multiply–adds of one evaluation, for cost previews; absent: one an output element. */
  work?(inputs: readonly TensorType[], attrs: A, outputs: readonly TensorType[]): number;
}

/**
 * Fixes the attribute type of a record. An exported record still needs its type written,
 * `export const Relu: OpRule<{}> = { … }`, since the names of all operators are read off the records.
 */
export function defineOp<A extends Attributes>(rule: OpRule<A>): OpRule<A> {
  return rule;
}

/** Inputs that do not fit an operator; the builder adds the operator, the node's origin and the types. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}
