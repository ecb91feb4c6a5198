/** Vectorisation: the same graph for many values at once, along one more axis in front. */
import type { Builder } from "./builder";
import { topologicalOrder, type Value } from "./ir";
import { ruleOf } from "./ops";

/**
 * The outputs with one more leading axis of extent `size`. What does not depend on a batched value is
 * computed once and shared.
 * @param batched for each value that varies (an input, or any on the way): what stands for it, with the axis
 * @returns an output that depends on none of them is stretched
 */
export function vmap(
  g: Builder,
  outputs: readonly Value[],
  batched: ReadonlyMap<Value, Value>,
  size: number,
): Value[] {
  for (const [value, many] of batched) {
    if (many.shape.join() !== [size, ...value.shape].join()) {
      throw new Error(`[${many.shape.join()}] is not ${size} of [${value.shape.join()}]`);
    }
  }
  const known = new Map(batched);
  for (const node of topologicalOrder(outputs)) {
    const marks = node.inputs.map((input) => known.has(input));
    if (!marks.includes(true)) continue;
    const inputs = node.inputs.map((input) => known.get(input) ?? input);
    const results = g.at(node.origin, () =>
      ruleOf(node.op).batch(g, { inputs, batched: marks, size, attrs: node.attrs }),
    );
    results.forEach((result, i) => {
      const output = node.outputs[i]!;
      if (!known.has(output)) known.set(output, result);
    });
  }
  return outputs.map((output) => known.get(output) ?? g.expand(output, [size, ...output.shape]));
}
