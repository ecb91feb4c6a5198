/** The steps of a graph, each on tfjs or, where tfjs has no kernel for it or no such numbers, on the host. */
import { sizeOf } from "../../../shared/tensor";
import { lastUses } from "../../graph/evaluate";
import { topologicalOrder, type Graph, type Node, type Value } from "../../graph/ir";
import { lowerings } from "./lowering";
import type { Lowering, PartialLowering, Planned } from "./lowering/lowering";

export interface Step {
  readonly node: Node;
  /** Null: the rule's own kernel, in doubles on the host. */
  readonly lower: Lowering<unknown> | null;
  /** Values that nothing reads after this step. */
  readonly spent: readonly Value[];
}

export function planOf(graph: Graph): Step[] {
  const results = graph.outputs.map(({ value }) => value);
  const order = topologicalOrder(results);
  const spent = lastUses(order, results);
  return order.map((node, i) => ({ node, lower: loweringOf(node), spent: spent[i]! }));
}

function loweringOf(node: Node): Lowering<unknown> | null {
  // tfjs has no float64, and its kernels disagree on what becomes of tensors without elements.
  const foreign = [...node.inputs, ...node.outputs].some(
    ({ dtype, shape }) => dtype === "float64" || sizeOf(shape) === 0,
  );
  if (foreign) return null;
  // Each takes its own operator's attributes, which the rule has checked.
  const entry = lowerings[node.op as Planned] as Lowering<unknown> | PartialLowering<unknown>;
  if (typeof entry === "function") return entry;
  return entry.onHost(node) ? null : entry.lower;
}
