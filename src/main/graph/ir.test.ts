import { describe, expect, test } from "vitest";
import { Builder } from "./builder";
import { grad } from "./grad";
import { mirroredOrder, topologicalOrder, type Node, type Value } from "./ir";
import { randomNetwork } from "./networks.testing";

/** A loss, then the gradients of a random network. */
function results(seed: number): Value[] {
  const { g, prediction, parameters } = randomNetwork(seed);
  const loss = g.sum(g.mul(prediction, prediction));
  return [loss, ...grad(g, loss, parameters)];
}

describe.each([
  ["topologicalOrder", topologicalOrder],
  ["mirroredOrder", mirroredOrder],
])("%s", (_, orderOf) => {
  test.each([1, 2, 3])("has every node once, after what it reads (network %i)", (seed) => {
    const outputs = results(seed);
    const order = orderOf(outputs);
    const place = new Map(order.map((node, i) => [node, i] as const));
    expect(place.size).toBe(order.length);
    expect(new Set(order)).toEqual(new Set(topologicalOrder(outputs)));
    order.forEach(({ inputs }, i) => {
      for (const { source } of inputs) {
        if (source.kind === "node") expect(place.get(source.node)).toBeLessThan(i);
      }
    });
  });
});

/** As onnxruntime sorts: back from nodes that nothing reads, of nodes and of inputs the one written last first. */
function sortedAgain(written: readonly Node[]): Node[] {
  const place = new Map(written.map((node, i) => [node, i] as const));
  const read = new Set(written.flatMap(({ inputs }) => inputs));
  const order: Node[] = [];
  const done = new Set<Node>();
  const visit = (node: Node): void => {
    if (done.has(node)) return;
    done.add(node);
    const before = node.inputs.flatMap(({ source }) =>
      source.kind === "node" ? [source.node] : [],
    );
    for (const each of before.sort((a, b) => place.get(b)! - place.get(a)!)) visit(each);
    order.push(node);
  };
  const ends = written.filter(({ outputs }) => !outputs.some((output) => read.has(output)));
  for (const node of ends.reverse()) visit(node);
  return order;
}

test("what is written mirrored is evaluated as in the plain order, where nothing is shared", () => {
  const g = new Builder();
  const x = g.input("x", { dtype: "float64", shape: [2] });
  const y = g.add(g.sin(g.exp(x)), g.mul(g.cos(x), g.neg(g.tanh(x))));
  const outputs = [g.sqrt(x), y];
  expect(sortedAgain(mirroredOrder(outputs))).toEqual(topologicalOrder(outputs));
  expect(sortedAgain(topologicalOrder(outputs))).not.toEqual(topologicalOrder(outputs));
});
