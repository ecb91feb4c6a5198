/**
 * Gradient descent with momentum in PyTorch's form: d = ∇ + weightDecay·θ, b ← μb + d, θ ← θ − rate·b, or with Nesterov's
 * look ahead θ ← θ − rate·(d + μb). Sutskever et al. 2013, ICML; https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
 */
import type { Optimiser } from "./optimiser";

export interface SgdOptions {
  /** 0 for none; it then remembers nothing. */
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Added to the gradient as weightDecay·θ. */
  readonly weightDecay: number;
}

export function sgd({ momentum, nesterov, weightDecay }: SgdOptions): Optimiser {
  return {
    slots: momentum === 0 ? [] : ["velocity"],
    scalars: () => ({}),
    update(g, { parameter, gradient, slots: [velocity], rate }) {
      const d = weightDecay === 0 ? gradient : g.add(gradient, g.mul(parameter, weightDecay));
      if (velocity === undefined) return { parameter: g.sub(parameter, g.mul(rate, d)), slots: [] };
      const b = g.add(g.mul(velocity, momentum), d);
      const move = nesterov ? g.add(d, g.mul(b, momentum)) : b;
      return { parameter: g.sub(parameter, g.mul(rate, move)), slots: [b] };
    },
  };
}
