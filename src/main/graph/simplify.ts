/**
 * A graph rebuilt through a fresh builder: what no output needs is gone, equal nodes are one, constants are
 * folded and moves cancelled (rewrite.ts), also across values that different builders had made. The result
 * depends on the structure of the graph alone, so the same network gives the same bytes.
 */
import { Builder } from "./builder";
import { inputName, topologicalOrder, type Graph, type Value } from "./ir";

/** The same inputs and outputs, by name and in order; an input that nothing reads any more stays. */
export function simplify(graph: Graph): Graph {
  const g = new Builder();
  const known = new Map<Value, Value>();
  const inputs = graph.inputs.map((value) => {
    const { source } = value;
    const fresh = g.input(inputName(value), value, source.kind === "input" ? source.role : "data");
    known.set(value, fresh);
    return fresh;
  });
  const rebuilt = (value: Value): Value => {
    let result = known.get(value);
    if (result === undefined && value.source.kind === "constant") {
      result = g.constant(value.source.tensor);
      known.set(value, result);
    }
    if (result === undefined) throw new Error(`value ${value.id} is not reached from the inputs`);
    return result;
  };
  for (const node of topologicalOrder(graph.outputs.map(({ value }) => value))) {
    const operands = node.inputs.map(rebuilt);
    const results = g.at(node.origin, () => g.node(node.op, operands, node.attrs));
    node.outputs.forEach((output, i) => known.set(output, results[i]!));
  }
  return {
    inputs,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: rebuilt(value) })),
  };
}
