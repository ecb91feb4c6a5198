/** Elementwise operators. tfjs broadcasts as ONNX does. */
import { isFloat } from "../../../../shared/tensor";
import { whole, type Call, type Held, type Lowering, type Tfjs } from "./lowering";

/** Names of tfjs functions of one tensor. */
type Unary =
  | "acos"
  | "acosh"
  | "asin"
  | "asinh"
  | "atan"
  | "atanh"
  | "ceil"
  | "cos"
  | "cosh"
  | "erf"
  | "exp"
  | "floor"
  | "isInf"
  | "isNaN"
  | "log"
  | "logicalNot"
  | "neg"
  | "reciprocal"
  | "relu"
  | "round"
  | "sigmoid"
  | "sign"
  | "sin"
  | "sinh"
  | "softplus"
  | "sqrt"
  | "tan"
  | "tanh";

type Binary =
  | "add"
  | "equal"
  | "greater"
  | "greaterEqual"
  | "less"
  | "lessEqual"
  | "logicalAnd"
  | "logicalOr"
  | "logicalXor"
  | "maximum"
  | "minimum"
  | "mul"
  | "pow"
  | "sub";

export function unary(name: Unary): Lowering<unknown> {
  return (tf, [x]) => [tf[name](x!)];
}

export function binary(name: Binary): Lowering<unknown> {
  return (tf, [a, b]) => [tf[name](a!, b!)];
}

/** Not tf.abs, which holds integers as float32 on tfjs's own CPU backend. */
function magnitude(tf: Tfjs, x: Held): Held {
  return tf.maximum(x, tf.neg(x));
}

export const abs: Lowering<unknown> = (tf, [x]) => [magnitude(tf, x!)];

/** tf.div floors integers; ONNX truncates them, so the magnitudes are divided. */
export const div: Lowering<unknown> = (tf, [a, b], { inputs: [type] }) => {
  if (isFloat(type!.dtype)) return [tf.div(a!, b!)];
  const quotient = tf.floorDiv(magnitude(tf, a!), magnitude(tf, b!));
  return [tf.mul(quotient, tf.mul(tf.sign(a!), tf.sign(b!)))];
};

/** tf.mod has the sign of b; between magnitudes it is fmod, which has that of a. */
export const mod: Lowering<{ fmod: boolean }> = (tf, [a, b], { attrs: { fmod } }) => {
  if (!fmod) return [tf.mod(a!, b!)];
  return [tf.mul(tf.sign(a!), tf.mod(magnitude(tf, a!), magnitude(tf, b!)))];
};

export const leakyRelu: Lowering<{ alpha: number }> = (tf, [x], { attrs: { alpha } }) => [
  tf.leakyRelu(x!, alpha),
];

/** tf.elu knows α = 1 only. */
export const elu: Lowering<{ alpha: number }> = (tf, [x], { attrs: { alpha } }) => [
  tf.where(tf.greater(x!, 0), x!, tf.mul(tf.expm1(x!), alpha)),
];

export const where: Lowering<unknown> = (tf, [condition, a, b]) => [tf.where(condition!, a!, b!)];

/** Floats are truncated, whatever is not 0 is true; int64 and int32 are one here. */
export const cast: Lowering<unknown> = (tf, [x], { outputs: [type] }) => {
  const to = type!.dtype;
  if (to === "bool") {
    return [x!.dtype === "bool" ? x! : tf.notEqual(x!, tf.zerosLike(x!))];
  }
  return [tf.cast(x!, to === "float32" ? "float32" : "int32")];
};

/** Integers: TensorFlow refuses negative exponents of them, and has no products of their matrices on GPUs. */
export function integers({ inputs: [type] }: Call<unknown>): boolean {
  return !isFloat(type!.dtype);
}

/** Indices of an axis of `extent`, the negative ones counted from its end. */
export function wrapped(tf: Tfjs, index: Held, extent: number): Held {
  return tf.where(tf.less(index, whole(tf, 0)), tf.add(index, whole(tf, extent)), index);
}
