/** Matrix products in their several forms. */
import type { Value } from "../../ir";
import type { Call, Converters } from "./call";
import { determinant } from "./determinant";
import { einsum } from "./einsum";

/** Vectors are matrices of one row or column, which the result loses again. */
function matmul(call: Call, a: Value, b: Value): Value {
  const { g } = call;
  const row = a.shape.length === 1;
  const column = b.shape.length === 1;
  const product = g.matmul(
    row ? g.reshape(a, [1, ...a.shape]) : a,
    column ? g.reshape(b, [...b.shape, 1]) : b,
  );
  const rank = product.shape.length;
  const dropped = [...(row ? [rank - 2] : []), ...(column ? [rank - 1] : [])];
  return g.reshape(
    product,
    product.shape.filter((_, axis) => !dropped.includes(axis)),
  );
}

export const linear: Converters = {
  MatMul: (call) => matmul(call, call.input(0), call.input(1)),

  /** αAB + βC with either factor transposed. */
  Gemm(call) {
    const { g } = call;
    const [a, b, c] = [call.input(0), call.input(1), call.optional(2)];
    const product = g.matmul(
      call.flag("transA") ? g.transposeLast(a) : a,
      call.flag("transB") ? g.transposeLast(b) : b,
    );
    const scaled = g.mul(product, call.float("alpha", 1));
    return c === undefined ? scaled : g.add(scaled, g.mul(c, call.float("beta", 1)));
  },

  Det: (call) => determinant(call, call.input(0)),
  Einsum: (call) => einsum(call, call.string("equation"), call.all()),
};
