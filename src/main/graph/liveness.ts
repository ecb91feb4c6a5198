/** What a graph holds in memory while it runs, inferred from its shapes: no arena, no workspace of kernels. */
import { sizeOf, type DType } from "../../shared/tensor";
import { lastUses } from "./evaluate";
import { topologicalOrder, type Graph, type Value } from "./ir";
import { withoutConvWeight } from "./weightProducts";

const elementBytes: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  bool: 1,
};

/** Of the tensor itself; a reshaped one shares the memory of what it was made of. */
export function bytesOf({ dtype, shape, source }: Value): number {
  if (source.kind === "node" && source.node.op === "Reshape") return 0;
  return elementBytes[dtype] * sizeOf(shape);
}

/** The value whose memory another is a view of. */
export function holderOf(value: Value): Value {
  const { source } = value;
  return source.kind === "node" && source.node.op === "Reshape"
    ? holderOf(source.node.inputs[0]!)
    : value;
}

/**
 * The most bytes that results of nodes occupy at once when the graph is evaluated node after node and each is dropped
 * after its last use, outputs at the end. Inputs, parameters and constants are not counted: they are held anyway.
 */
export function peakBytes(graph: Graph): number {
  const values = withoutConvWeight(graph).outputs.map(({ value }) => value);
  const order = topologicalOrder(values);
  const spent = lastUses(order, values);
  /** How many values still need a holder's memory. */
  const views = new Map<Value, number>();
  let held = 0;
  let most = 0;
  order.forEach((node, i) => {
    for (const output of node.outputs) {
      const holder = holderOf(output);
      views.set(holder, (views.get(holder) ?? 0) + 1);
      held += bytesOf(output);
    }
    most = Math.max(most, held);
    for (const value of spent[i]!) {
      const holder = holderOf(value);
      const left = views.get(holder)! - 1;
      views.set(holder, left);
      if (left === 0 && holder.source.kind === "node") held -= bytesOf(holder);
    }
  });
  return most;
}
