import { describe, expect, test } from "vitest";
import { sizeOf, type TensorType } from "../../shared/tensor";
import { Builder } from "./builder";
import { checkpointed } from "./checkpoint";
import { evaluator } from "./evaluate";
import { grad } from "./grad";
import { inputName, topologicalOrder, type Graph, type Value } from "./ir";
import { bytesOf, peakBytes } from "./liveness";
import { randomNetwork, smallNetworks, type SmallNetwork } from "./networks.testing";
import { Random } from "./ops/domains";
import { recomputed } from "./recompute";
import { simplify } from "./simplify";

const float = (...shape: number[]): TensorType => ({ dtype: "float64", shape });

/** Loss, prediction and gradients, as a training step or an analysis asks for them. */
function gradientGraph({ g, x, prediction, parameters }: SmallNetwork): Graph {
  const target = g.input("target", prediction);
  const error = g.sub(prediction, target);
  const loss = g.mean(g.mul(error, error));
  return simplify({
    inputs: [x, target, ...parameters],
    outputs: [
      { name: "loss", value: loss },
      { name: "y", value: prediction },
      ...grad(g, loss, parameters).map((value, k) => ({ name: `d${k}`, value })),
    ],
  });
}

/** Layers of one width, with the sigmoid's and a norm's results between them, and a skip over all of them. */
function deepNetwork(layers: number): SmallNetwork {
  const g = new Builder();
  const x = g.input("x", float(64, 8));
  const parameters = Array.from({ length: layers }, (_, k) =>
    g.input(`w${k}`, float(8, 8), "parameter"),
  );
  const deep = parameters.reduce((u, w) => {
    const v = g.matmul(u, w);
    const scaled = g.div(v, g.sqrt(g.add(g.mean(g.mul(v, v), [1], true), 0.1)));
    return g.mul(scaled, g.sigmoid(scaled));
  }, x);
  return { g, x, parameters, prediction: g.add(deep, x) };
}

function resultsOf(graph: Graph): Float64Array[] {
  const random = new Random(3);
  const feeds = new Map(
    graph.inputs.map((value): [Value, Float64Array] => [
      value,
      Float64Array.from({ length: sizeOf(value.shape) }, () => random.uniform(-1, 1)),
    ]),
  );
  return evaluator(graph.outputs.map(({ value }) => value))(feeds);
}

function expectSame(actual: Graph, expected: Graph): void {
  expect(actual.inputs.map(inputName)).toEqual(expected.inputs.map(inputName));
  expect(actual.outputs.map(({ name }) => name)).toEqual(expected.outputs.map(({ name }) => name));
  expect(resultsOf(actual)).toEqual(resultsOf(expected));
}

const nodesOf = (graph: Graph): number =>
  topologicalOrder(graph.outputs.map(({ value }) => value)).length;

describe("a deep network's gradient", () => {
  const graph = gradientGraph(deepNetwork(24));
  const peak = peakBytes(graph);

  test("stays as it is where it fits", () => {
    const result = checkpointed(graph, "loss", peak);
    expect(result).toEqual({ graph, peakBytes: peak, segments: 1 });
  });

  test("fits into half the memory with the same bits, at no more than a second forward pass", () => {
    const result = checkpointed(graph, "loss", peak / 2);
    expect(result.peakBytes).toBeLessThanOrEqual(peak / 2);
    expect(result.peakBytes).toBe(peakBytes(result.graph));
    expectSame(result.graph, graph);
    const forward = topologicalOrder([graph.outputs[0]!.value]).length;
    const gates = 8 * result.segments * graph.outputs.length;
    expect(nodesOf(result.graph)).toBeLessThan(nodesOf(graph) + 1.5 * forward + gates);
  });

  test("takes the number of segments that holds least where nothing fits", () => {
    const result = checkpointed(graph, "loss", 0);
    expect(result.segments).toBeGreaterThan(2);
    expect(result.peakBytes).toBeLessThan(peak / 2);
    expectSame(result.graph, graph);
  });

  test("is not recognised as computed twice when it is simplified", () => {
    const { graph: less, peakBytes: bytes } = checkpointed(graph, "loss", peak / 2);
    expect(peakBytes(simplify(less))).toBe(bytes);
  });
});

describe.each([
  ...Object.entries(smallNetworks),
  ...[1, 2, 3, 4].map((seed) => [`random network ${seed}`, () => randomNetwork(seed)] as const),
])("%s", (_, make) => {
  test.each([2, 3, 5])("has the same gradients in %i segments, wherever they are cut", (count) => {
    const graph = gradientGraph(make());
    const order = topologicalOrder([graph.outputs[0]!.value]);
    const random = new Random(count);
    const cuts = Array.from({ length: count - 1 }, () => random.whole(0, order.length - 1));
    const segments = new Map(
      order.map((node, i) => [node, cuts.filter((cut) => cut < i).length] as const),
    );
    expectSame(recomputed(graph, segments), graph);
  });
});

test("the peak counts what is held at once, and views once", () => {
  const g = new Builder();
  const x = g.input("x", float(10));
  const a = g.exp(x);
  const b = g.sin(g.reshape(a, [2, 5]));
  const y = g.add(g.reshape(b, [10]), a);
  const graph = { inputs: [x], outputs: [{ name: "y", value: y }] };
  // a and b are held when y is made.
  expect(peakBytes(graph)).toBe(3 * 80);
  expect(bytesOf(g.reshape(a, [5, 2]))).toBe(0);
});
