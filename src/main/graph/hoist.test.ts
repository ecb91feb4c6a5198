import { describe, expect, test } from "vitest";
import { sizeOf, type TensorType } from "../../shared/tensor";
import { Builder } from "./builder";
import { evaluator } from "./evaluate";
import { hoisted, type Hoisted } from "./hoist";
import { inputName, topologicalOrder, type Graph } from "./ir";
import { jacobianTimes } from "./jacobian";
import { smallNetworks, type SmallNetwork } from "./networks.testing";
import { Random } from "./ops/domains";
import { simplify } from "./simplify";

const float = (...shape: number[]): TensorType => ({ dtype: "float64", shape });

/** Two directions of all parameters pushed through a network. */
function tangents({ g, x, parameters, prediction }: SmallNetwork): Graph {
  const directions = parameters.map(({ dtype, shape }, k) =>
    g.input(`v${k}`, { dtype, shape: [2, ...shape] }),
  );
  const pushed = jacobianTimes(g, [prediction], parameters, directions);
  return simplify({
    inputs: [x, ...parameters, ...directions],
    outputs: pushed.map((value, k) => ({ name: `dy${k}`, value })),
  });
}

const isDirection = (name: string): boolean => name.startsWith("v");

function split(graph: Graph, dear?: number): Hoisted {
  return hoisted(graph, new Set(graph.inputs.map(inputName).filter(isDirection)), dear);
}

type Feeds = Map<string, Float64Array>;

function feedsOf({ inputs }: Graph): Feeds {
  const random = new Random(7);
  return new Map(
    inputs.map((value) => [
      inputName(value),
      Float64Array.from({ length: sizeOf(value.shape) }, () => random.uniform(-1, 1)),
    ]),
  );
}

function run({ inputs, outputs }: Graph, feeds: Feeds): Feeds {
  const values = new Map(inputs.map((value) => [value, feeds.get(inputName(value))!]));
  const results = evaluator(outputs.map(({ value }) => value))(values);
  return new Map(outputs.map(({ name }, k) => [name, results[k]!]));
}

const operators = ({ outputs }: Graph): string[] =>
  topologicalOrder(outputs.map(({ value }) => value)).map(({ op }) => op);

describe.each(Object.keys(smallNetworks))("tangents of a small network, %s", (name) => {
  const graph = tangents(smallNetworks[name]!());

  test.each([0, 2, 16])("are the same when what stays is computed once (dear: %d)", (dear) => {
    const { once, each } = split(graph, dear);
    const feeds = feedsOf(graph);
    const crossed = run(once, feeds);
    expect(run(each, new Map([...feeds, ...crossed]))).toEqual(run(graph, feeds));
    if (dear === 0) expect(crossed.size).toBeGreaterThan(0);
  });

  test("have nothing of a direction in what is computed once", () => {
    expect(split(graph, 0).once.inputs.map(inputName).filter(isDirection)).toEqual([]);
  });
});

test("products cross over, what follows from them number by number does not", () => {
  const g = new Builder();
  const x = g.input("x", float(8, 32));
  const [first, second] = [0, 1].map((k) => g.input(`w${k}`, float(32, 32), "parameter"));
  const v = g.input("v0", float(8, 32));
  const layer = g.tanh(g.add(g.matmul(g.tanh(g.matmul(x, first!)), second!), 1));
  const { once, each } = split({
    inputs: [x, first!, second!, v],
    outputs: [{ name: "y", value: g.mul(v, g.mul(layer, layer)) }],
  });
  expect(operators(once)).toEqual(["MatMul", "Tanh", "MatMul"]);
  expect(operators(each).toSorted()).toEqual(["Add", "Mul", "Mul", "Tanh"]);
  expect(once.outputs.map(({ value }) => value.shape)).toEqual([[8, 32]]);
});

test("nothing crosses over where nothing is dear", () => {
  const g = new Builder();
  const x = g.input("x", float(4));
  const v = g.input("v0", float(4));
  const graph = { inputs: [x, v], outputs: [{ name: "y", value: g.mul(g.exp(x), v) }] };
  const { once, each } = split(graph);
  expect(once.outputs).toEqual([]);
  const feeds = feedsOf(graph);
  expect(run(each, feeds)).toEqual(run(graph, feeds));
});
