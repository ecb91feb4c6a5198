/**
 * A graph run node by node on tfjs. What tfjs cannot hold or has no kernel for runs by the rules' own kernels in
 * doubles: float64 stays on the host from node to node, so that what a graph sums in float64 is summed in float64.
 * Every tensor is freed when nothing reads it any more.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  fromFloat64,
  showType,
  sizeOf,
  toFloat64,
  type Tensor,
  type TensorType,
} from "../../../shared/tensor";
import { lastUses } from "../../graph/evaluate";
import { inputName, topologicalOrder, type Graph, type Node, type Value } from "../../graph/ir";
import { ruleOf } from "../../graph/ops";
import type { Numbers } from "../../graph/rule";
import type { CompileOptions, Program } from "../executor";
import { takeFeeds } from "../feeds";
import { lowerings } from "./lowering";
import type { Held, PartialLowering, Tfjs } from "./lowering/lowering";
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

/** @throws UserError "runtime/range" where a constant or a bound input holds an int64 that tfjs cannot */
export function tfjsProgram(
  tf: Tfjs,
  graph: Graph,
  { bind = new Map() }: CompileOptions,
  released: () => void,
): Program {
  const results = graph.outputs.map(({ value }) => value);
  const order = topologicalOrder(results);
  const spent = lastUses(order, results);
  const bound = graph.inputs.filter((input) => bind.has(inputName(input)));
  const fed = graph.inputs.filter((input) => !bind.has(inputName(input)));
  const fixed = new Values(tf);
  try {
    for (const value of new Set([...order.flatMap(({ inputs }) => inputs), ...results])) {
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
      const values = new Values(tf, fixed);
      try {
        setInputs(values, fed, tensors);
        order.forEach((node, i) => {
          run(tf, node, values);
          for (const value of spent[i]!) values.drop(value);
        });
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

function setInputs(values: Values, inputs: readonly Value[], tensors: readonly Tensor[]): void {
  inputs.forEach((input, i) => values.set(input, tensors[i]!, `input "${inputName(input)}"`));
}

function run(tf: Tfjs, node: Node, values: Values): void {
  const { lower, onHost } = loweringOf(node);
  if (onHost(node)) return runOnHost(node, values);
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

function loweringOf(node: Node): PartialLowering<unknown> {
  // Each lowering takes its own operator's attributes, as its rule has checked them.
  const entry = lowerings[node.op] as PartialLowering<unknown> | PartialLowering<unknown>["lower"];
  const { lower, onHost } =
    typeof entry === "function" ? { lower: entry, onHost: () => false } : entry;
  const types = [...node.inputs, ...node.outputs];
  const foreign = types.some(({ dtype, shape }) => dtype === "float64" || sizeOf(shape) === 0);
  return { lower, onHost: (call) => foreign || onHost(call) };
}

function runOnHost(node: Node, values: Values): void {
  const inputs = node.inputs.map((input) => values.numbers(input));
  const arrays = ruleOf(node.op).kernel(inputs, node.attrs, node.outputs);
  node.outputs.forEach((output, i) => {
    const data = arrays[i]!;
    const tensor =
      output.dtype === "float64"
        ? { ...numbers(output, data) }
        : fromFloat64(output.dtype, output.shape, data);
    values.set(
      output,
      tensor,
      `result of ${node.op}${node.origin === undefined ? "" : ` (${node.origin})`}`,
    );
  });
}
