/** Which inputs of a graph its outputs depend on, which of them differentiably, and what stops the others. */
import { isFloat } from "../../shared/tensor";
import { topologicalOrder, type Graph, type Node, type Value } from "../graph/ir";
import { ruleOf } from "../graph/ops";

/** What the outputs of a graph depend on. */
export interface Reach {
  /** Values that some output depends on. */
  readonly used: ReadonlySet<Value>;
  /** Those through which a gradient flows. */
  readonly differentiable: ReadonlySet<Value>;
  /** For a value that is used but not differentiably: the first node on the way that stops it. */
  stopper(value: Value): { node: Node; reason: string } | undefined;
}

/** One pass from the outputs backwards. */
export function reachOf(graph: Graph): Reach {
  const outputs = graph.outputs.map(({ value }) => value);
  const order = topologicalOrder(outputs);
  const used = new Set([...outputs, ...order.flatMap((node) => node.inputs)]);
  const differentiable = new Set(outputs.filter(({ dtype }) => isFloat(dtype)));
  for (const node of order.toReversed()) {
    if (ruleOf(node.op).vjp === undefined) continue;
    if (!node.outputs.some((output) => differentiable.has(output))) continue;
    for (const input of node.inputs) if (isFloat(input.dtype)) differentiable.add(input);
  }
  return {
    used,
    differentiable,
    stopper(value) {
      if (!used.has(value) || differentiable.has(value)) return undefined;
      const reached = new Set<Value>([value]);
      for (const node of order) {
        if (!node.inputs.some((input) => reached.has(input))) continue;
        const rule = ruleOf(node.op);
        const toIntegers = node.outputs.every(({ dtype }) => !isFloat(dtype));
        if (rule.vjp === undefined || toIntegers) {
          const none = rule.vjp === undefined && rule.derivative === "none";
          return {
            node,
            reason: none
              ? `no derivative of ${node.op} is known`
              : `${node.op} is piecewise constant`,
          };
        }
        for (const output of node.outputs) reached.add(output);
      }
      return undefined;
    },
  };
}
