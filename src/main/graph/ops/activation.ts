/** Activation functions that ONNX has as operators. At their kinks they take PyTorch's derivative. */
import type { OpRule } from "../rule";
import { FLOATS as accepts, unary } from "./elementwise";

/** Relu-14. x̄ = ȳ where x > 0; 0 at the kink. */
export const Relu: OpRule<{}> = unary("Relu", {
  // Not Math.max: NaN stays NaN in both, but −0 becomes 0.
  f: () => (x) => (x <= 0 ? 0 : x),
  // Not sign y, one operator less: onnxruntime computes Sign on one thread, 17 ms where this takes 2.
  slope: (g, _, y) => g.cast(g.greater(y, 0), y.dtype),
  accepts,
});

/** LeakyRelu-16. y = x for x > 0, αx else; α at the kink. */
export const LeakyRelu: OpRule<{ alpha: number }> = unary("LeakyRelu", {
  f:
    ({ alpha }) =>
    (x) =>
      x > 0 ? x : alpha * x,
  slope: (g, x, _, { alpha }) =>
    g.where(g.greater(x, 0), g.scalar(1, x.dtype), g.scalar(alpha, x.dtype)),
  accepts,
});

/** Elu-6. y = x for x > 0, α(eˣ − 1) else, so that there y′ = y + α; α at the kink. */
export const Elu: OpRule<{ alpha: number }> = unary("Elu", {
  f:
    ({ alpha }) =>
    (x) =>
      x > 0 ? x : alpha * Math.expm1(x),
  slope: (g, x, y, { alpha }) => g.where(g.greater(x, 0), 1, g.add(y, alpha)),
  accepts,
});

/** Sigmoid-13. y = 1/(1 + e⁻ˣ);  x̄ = ȳ y (1 − y). */
export const Sigmoid: OpRule<{}> = unary("Sigmoid", {
  f: () => (x) => 1 / (1 + Math.exp(-x)),
  slope: (g, _, y) => g.mul(y, g.sub(1, y)),
  accepts,
});

/** Tanh-13. x̄ = ȳ (1 − y²). */
export const Tanh: OpRule<{}> = unary("Tanh", {
  f: () => Math.tanh,
  slope: (g, _, y) => g.sub(1, g.mul(y, y)),
  accepts,
});

/** Softplus-1. y = ln(1 + eˣ);  x̄ = ȳ·sigmoid x. */
export const Softplus: OpRule<{}> = unary("Softplus", {
  f: () => (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  slope: (g, x) => g.sigmoid(x),
  accepts,
});
