/** A graph made again through a fresh builder, node after node, some of them in another form. */
import type { Builder } from "./builder";
import { inputName, topologicalOrder, type Graph, type Node, type Value } from "./ir";

/** What stands in the new graph for a value of the old one. */
export type Renewed = (value: Value) => Value;

/**
 * The same inputs and outputs, by name and in order; an input that nothing reads any more stays.
 * @param replace the values that stand for a node's outputs, none for a node that nothing will read; undefined for the
 * same node
 * @param fed inputs that are no inputs of the new graph, and what stands for each
 */
export function rebuild(
  graph: Graph,
  g: Builder,
  replace: (node: Node, renewed: Renewed) => readonly Value[] | undefined,
  fed: ReadonlyMap<Value, Value> = new Map(),
): Graph {
  const known = new Map(fed);
  const open = graph.inputs.filter((value) => !fed.has(value));
  const inputs = open.map((value) => {
    const { source } = value;
    const fresh = g.input(inputName(value), value, source.kind === "input" ? source.role : "data");
    known.set(value, fresh);
    return fresh;
  });
  const renewed = (value: Value): Value => {
    let result = known.get(value);
    if (result === undefined && value.source.kind === "constant") {
      result = g.constant(value.source.tensor);
      known.set(value, result);
    }
    if (result === undefined) throw new Error(`value ${value.id} is not reached from the inputs`);
    return result;
  };
  for (const node of topologicalOrder(graph.outputs.map(({ value }) => value))) {
    const results = g.at(
      node.origin,
      () => replace(node, renewed) ?? g.node(node.op, node.inputs.map(renewed), node.attrs),
    );
    results.forEach((result, i) => known.set(node.outputs[i]!, result));
  }
  return {
    inputs,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: renewed(value) })),
  };
}
