/** The four operations and their kin, with broadcasting. On integers, division truncates. */
import type { OpRule } from "../rule";
import { binary, unary } from "./elementwise";

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
    dtype === "float32" || dtype === "float64"
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
