/** If, Loop and Scan, unrolled. */
import { describe, expect, test } from "vitest";
import { fromFloat64, type Tensor } from "../../../../shared/tensor";
import { evaluator } from "../../evaluate";
import { grad } from "../../grad";
import { Builder } from "../../builder";
import { topologicalOrder, type Graph } from "../../ir";
import { parseOnnx } from "../model";
import { smallModel, type SmallGraph, type SmallModel, type SmallNode } from "../testing";
import { importGraph } from ".";

const graphOf = (model: SmallModel): Graph =>
  importGraph(parseOnnx(smallModel(model), "net.onnx")).graph;

function run(model: SmallModel, ...feeds: readonly (readonly number[])[]): number[][] {
  const graph = graphOf(model);
  const fed = new Map(graph.inputs.map((x, i) => [x, Float64Array.from(feeds[i]!)]));
  return evaluator(graph.outputs.map(({ value }) => value))(fed).map((data) => [...data]);
}

const node = (op: string, inputs: string, outputs: string, attributes = {}): SmallNode => ({
  op,
  name: op.toLowerCase(),
  inputs: inputs.split(" ").map((name) => (name === "_" ? "" : name)),
  outputs: outputs.split(" "),
  attributes,
});
const whole = (value: number): Tensor => fromFloat64("int64", [], [value]);
const truth = (value: boolean): Tensor => fromFloat64("bool", [], [Number(value)]);

describe("If", () => {
  const double: SmallGraph = { outputs: ["d"], nodes: [node("Add", "x x", "d")] };
  const negate: SmallGraph = { outputs: ["n"], nodes: [node("Neg", "x", "n")] };
  /** Whether x has three elements decides. */
  const model = (extent: number): SmallModel => ({
    inputs: { x: [extent] },
    outputs: ["y"],
    initializers: { three: fromFloat64("int64", [1], [3]) },
    nodes: [
      node("Shape", "x", "s"),
      node("Equal", "s three", "c"),
      node("If", "c", "y", { then_branch: { graph: double }, else_branch: { graph: negate } }),
    ],
  });

  test("takes the branch that the shapes decide, and leaves no trace of the other", () => {
    expect(run(model(3), [1, 2, 3])).toEqual([[2, 4, 6]]);
    expect(run(model(2), [1, 2])).toEqual([[-1, -2]]);
    const { outputs } = graphOf(model(2));
    expect(topologicalOrder(outputs.map(({ value }) => value)).map(({ op }) => op)).toEqual([
      "Neg",
    ]);
  });

  test("in a function reads the caller's values", () => {
    const { nodes, initializers } = model(3) as Required<SmallModel>;
    const inside = { ...double, nodes: [node("Add", "t t", "d")] };
    const other = { ...negate, nodes: [node("Neg", "t", "n")] };
    const branches = { then_branch: { graph: inside }, else_branch: { graph: other } };
    const called: SmallModel = {
      inputs: { x: [3] },
      outputs: ["y"],
      initializers,
      functions: [
        {
          domain: "own",
          name: "F",
          inputs: ["t", "cond"],
          outputs: ["r"],
          nodes: [{ ...node("If", "cond", "r"), attributes: branches }],
        },
      ],
      nodes: [...nodes.slice(0, 2), { ...node("F", "x c", "y"), domain: "own" }],
    };
    expect(run(called, [1, 2, 3])).toEqual([[2, 4, 6]]);
  });

  test.each<[string, SmallModel, string, RegExp]>([
    [
      "that depends on data is refused, with the node and the input",
      {
        ...model(3),
        nodes: [
          node("ReduceSum", "x", "s", { keepdims: 0 }),
          node("Cast", "s", "c", { to: 9 }),
          model(3).nodes[2]!,
        ],
      },
      "onnx/dynamic-shape",
      /^The condition of the If \(node if\) depends on the values of "x"\.$/,
    ],
    [
      "whose branches make different numbers of values is refused",
      {
        ...model(3),
        nodes: [
          ...model(3).nodes.slice(0, 2),
          node("If", "c", "y", {
            then_branch: { graph: double },
            else_branch: { graph: { ...negate, outputs: ["n", "n"] } },
          }),
        ],
      },
      "onnx/malformed",
      /if \(If\) is malformed: its branches make 1 and 2 values where the node has 1/,
    ],
    [
      "whose branches make different types is refused",
      {
        ...model(3),
        nodes: [
          ...model(3).nodes.slice(0, 2),
          node("If", "c", "y", {
            then_branch: { graph: { ...double, types: { d: 1 } } },
            else_branch: { graph: { ...negate, types: { n: 7 } } },
          }),
        ],
      },
      "onnx/malformed",
      /its branches disagree on the element type of "d"/,
    ],
  ])("%s", (_, broken, code, message) => {
    expect(() => graphOf(broken)).toThrow(message);
    expect(() => graphOf(broken)).toThrow(expect.objectContaining({ code }));
  });
});

