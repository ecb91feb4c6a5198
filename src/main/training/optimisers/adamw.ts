/** AdamW. Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2, with PyTorch's placing of ε. */
import type { Optimiser } from "./optimiser";

export interface AdamWOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled: parameters shrink by rate · weightDecay a step. */
  readonly weightDecay: number;
}

/** Those of PyTorch's AdamW. */
export const adamWDefaults: AdamWOptions = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.01,
};

/** θ ← θ − rate·(m̂/(√v̂ + ε) + weightDecay·θ), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ). */
export function adamW({ beta1, beta2, epsilon, weightDecay }: AdamWOptions): Optimiser {
  return {
    slots: ["first", "second"],
    scalars: (step) => ({ correction1: 1 - beta1 ** step, correction2: 1 - beta2 ** step }),
    update(g, { parameter, gradient, slots: [first, second], rate, scalars }) {
      const m = g.add(g.mul(first!, beta1), g.mul(gradient, 1 - beta1));
      const v = g.add(g.mul(second!, beta2), g.mul(g.mul(gradient, gradient), 1 - beta2));
      const root = g.sqrt(g.div(v, scalars["correction2"]!));
      const direction = g.div(g.div(m, scalars["correction1"]!), g.add(root, epsilon));
      const move = g.add(direction, g.mul(parameter, weightDecay));
      return { parameter: g.sub(parameter, g.mul(rate, move)), slots: [m, v] };
    },
  };
}
