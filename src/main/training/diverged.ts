/** Where numbers stopped being finite: the first such value of the forward pass, else of the gradient. */
import { isFloat, toFloat64, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import {
  dataInputs,
  inputName,
  topologicalOrder,
  type Graph,
  type Node,
  type Value,
} from "../graph/ir";
import type { Executor } from "../runtime/executor";
import { objective, targetName, type ObjectiveOptions } from "./objective";
import type { Batch } from "./stepper";

/** Values looked at in one run: all at once would hold every result of the network. */
const AT_ONCE = 32;

/**
 * In words: "the layer /encoder/Conv (Conv, after encoder.weight)", "the loss", "the gradient of the weight head.bias".
 * @param weights parameters with which the batch gave what is no number
 */
export async function firstNotFinite(
  executor: Executor,
  network: Graph,
  options: ObjectiveOptions,
  weights: ReadonlyMap<string, Tensor>,
  { input, targets }: Batch,
): Promise<string> {
  const g = new Builder();
  const { inputs, loss, gradients, parameters } = objective(g, network, options);
  const feeds = new Map([
    ...weights,
    [inputName(dataInputs(network)[0]!), input] as const,
    ...targets.map((target, k) => [targetName(k), target] as const),
  ]);
  const order = topologicalOrder([loss]);
  const forward = order.flatMap((node) =>
    node.outputs
      .filter(({ dtype }) => isFloat(dtype))
      .map((value) => ({ value, name: named(node) })),
  );
  const backward = gradients.map((value, i) => ({
    value,
    name: `the gradient of ${inputName(parameters[i]!)}`,
  }));
  const looked = [...forward, ...backward];
  for (let first = 0; first < looked.length; first += AT_ONCE) {
    const part = looked.slice(first, first + AT_ONCE);
    const found = await notFinite(executor, [...inputs, ...parameters], feeds, part.map(({ value }) => value)); // prettier-ignore
    if (found >= 0) return part[found]!.name;
  }
  const longest = await longestGradient(executor, [...inputs, ...parameters], feeds, gradients);
  return `the length of the gradient, most of it that of ${inputName(parameters[longest]!)},`;
}

/** A node's own name says little where a program made it up; the weight that it comes after says where it is. */
function named(node: Node): string {
  const { origin, op } = node;
  const weight = weightBefore(node);
  const place = `(${op}${weight === null ? "" : `, after ${weight}`})`;
  // What has no name of the file is the loss's own arithmetic.
  return origin === undefined || origin === "" ? `the loss ${place}` : `the layer ${origin} ${place}`; // prettier-ignore
}

/** The nearest parameter that a node depends on; null where there is none. */
function weightBefore(node: Node): string | null {
  const seen = new Set<Node>([node]);
  // Grows while it is gone through: breadth first.
  for (const { inputs } of seen) {
    for (const { source } of inputs) {
      if (source.kind === "input" && source.role === "parameter") return source.name;
    }
    for (const { source } of inputs) if (source.kind === "node") seen.add(source.node);
  }
  return null;
}

/** Which of them is longest, where each is finite and only the sum of their squares is not. */
async function longestGradient(
  executor: Executor,
  inputs: readonly Value[],
  feeds: ReadonlyMap<string, Tensor>,
  gradients: readonly Value[],
): Promise<number> {
  const outputs = gradients.map((value, i) => ({ name: String(i), value }));
  const program = await executor.compile({ inputs, outputs });
  try {
    const results = await program.run(feeds);
    const lengths = outputs.map(({ name }) =>
      toFloat64(results.get(name)!).reduce((sum, x) => sum + x * x, 0),
    );
    return lengths.indexOf(Math.max(...lengths));
  } finally {
    await program.dispose();
  }
}

async function notFinite(
  executor: Executor,
  inputs: readonly Value[],
  feeds: ReadonlyMap<string, Tensor>,
  values: readonly Value[],
): Promise<number> {
  const outputs = values.map((value, i) => ({ name: String(i), value }));
  const program = await executor.compile({ inputs, outputs });
  try {
    const results = await program.run(feeds);
    return outputs.findIndex(({ name }) => {
      const data = results.get(name)!.data as Float32Array;
      return data.some((x) => !Number.isFinite(x));
    });
  } finally {
    await program.dispose();
  }
}
