/**
 * How one operator is computed with tfjs. Whatever a lowering makes on the way is freed by the program's tidy; what
 * it returns may share memory with its inputs.
 */
import type * as TfjsCore from "@tensorflow/tfjs-core";
import type { TensorType } from "../../../../shared/tensor";
import type { Attributes } from "../../../graph/ir";
import type { ops, OpName } from "../../../graph/ops";
import type { OpRule } from "../../../graph/rule";

export type Tfjs = typeof TfjsCore;

/** A tensor on tfjs: float32, int32 (which carries int64 too) or bool. */
export type Held = TfjsCore.Tensor;

export interface Call<A> {
  readonly attrs: A;
  /** As the graph names them: what is int64 there is held as int32. No extent is 0, no element type float64. */
  readonly inputs: readonly TensorType[];
  readonly outputs: readonly TensorType[];
}

/** The outputs from the inputs. */
export type Lowering<A> = (tf: Tfjs, inputs: readonly Held[], call: Call<A>) => Held[];

/** A lowering with cases that tfjs has no kernel for; those run by the rule's own kernel on the host. */
export interface PartialLowering<A> {
  readonly lower: Lowering<A>;
  readonly onHost: (call: Call<A>) => boolean;
}

export type AttributesOf<Op extends OpName> =
  (typeof ops)[Op] extends OpRule<infer A extends Attributes> ? A : never;

/** What a plan is made of: weight cotangents have become products. */
export type Planned = Exclude<OpName, "ConvWeight">;

/** A lowering an operator: types fail where one is missing. */
export type Lowerings = {
  readonly [Op in Planned]: Lowering<AttributesOf<Op>> | PartialLowering<AttributesOf<Op>>;
};

/** A whole number as tfjs must be told: a bare one is float32, and makes floats of the integers beside it. */
export function whole(tf: Tfjs, value: number): Held {
  return tf.scalar(value, "int32");
}

/** Numbers along one axis of a tensor of `rank`, of extent 1 along the others. */
export function numbersAlong(
  tf: Tfjs,
  numbers: Int32Array | Float32Array,
  axis: number,
  rank: number,
): Held {
  const shape = new Array<number>(rank).fill(1).with(axis, numbers.length);
  return tf.tensor(numbers, shape, numbers instanceof Int32Array ? "int32" : "float32");
}
