/** A graph evaluated by its operators' float64 kernels, one node after another. */
import { showType, sizeOf, toFloat64 } from "../../shared/tensor";
import { topologicalOrder, type Node, type Value } from "./ir";
import { ruleOf } from "./ops";
import type { Numbers } from "./rule";

/**
 * What `outputs` are when the graph's inputs are `feeds`. Planned once, called often; intermediate results are
 * dropped as soon as nothing reads them. Results may share memory with feeds and with each other.
 */
export function evaluator(
  outputs: readonly Value[],
): (feeds: ReadonlyMap<Value, Float64Array>) => Float64Array[] {
  const order = topologicalOrder(outputs);
  const spent = lastUses(order, outputs);
  const constants = new Map<Value, Numbers>();
  for (const value of [...order.flatMap((node) => node.inputs), ...outputs]) {
    if (value.source.kind !== "constant" || constants.has(value)) continue;
    constants.set(value, typed(value, toFloat64(value.source.tensor)));
  }
  return (feeds) => {
    const known = new Map(constants);
    for (const [value, data] of feeds) known.set(value, typed(value, data));
    order.forEach((node, i) => {
      run(node, known);
      for (const value of spent[i]!) known.delete(value);
    });
    return outputs.map((value) => known.get(value)!.data);
  };
}

function typed({ dtype, shape }: Value, data: Float64Array): Numbers {
  return { dtype, shape, data };
}

function run(node: Node, known: Map<Value, Numbers>): void {
  const inputs = node.inputs.map((input) => known.get(input)!);
  const arrays = ruleOf(node.op).kernel(inputs, node.attrs, node.outputs);
  node.outputs.forEach((output, i) => {
    const data = arrays[i]!;
    if (data.length !== sizeOf(output.shape)) {
      throw new Error(`${node.op} made ${data.length} elements of ${showType(output)}`);
    }
    known.set(output, typed(output, data));
  });
}

/** For each node the values that nothing reads after it. */
export function lastUses(order: readonly Node[], outputs: readonly Value[]): Value[][] {
  const kept = new Set(outputs);
  return order
    .toReversed()
    .map((node) =>
      [...node.inputs, ...node.outputs].filter((value) => {
        if (kept.has(value) || value.source.kind !== "node") return false;
        kept.add(value);
        return true;
      }),
    )
    .reverse();
}
