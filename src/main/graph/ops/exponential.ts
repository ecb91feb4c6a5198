/** Exponentials, logarithms, powers and the error function. */
import { isFloat } from "../../../shared/tensor";
import { repeatedNumber } from "../rewrite";
import type { OpRule } from "../rule";
import { binary, FLOATS, loopOf, unary } from "./elementwise";

/** Exp-13. x̄ = ȳ y. */
export const Exp: OpRule<{}> = unary("Exp", {
  f: () => Math.exp,
  slope: (_, __, y) => y,
  accepts: FLOATS,
});

/** Log-13, natural. x̄ = ȳ / x. */
export const Log: OpRule<{}> = unary("Log", {
  f: () => Math.log,
  slope: (g, x) => g.reciprocal(x),
  accepts: FLOATS,
});

/** Sqrt-13. x̄ = ȳ / 2y, infinite at 0. */
export const Sqrt: OpRule<{}> = unary("Sqrt", {
  f: () => Math.sqrt,
  slope: (g, _, y) => g.div(0.5, y),
  accepts: FLOATS,
});

/**
 * Pow-15, both operands of one type. z = aᵇ;  ā = z̄ b aᵇ⁻¹, 0 for b = 0;  b̄ = z̄ z ln a, 0 for a = 0 ≤ b:
 * PyTorch's conventions. The masked operands are replaced before they meet a pole, so that second derivatives
 * are clean as well. A constant exponent keeps small powers polynomials.
 */
export const Pow: OpRule<{}> = binary("Pow", {
  loop: (_, dtype) => loopOf(isFloat(dtype) ? Math.pow : (a, b) => Math.trunc(Math.pow(a, b))),
  slopes: [
    (g, d, a, b, y) => {
      const exponent = repeatedNumber(b);
      if (exponent === 0) return g.zeros(y);
      if (exponent === 1) return d;
      if (exponent === 2) return g.mul(d, g.mul(a, 2));
      if (exponent !== undefined) return g.mul(d, g.mul(g.pow(a, exponent - 1), exponent));
      const flat = g.equal(b, 0);
      return g.mul(d, g.mul(b, g.pow(g.where(flat, 1, a), g.sub(b, 1))));
    },
    (g, d, a, b, y) => {
      const flat = g.node("And", [
        g.equal(a, 0),
        g.node("GreaterOrEqual", [b, g.scalar(0, b.dtype)])[0]!,
      ])[0]!;
      return g.mul(d, g.where(flat, 0, g.mul(y, g.log(g.where(flat, 1, a)))));
    },
  ],
});

/**
 * Erf-13. x̄ = ȳ · 2/√π · exp(−x²), written as exp(ln(2/√π) − x²): one operator less, and a constant that float32 holds
 * fourteen times more closely, which the float64 executor shows.
 */
export const Erf: OpRule<{}> = unary("Erf", {
  f: () => erf,
  slope: (g, x) => g.exp(g.sub(Math.log(2 / Math.sqrt(Math.PI)), g.mul(x, x))),
  accepts: FLOATS,
});

/**
 * The error function in double precision, by erf x = 2/√π e^(−x²) Σ 2ⁿ x²ⁿ⁺¹/(2n+1)!!, whose terms are all of
 * one sign, so nothing cancels. Beyond |x| = 6 it differs from ±1 by less than 3·10⁻¹⁷.
 * Abramowitz and Stegun 1964, 7.1.6.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  const square = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * square) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
}
