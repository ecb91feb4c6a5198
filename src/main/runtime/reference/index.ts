/**
 * The reference executor: every operator by its plain float64 kernel, one after another. Slow, exact where
 * float32 is not, and the oracle that the others are tested against.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { UserError } from "../../../shared/errors";
import {
  fromFloat64,
  isFloat,
  showType,
  sizeOf,
  toFloat64,
  type Tensor,
  type TensorType,
} from "../../../shared/tensor";
import { inputName, topologicalOrder, type Graph, type Node, type Value } from "../../graph/ir";
import { ruleOf } from "../../graph/ops";
import type { Numbers } from "../../graph/rule";
import type { CompileOptions, Executor, Program } from "../executor";

export function createReferenceExecutor(): Executor {
  return {
    id: "reference",
    description: "reference, float64, CPU, 1 thread",
    compile: async (graph, options) => program(graph, options),
    dispose: async () => undefined,
  };
}

function program(graph: Graph, { bind = new Map() }: CompileOptions = {}): Program {
  const results = graph.outputs.map(({ value }) => value);
  const order = topologicalOrder(results);
  const free = lastUses(order, results);
  const fixed = new Map<Value, Numbers>();
  for (const value of graph.inputs) {
    const tensor = bind.get(inputName(value));
    if (tensor) fixed.set(value, numbers(inputName(value), value, tensor));
  }
  for (const value of [...order.flatMap((node) => node.inputs), ...results]) {
    const { source } = value;
    if (source.kind !== "constant" || fixed.has(value)) continue;
    fixed.set(value, { dtype: value.dtype, shape: value.shape, data: toFloat64(source.tensor) });
  }
  const fed = graph.inputs.filter((value) => !fixed.has(value));
  return {
    inputs: fed.map(inputName),
    outputs: graph.outputs.map(({ name }) => name),
    async run(feeds) {
      await nextTurn();
      const known = new Map(fixed);
      for (const value of fed)
        known.set(value, numbers(inputName(value), value, feeds.get(inputName(value))));
      order.forEach((node, i) => {
        evaluate(node, known);
        for (const value of free[i]!) known.delete(value);
      });
      return new Map(
        graph.outputs.map(({ name, value }) => [name, result(value, known.get(value)!)]),
      );
    },
    dispose: async () => undefined,
  };
}

function evaluate(node: Node, known: Map<Value, Numbers>): void {
  const inputs = node.inputs.map((input) => known.get(input)!);
  const arrays = ruleOf(node.op).kernel(inputs, node.attrs, node.outputs);
  node.outputs.forEach((output, i) => {
    const data = arrays[i]!;
    if (data.length !== sizeOf(output.shape)) {
      throw new Error(`${node.op} made ${data.length} elements of ${showType(output)}`);
    }
    known.set(output, { dtype: output.dtype, shape: output.shape, data });
  });
}

/** For each node the values that nothing reads after it, so that memory holds only what is still needed. */
function lastUses(order: readonly Node[], results: readonly Value[]): Value[][] {
  const kept = new Set(results);
  const seen = new Set<Value>();
  return order
    .toReversed()
    .map(({ inputs, outputs }) =>
      [...inputs, ...outputs].filter((value) => {
        const last = !seen.has(value) && !kept.has(value) && value.source.kind === "node";
        seen.add(value);
        return last;
      }),
    )
    .reverse();
}

function numbers(name: string, type: TensorType, tensor: Tensor | undefined): Numbers {
  const wanted = showType(type);
  if (tensor === undefined) {
    throw new UserError("runtime/missing-input", `The graph needs input "${name}", ${wanted}.`);
  }
  const kinds = isFloat(type.dtype) ? isFloat(tensor.dtype) : type.dtype === tensor.dtype;
  if (
    !kinds ||
    type.shape.join() !== tensor.shape.join() ||
    tensor.data.length !== sizeOf(type.shape)
  ) {
    throw new UserError(
      "runtime/wrong-input",
      `Input "${name}" is ${showType(tensor)}, not ${wanted}.`,
    );
  }
  return { dtype: type.dtype, shape: type.shape, data: toFloat64(tensor) };
}

/** Floats as they are, in doubles of their own: a kernel may have passed on the array of a feed. */
function result({ dtype, shape }: Value, { data }: Numbers): Tensor {
  if (isFloat(dtype)) return { dtype: "float64", shape, data: data.slice() };
  return fromFloat64(dtype, shape, data);
}
