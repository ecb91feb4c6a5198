/** Composition: values put in the place of others. */
import type { Builder } from "./builder";
import { topologicalOrder, type Value } from "./ir";

/**
 * The outputs with each key of `replacement` replaced by its value; what depends on none stays as it is.
 * @throws UserError "graph/shape" where an operator does not take the new shapes
 */
export function substitute(
  g: Builder,
  outputs: readonly Value[],
  replacement: ReadonlyMap<Value, Value>,
): Value[] {
  const known = new Map(replacement);
  for (const node of topologicalOrder(outputs)) {
    if (!node.inputs.some((input) => known.has(input))) continue;
    const inputs = node.inputs.map((input) => known.get(input) ?? input);
    const results = g.at(node.origin, () => g.node(node.op, inputs, node.attrs));
    results.forEach((result, i) => {
      const output = node.outputs[i]!;
      if (!known.has(output)) known.set(output, result);
    });
  }
  return outputs.map((output) => known.get(output) ?? output);
}