describe("Loop", () => {
  /** h ← h·x, each h also collected. */
  const body: SmallGraph = {
    inputs: ["i", "go", "h"],
    outputs: ["go", "next", "next"],
    nodes: [node("Mul", "h x", "next")],
  };
  const model = (rounds: number, inner = body): SmallModel => ({
    inputs: { x: [2] },
    outputs: ["last", "all"],
    initializers: { rounds: whole(rounds), yes: truth(true) },
    nodes: [node("Loop", "rounds yes x", "last all", { body: { graph: inner } })],
  });

  test("carries states and stacks what is collected", () => {
    expect(run(model(2), [2, 3])).toEqual([
      [8, 27],
      [4, 9, 8, 27],
    ]);
  });

  test("is differentiated through all rounds", () => {
    const { inputs, outputs } = graphOf(model(3));
    const g = new Builder();
    const [dx] = grad(g, g.sum(outputs[0]!.value), inputs);
    const [slope] = evaluator([dx!])(new Map([[inputs[0]!, Float64Array.of(2, 3)]]));
    expect([...slope!]).toEqual([4 * 2 ** 3, 4 * 3 ** 3]);
  });

  test("of no rounds returns its states, and collections of extent 0", () => {
    const { outputs } = graphOf(model(0));
    expect(outputs.map(({ value }) => value.shape)).toEqual([[2], [0, 2]]);
    expect(run(model(0), [2, 3])[0]).toEqual([2, 3]);
  });

  test("ends when its condition fails", () => {
    const inner: SmallGraph = {
      ...body,
      outputs: ["more", "next", "next"],
      nodes: [...body.nodes, node("Less", "i one", "more")],
      initializers: { one: whole(1) },
    };
    expect(run(model(9, inner), [2, 3])[0]).toEqual([8, 27]);
  });

  test.each<[string, SmallModel, string, RegExp]>([
    [
      "whose condition depends on data",
      {
        ...model(3, {
          ...body,
          outputs: ["more", "next", "next"],
          nodes: [
            ...body.nodes,
            node("ReduceSum", "next", "s", { keepdims: 0 }),
            node("Cast", "s", "more", { to: 9 }),
          ],
        }),
      },
      "onnx/dynamic-shape",
      /^The condition of the Loop \(node loop\) depends on the values of "x"\.$/,
    ],
    [
      "without end",
      { ...model(1), nodes: [node("Loop", "_ yes x", "last all", { body: { graph: body } })] },
      "onnx/unsupported",
      /it has more than 10000 rounds/,
    ],
    [
      "of a billion rounds",
      model(1e9, {
        ...body,
        nodes: [
          ...["h a", "a b", "b c", "c d"].map((pair) =>
            node("Tanh", ...(pair.split(" ") as [string, string])),
          ),
          node("Add", "d x", "next"),
        ],
      }),
      "onnx/too-large",
      /its loops unroll to more than 40000 nodes/,
    ],
    [
      "whose body returns too little",
      model(2, { ...body, outputs: ["go"] }),
      "onnx/malformed",
      /its body returns too few values/,
    ],
    [
      "whose body takes too much",
      model(2, { ...body, inputs: ["i", "go", "h", "k"] }),
      "onnx/malformed",
      /its graph body takes 4 inputs, not 3/,
    ],
    [
      "that collects growing tensors",
      model(2, {
        ...body,
        outputs: ["go", "next", "next"],
        nodes: [node("Concat", "h h", "next", { axis: 0 })],
      }),
      "onnx/malformed",
      /its rounds make values of different shapes/,
    ],
  ])("%s is refused", (_, broken, code, message) => {
    expect(() => graphOf(broken)).toThrow(message);
    expect(() => graphOf(broken)).toThrow(expect.objectContaining({ code }));
  });
});

describe("Scan", () => {
  const body: SmallGraph = {
    inputs: ["sum", "part"],
    outputs: ["next", "next"],
    nodes: [node("Add", "sum part", "next")],
  };
  const model = (attributes: object): SmallModel => ({
    inputs: { x: [3, 2] },
    outputs: ["total", "running"],
    initializers: { zero: fromFloat64("float32", [2], [0, 0]) },
    nodes: [
      node("Scan", "zero x", "total running", {
        body: { graph: body },
        num_scan_inputs: 1,
        ...attributes,
      }),
    ],
  });

  test("runs along an axis, either way, and stacks along any", () => {
    const x = [1, 2, 3, 4, 5, 6];
    expect(run(model({}), x)).toEqual([
      [9, 12],
      [1, 2, 4, 6, 9, 12],
    ]);
    expect(run(model({ scan_input_directions: [1] }), x)[1]).toEqual([5, 6, 8, 10, 9, 12]);
    expect(run(model({ scan_output_directions: [1] }), x)[1]).toEqual([9, 12, 4, 6, 1, 2]);
    expect(run(model({ scan_output_axes: [-1] }), x)[1]).toEqual([1, 4, 9, 2, 6, 12]);
  });
});
