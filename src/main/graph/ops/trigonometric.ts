/** Circular and hyperbolic functions and their inverses. Angles are in radians. */
import type { OpRule } from "../rule";
import { FLOATS as accepts, unary } from "./elementwise";

/** Sin-7. */
export const Sin: OpRule<{}> = unary("Sin", {
  f: () => Math.sin,
  slope: (g, x) => g.cos(x),
  accepts,
});

/** Cos-7. */
export const Cos: OpRule<{}> = unary("Cos", {
  f: () => Math.cos,
  slope: (g, x) => g.neg(g.sin(x)),
  accepts,
});

/** Tan-7. x̄ = ȳ (1 + y²). */
export const Tan: OpRule<{}> = unary("Tan", {
  f: () => Math.tan,
  slope: (g, _, y) => g.add(g.mul(y, y), 1),
  accepts,
});

/** Asin-7. x̄ = ȳ / √(1 − x²). */
export const Asin: OpRule<{}> = unary("Asin", {
  f: () => Math.asin,
  slope: (g, x) => g.reciprocal(g.sqrt(g.sub(1, g.mul(x, x)))),
  accepts,
});

/** Acos-7. x̄ = −ȳ / √(1 − x²). */
export const Acos: OpRule<{}> = unary("Acos", {
  f: () => Math.acos,
  slope: (g, x) => g.neg(g.reciprocal(g.sqrt(g.sub(1, g.mul(x, x))))),
  accepts,
});

/** Atan-7. x̄ = ȳ / (1 + x²). */
export const Atan: OpRule<{}> = unary("Atan", {
  f: () => Math.atan,
  slope: (g, x) => g.reciprocal(g.add(g.mul(x, x), 1)),
  accepts,
});

/** Sinh-9. */
export const Sinh: OpRule<{}> = unary("Sinh", {
  f: () => Math.sinh,
  slope: (g, x) => g.node("Cosh", [x])[0]!,
  accepts,
});

/** Cosh-9. */
export const Cosh: OpRule<{}> = unary("Cosh", {
  f: () => Math.cosh,
  slope: (g, x) => g.node("Sinh", [x])[0]!,
  accepts,
});

/** Asinh-9. x̄ = ȳ / √(x² + 1). */
export const Asinh: OpRule<{}> = unary("Asinh", {
  f: () => Math.asinh,
  slope: (g, x) => g.reciprocal(g.sqrt(g.add(g.mul(x, x), 1))),
  accepts,
});

/** Acosh-9. x̄ = ȳ / √(x² − 1). */
export const Acosh: OpRule<{}> = unary("Acosh", {
  f: () => Math.acosh,
  slope: (g, x) => g.reciprocal(g.sqrt(g.sub(g.mul(x, x), 1))),
  accepts,
});

/** Atanh-9. x̄ = ȳ / (1 − x²). */
export const Atanh: OpRule<{}> = unary("Atanh", {
  f: () => Math.atanh,
  slope: (g, x) => g.reciprocal(g.sub(1, g.mul(x, x))),
  accepts,
});
