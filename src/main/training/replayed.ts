/** Values computed again from others: a network applied to a prediction of its own, or with parameters of its own. */
import type { Builder } from "../graph/builder";
import { topologicalOrder, type Value } from "../graph/ir";

/**
 * What `values` are where some that they depend on are replaced by others of the same shapes; whatever does not depend on
 * those is shared.
 */
export function replayed(
  g: Builder,
  values: readonly Value[],
  replaced: ReadonlyMap<Value, Value>,
): Value[] {
  const known = new Map(replaced);
  const now = (value: Value): Value => known.get(value) ?? value;
  for (const node of topologicalOrder(values)) {
    if (!node.inputs.some((input) => known.has(input))) continue;
    const results = g.at(node.origin, () => g.node(node.op, node.inputs.map(now), node.attrs));
    node.outputs.forEach((value, i) => known.set(value, results[i]!));
  }
  return values.map(now);
}
