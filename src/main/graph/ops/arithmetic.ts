/** The four operations and their kin, with broadcasting. On integers, division truncates. */
import { isFloat } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { ShapeError, type OpRule } from "../rule";
import { binary, loopOf, unary } from "./elementwise";

/** Add-14. z = a + b;  ā = b̄ = z̄ summed to the operand. */
export const Add: OpRule<{}> = binary("Add", {
  loop: () => (out, io, a, ia, sa, b, ib, sb, n) => {
    for (let k = 0; k < n; k++) out[io + k] = a[ia + k * sa]! + b[ib + k * sb]!;
  },
  slopes: [(_, d) => d, (_, d) => d],
});

/** Sub-14. z = a − b. */
export const Sub: OpRule<{}> = binary("Sub", {
  loop: () => (out, io, a, ia, sa, b, ib, sb, n) => {
    for (let k = 0; k < n; k++) out[io + k] = a[ia + k * sa]! - b[ib + k * sb]!;
  },
  slopes: [(_, d) => d, (g, d) => g.neg(d)],
});

/** Mul-14. z = a b;  ā = z̄ b,  b̄ = z̄ a. */
export const Mul: OpRule<{}> = binary("Mul", {
  loop: () => (out, io, a, ia, sa, b, ib, sb, n) => {
    for (let k = 0; k < n; k++) out[io + k] = a[ia + k * sa]! * b[ib + k * sb]!;
  },
  slopes: [(g, d, _, b) => g.mul(d, b), (g, d, a) => g.mul(d, a)],
});

/** Div-14. z = a / b, truncated on integers;  ā = z̄ / b,  b̄ = −z̄ z / b. */
export const Div: OpRule<{}> = binary("Div", {
  loop: (_, dtype) =>
    isFloat(dtype)
      ? (out, io, a, ia, sa, b, ib, sb, n) => {
          for (let k = 0; k < n; k++) out[io + k] = a[ia + k * sa]! / b[ib + k * sb]!;
        }
      : (out, io, a, ia, sa, b, ib, sb, n) => {
          for (let k = 0; k < n; k++) out[io + k] = Math.trunc(a[ia + k * sa]! / b[ib + k * sb]!);
        },
  slopes: [(g, d, _, b) => g.div(d, b), (g, d, _, b, y) => g.neg(g.div(g.mul(d, y), b))],
});

/** Neg-13. */
export const Neg: OpRule<{}> = unary("Neg", {
  f: () => (x) => -x,
  slope: (g, x) => g.scalar(-1, x.dtype),
});

/** Abs-13. x̄ = ȳ·sign x, 0 at the kink as in PyTorch. */
export const Abs: OpRule<{}> = unary("Abs", { f: () => Math.abs, slope: (g, x) => g.sign(x) });

/** Reciprocal-13. y = 1/x;  x̄ = −ȳ y². */
export const Reciprocal: OpRule<{}> = unary("Reciprocal", {
  f: () => (x) => 1 / x,
  slope: (g, _, y) => g.neg(g.mul(y, y)),
  accepts: ["float32", "float64"],
});

/**
 * Mod-13. With `fmod` the remainder of truncated division, with the sign of a, and the only one for floats;
 * without, that of floored division, with the sign of b.  ā = z̄,  b̄ = −z̄·trunc(a/b).
 */
export const Mod: OpRule<{ fmod: boolean }> = (() => {
  const rule = binary<{ fmod: boolean }>("Mod", {
    loop: ({ fmod }) => loopOf(fmod ? (a, b) => a % b : (a, b) => a - Math.floor(a / b) * b),
    slopes: [(_, d) => d, (g, d, a, b) => g.neg(g.mul(d, truncated(g, g.div(a, b))))],
    onnx: ({ fmod }) => ({ attributes: { fmod: Number(fmod) } }),
  });
  return {
    ...rule,
    infer(inputs, attrs) {
      const types = rule.infer(inputs, attrs);
      if (!attrs.fmod && isFloat(types[0]!.dtype)) throw new ShapeError("needs fmod for floats");
      return types;
    },
  };
})();

function truncated(g: Builder, x: Value): Value {
  return g.mul(g.sign(x), g.node("Floor", [g.abs(x)])[0]!);
}

/** Max-13 of two operands. Where they tie, each gets half of the cotangent, as in PyTorch's `maximum`. */
export const Max: OpRule<{}> = binary("Max", {
  loop: () => loopOf(Math.max),
  slopes: [(g, d, a, b) => ofLarger(g, d, a, b), (g, d, a, b) => ofLarger(g, d, b, a)],
});

/** Min-13 of two operands. Ties as for Max. */
export const Min: OpRule<{}> = binary("Min", {
  loop: () => loopOf(Math.min),
  slopes: [(g, d, a, b) => ofLarger(g, d, b, a), (g, d, a, b) => ofLarger(g, d, a, b)],
});

/** d where a > b, half of it where they tie. */
function ofLarger(g: Builder, d: Value, a: Value, b: Value): Value {
  return g.where(g.equal(a, b), g.mul(d, 0.5), g.where(g.greater(a, b), d, 0));
}
