/**
 * A graph run node by node on tfjs. What tfjs cannot hold or has no kernel for runs by the rules' own kernels in
 * doubles: float64 stays on the host from node to node, so that what a graph sums in float64 is summed in float64.
 * Every tensor is freed when nothing reads it any more.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  fromFloat64,
  showType,
  toFloat64,
  type Tensor,
  type TensorType,
} from "../../../shared/tensor";
import { inputName, type Graph, type Node, type Value } from "../../graph/ir";
import { ruleOf } from "../../graph/ops";
import type { Numbers } from "../../graph/rule";
import type { CompileOptions, Program } from "../executor";
import { takeFeeds } from "../feeds";
import type { Held, Lowering, Tfjs } from "./lowering/lowering";
import type { Step } from "./plan";
import { fromHeld, toHeld } from "./transfer";

/** Values while they are known: float64 in doubles on the host, all else on tfjs. */
class Values {
  readonly #held = new Map<Value, Held>();
  readonly #doubles = new Map<Value, Numbers>();

  constructor(
    readonly tf: Tfjs,
    /** Values that outlive a run. */
    readonly fixed?: Values,
  ) {}

  set(value: Value, tensor: Tensor, what: string): void {
    if (value.dtype === "float64") this.#doubles.set(value, numbers(value, toFloat64(tensor)));
    else this.#held.set(value, toHeld(this.tf, tensor, value.dtype, what));
  }

  keep(value: Value, held: Held): void {
    this.#held.set(value, held);
  }

  held(value: Value): Held {
    return this.#held.get(value) ?? this.fixed!.held(value);
  }

  numbers(value: Value): Numbers {
    const found = this.#doubles.get(value);
    if (found !== undefined) return found;
    const held = this.#held.get(value);
    if (held !== undefined) return numbers(value, toFloat64(fromHeld(held, value)));
    return this.fixed!.numbers(value);
  }

  result(value: Value): Tensor {
    if (value.dtype !== "float64") return fromHeld(this.held(value), value);
    const { dtype, shape, data } = this.numbers(value);
    return { dtype, shape, data: data.slice() };
  }

  drop(value: Value): void {
    this.#held.get(value)?.dispose();
    this.#held.delete(value);
    this.#doubles.delete(value);
  }

  clear(): void {
    for (const held of this.#held.values()) held.dispose();
    this.#held.clear();
    this.#doubles.clear();
  }
}

function numbers({ dtype, shape }: TensorType, data: Float64Array): Numbers {
  return { dtype, shape, data };
}

/**
 * @param select makes tfjs compute where this program does; tensors stay where they were made
 * @throws UserError "runtime/range" where a constant or a bound input holds an int64 that tfjs cannot
 */
export function tfjsProgram(
  select: () => Tfjs,
  graph: Graph,
  steps: readonly Step[],
  { bind = new Map() }: CompileOptions,
  released: () => void,
): Program {
  const bound = graph.inputs.filter((input) => bind.has(inputName(input)));
  const fed = graph.inputs.filter((input) => !bind.has(inputName(input)));
  const fixed = new Values(select());
  try {
    for (const value of constantsOf(graph, steps)) {
      if (value.source.kind === "constant") fixed.set(value, value.source.tensor, "constant");
    }
    setInputs(fixed, bound, takeFeeds(bound, bind));
  } catch (error) {
    fixed.clear();
    throw error;
  }
  return {
    inputs: fed.map(inputName),
    outputs: graph.outputs.map(({ name }) => name),
    async run(feeds) {
      const tensors = takeFeeds(fed, feeds);
      await nextTurn();
      const values = new Values(select(), fixed);
      try {
        setInputs(values, fed, tensors);
        for (const { node, lower, spent } of steps) {
          if (lower === null) runOnHost(node, values);
          else run(node, lower, values);
          for (const value of spent) values.drop(value);
        }
        return new Map(graph.outputs.map(({ name, value }) => [name, values.result(value)]));
      } finally {
        values.clear();
      }
    },
    dispose: async () => {
      fixed.clear();
      released();
    },
  };
}

function constantsOf(graph: Graph, steps: readonly Step[]): Set<Value> {
  return new Set([
    ...steps.flatMap(({ node }) => node.inputs),
    ...graph.outputs.map(({ value }) => value),
  ]);
}

function setInputs(values: Values, inputs: readonly Value[], tensors: readonly Tensor[]): void {
  inputs.forEach((input, i) => values.set(input, tensors[i]!, `input "${inputName(input)}"`));
}

function run(node: Node, lower: Lowering<unknown>, values: Values): void {
  const { tf } = values;
  const inputs = node.inputs.map((input) => values.held(input));
  const outputs = tf.tidy(() =>
    // An input that is passed on is freed with the input; its clone shares the memory and lives on.
    lower(tf, inputs, node).map((each) => (inputs.includes(each) ? tf.clone(each) : each)),
  );
  node.outputs.forEach((output, i) => {
    const held = outputs[i]!;
    if (held.shape.join() !== output.shape.join()) {
      throw new Error(`tfjs made [${held.shape.join(", ")}] of ${node.op}'s ${showType(output)}`);
    }
    values.keep(output, held);
  });
}

function runOnHost({ op, origin, inputs, attrs, outputs }: Node, values: Values): void {
  const given = inputs.map((input) => values.numbers(input));
  const arrays = ruleOf(op).kernel(given, attrs, outputs);
  const what = `result of ${op}${origin === undefined ? "" : ` (${origin})`}`;
  outputs.forEach((output, i) => {
    values.set(output, fromFloat64(output.dtype, output.shape, arrays[i]!), what);
  });
}
