/** The activations inside of RNN, GRU and LSTM: names, their parameters, and the clip before them. */
import type { Builder } from "../../builder";
import type { Value } from "../../ir";
import type { Call } from "./call";

export type Activation = (x: Value) => Value;

interface Named {
  /** Defaults of the parameters; absent where the function takes none, null where it has none of its own. */
  readonly alpha?: number | null;
  readonly beta?: number | null;
  apply(g: Builder, x: Value, alpha: number, beta: number): Value;
}

/** By lower-case name, as onnxruntime compares them. */
const named: Readonly<Record<string, Named>> = {
  sigmoid: { apply: (g, x) => g.sigmoid(x) },
  tanh: { apply: (g, x) => g.tanh(x) },
  relu: { apply: (g, x) => g.relu(x) },
  softplus: { apply: (g, x) => g.node("Softplus", [x])[0]! },
  softsign: { apply: (g, x) => g.div(x, g.add(g.abs(x), 1)) },
  leakyrelu: { alpha: 0.01, apply: (g, x, alpha) => g.node("LeakyRelu", [x], { alpha })[0]! },
  elu: { alpha: 1, apply: (g, x, alpha) => g.node("Elu", [x], { alpha })[0]! },
  thresholdedrelu: {
    alpha: 1,
    apply: (g, x, alpha) => g.where(g.greater(x, alpha), x, 0),
  },
  hardsigmoid: {
    alpha: 0.2,
    beta: 0.5,
    apply: (g, x, alpha, beta) => g.clip(g.add(g.mul(x, alpha), beta), 0, 1),
  },
  scaledtanh: {
    alpha: null,
    beta: null,
    apply: (g, x, alpha, beta) => g.mul(g.tanh(g.mul(x, beta)), alpha),
  },
  affine: {
    alpha: null,
    beta: null,
    apply: (g, x, alpha, beta) => g.add(g.mul(x, alpha), beta),
  },
};

/**
 * The activations of each direction. `activation_alpha` and `activation_beta` are lists for all activations together:
 * each that takes such a parameter consumes the next. The sums that enter the first two are held within ±`clip`; the
 * third, an LSTM's, takes the cell as it is, as in onnxruntime.
 * @param defaults names for one direction
 */
export function gateActivations(
  call: Call,
  directions: number,
  defaults: readonly string[],
): Activation[][] {
  const { g } = call;
  const names = call.strings("activations") ?? [];
  const next = { alpha: 0, beta: 0 };
  const parameter = (which: "alpha" | "beta", name: string, fallback?: number | null): number => {
    if (fallback === undefined) return 0;
    const value = call.floats(`activation_${which}`)?.[next[which]++] ?? fallback;
    if (value === null) throw call.malformed(`activation_${which} lacks a value for ${name}`);
    return value;
  };
  const bound = call.has("clip") ? call.float("clip") : 0;
  if (bound < 0) throw call.malformed(`its clip is ${bound}`);
  // onnxruntime takes a threshold of 0 for none.
  const clipped = (x: Value): Value => (bound === 0 ? x : g.clip(x, -bound, bound));

  return Array.from({ length: directions }, (_, d) =>
    defaults.map((fallback, k) => {
      const name = names[d * defaults.length + k] ?? fallback;
      const key = name.toLowerCase();
      if (!Object.hasOwn(named, key)) throw call.unsupported(`activation ${name}`);
      const known = named[key]!;
      const alpha = parameter("alpha", name, known.alpha);
      const beta = parameter("beta", name, known.beta);
      return (x) => known.apply(g, k < 2 ? clipped(x) : x, alpha, beta);
    }),
  );
}
