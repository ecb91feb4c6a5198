/**
 * One step of AdamW as a graph: forward pass, gradient and update run as a whole on any executor, so parameters
 * and moments never leave it but as outputs that become the next step's inputs.
 */
import type { Builder } from "../graph/builder";
import { grad } from "../graph/grad";
import { inputName, type Graph, type Value } from "../graph/ir";
import { lossPerSample, type LossId } from "./losses";

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

/** Names of the moments that belong to a parameter. */
export const momentNames = (parameter: string): readonly [string, string] => [
  `first(${parameter})`,
  `second(${parameter})`,
];

/** Name of the output that a parameter or moment has after the step. */
export const after = (name: string): string => `after(${name})`;

/**
 * Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2, with PyTorch's placing of ε:
 * θ ← θ − rate·(m̂/(√v̂ + ε) + weightDecay·θ), m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
 *
 * Inputs: the network's data input, `$target`, scalars `$rate`, `$correction1` = 1 − β₁ᵗ, `$correction2` = 1 − β₂ᵗ,
 * every parameter and its two moments. Outputs: `loss` (mean over the batch), and parameters and moments after the
 * step as `after(name)`, since ONNX wants outputs named apart from inputs.
 * @param network at the batch's size, one data input
 */
export function adamWStep(
  g: Builder,
  network: Graph,
  loss: LossId,
  options: AdamWOptions = adamWDefaults,
): Graph {
  const isParameter = ({ source }: Value): boolean =>
    source.kind === "input" && source.role === "parameter";
  const parameters = network.inputs.filter(isParameter);
  const data = network.inputs.filter((value) => !isParameter(value));
  const prediction = network.outputs[0]!.value;
  const target = g.input("$target", prediction);
  const scalar = (name: string): Value => g.input(name, { dtype: prediction.dtype, shape: [] });
  const [rate, correction1, correction2] = ["$rate", "$correction1", "$correction2"].map(scalar);
  const mean = g.mean(lossPerSample(g, loss, prediction, target));
  const gradients = grad(g, mean, parameters);
  const { beta1, beta2, epsilon, weightDecay } = options;

  const inputs: Value[] = [...data, target, rate!, correction1!, correction2!];
  const outputs = [{ name: "loss", value: mean }];
  parameters.forEach((parameter, k) => {
    const name = inputName(parameter);
    const [firstName, secondName] = momentNames(name);
    const first = g.input(firstName, parameter);
    const second = g.input(secondName, parameter);
    const d = gradients[k]!;
    const m = g.add(g.mul(first, beta1), g.mul(d, 1 - beta1));
    const v = g.add(g.mul(second, beta2), g.mul(g.mul(d, d), 1 - beta2));
    const root = g.node("Sqrt", [g.div(v, correction2!)])[0]!;
    const direction = g.div(g.div(m, correction1!), g.add(root, epsilon));
    const move = g.add(direction, g.mul(parameter, weightDecay));
    inputs.push(parameter, first, second);
    outputs.push(
      { name: after(name), value: g.sub(parameter, g.mul(rate!, move)) },
      { name: after(firstName), value: m },
      { name: after(secondName), value: v },
    );
  });
  return { inputs, outputs };
}
