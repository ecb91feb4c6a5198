import { describe, expect, test } from "vitest";
import { fromFloat64, type Tensor } from "../../../../shared/tensor";
import { evaluator } from "../../evaluate";
import { inputName, topologicalOrder, type Graph } from "../../ir";
import { parseOnnx } from "../model";
import { smallModel, type SmallModel, type SmallNode } from "../testing";
import { importGraph, type ImportOptions } from ".";

function importSmall(model: SmallModel, options?: ImportOptions): Graph {
  return importGraph(parseOnnx(smallModel(model), "net.onnx"), options).graph;
}

function operators(graph: Graph): string[] {
  return topologicalOrder(graph.outputs.map(({ value }) => value)).map(({ op }) => op);
}

function run(graph: Graph, ...feeds: readonly (readonly number[])[]): number[] {
  const fed = new Map(graph.inputs.map((input, i) => [input, Float64Array.from(feeds[i]!)]));
  return [...evaluator(graph.outputs.map(({ value }) => value))(fed)[0]!];
}

const ints = (...values: number[]): Tensor => fromFloat64("int64", [values.length], values);
const floats = (...values: number[]): Tensor => fromFloat64("float32", [values.length], values);
const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
const node = (op: string, inputs: string, outputs: string, attributes = {}): SmallNode => ({
  op,
  inputs: inputs.split(" ").map((name) => (name === "_" ? "" : name)),
  outputs: outputs.split(" "),
  attributes,
});

describe("shapes", () => {
  test("computed from the batch vanish while importing", () => {
    const model: SmallModel = {
      inputs: { x: ["batch", 6] },
      outputs: ["y"],
      initializers: { zero: ints(0), one: ints(1), rest: ints(2, 3) },
      nodes: [
        node("Shape", "x", "s"),
        node("Slice", "s zero one", "b"),
        node("Cast", "b", "f", { to: 1 }),
        node("Cast", "f", "i", { to: 7 }),
        node("Concat", "i rest", "target", { axis: 0 }),
        node("Reshape", "x target", "y"),
      ],
    };
    const graph = importSmall(model, { batch: 5 });
    expect(graph.outputs[0]!.value.shape).toEqual([5, 2, 3]);
    expect(operators(graph)).toEqual(["Reshape"]);
  });

  test("need an extent for every symbol, by name", () => {
    const model: SmallModel = {
      inputs: { x: ["batch", "channels"] },
      outputs: ["y"],
      nodes: [node("Relu", "x", "y")],
    };
    expect(() => importSmall(model, { batch: 2 })).toThrow(/"channels" of the input "x"/);
    const graph = importSmall(model, { batch: 2, dimensions: new Map([["channels", 3]]) });
    expect(graph.inputs[0]!.shape).toEqual([2, 3]);
  });
});

describe("circular padding written as Slice and Concat", () => {
  const end = ints(2 ** 63);
  /** What PyTorch exports for F.pad(x, (p, q, p, q), mode="circular"), rows last. */
  const model = (before: number, after: number): SmallModel => ({
    inputs: { x: [1, 1, 3, 4] },
    outputs: ["z"],
    initializers: {
      head: ints(0),
      width: ints(after),
      tail: ints(-before),
      end,
      rows: ints(2),
      columns: ints(3),
    },
    nodes: [
      node("Slice", "x tail end columns", "left"),
      node("Slice", "x head width columns", "right"),
      node("Concat", "left x right", "y", { axis: 3 }),
      node("Slice", "y tail end rows", "top"),
      node("Slice", "y head width rows", "bottom"),
      node("Concat", "top y bottom", "z", { axis: 2 }),
    ],
  });

  test("becomes one Pad over both axes", () => {
    const graph = importSmall(model(1, 2));
    expect(operators(graph)).toEqual(["Pad"]);
    expect(graph.outputs[0]!.value.shape).toEqual([1, 1, 6, 7]);
    const row = (first: number): number[] => [3, 0, 1, 2, 3, 0, 1].map((column) => first + column);
    expect(run(graph, count(12))).toEqual([9, 1, 5, 9, 1, 5].flatMap(row));
  });

  test.each([
    ["the start in front", "head width", "right x", [1, 1, 2, 3, 4]],
    ["the end behind", "tail end", "x right", [1, 2, 3, 4, 4]],
  ])("is left alone where it is no periodic continuation: %s", (_, bounds, parts, row) => {
    const repeated: SmallModel = {
      ...model(1, 1),
      outputs: ["y"],
      nodes: [
        node("Slice", `x ${bounds} columns`, "right"),
        node("Concat", parts, "y", { axis: 3 }),
      ],
    };
    const graph = importSmall(repeated);
    expect(operators(graph)).not.toContain("Pad");
    expect(run(graph, count(12)).slice(0, 5)).toEqual(row);
  });
});

describe("meanings that changed with the opset", () => {
  const one = (opset: number, made: SmallNode, shape: number[], initializers = {}): Graph =>
    importSmall({ opset, inputs: { x: shape }, outputs: ["y"], initializers, nodes: [made] });

  test("Softmax normalised all axes from 1 on before 13", () => {
    const old = run(one(11, node("Softmax", "x", "y"), [1, 2, 2]), [0, 0, 0, 0]);
    const now = run(one(13, node("Softmax", "x", "y"), [1, 2, 2]), [0, 0, 0, 0]);
    expect(old).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(now).toEqual([0.5, 0.5, 0.5, 0.5]);
  });

  test("axes moved from an attribute to an input", () => {
    const old = one(11, node("ReduceSum", "x", "y", { axes: [1], keepdims: 0 }), [2, 3]);
    const now = one(13, node("ReduceSum", "x axes", "y", { keepdims: 0 }), [2, 3], {
      axes: ints(1),
    });
    expect(run(old, count(6))).toEqual([6, 15]);
    expect(run(now, count(6))).toEqual([6, 15]);
    const unsqueezed = one(11, node("Unsqueeze", "x", "y", { axes: [0, 3] }), [2, 3]);
    expect(unsqueezed.outputs[0]!.value.shape).toEqual([1, 2, 3, 1]);
  });

  test("Slice, Clip and Pad took their bounds as attributes", () => {
    const slice = one(9, node("Slice", "x", "y", { axes: [0], starts: [-2], ends: [9] }), [4]);
    expect(run(slice, count(4))).toEqual([3, 4]);
    const clip = one(6, node("Clip", "x", "y", { min: { float: 2 } }), [4]);
    expect(run(clip, count(4))).toEqual([2, 2, 3, 4]);
    const pad = one(10, node("Pad", "x", "y", { pads: [1, -1], value: { float: 7 } }), [3]);
    expect(run(pad, count(3))).toEqual([7, 1, 2]);
  });

  test("GroupNormalization scaled groups in 18, channels since 21", () => {
    const normalise = (opset: number, size: number): Graph =>
      one(
        opset,
        node("GroupNormalization", "x scale bias", "y", { num_groups: 2, epsilon: { float: 0 } }),
        [1, 4, 2],
        { scale: floats(...count(size)), bias: floats(...count(size).map(() => 0)) },
      );
    const x = [0, 2, 0, 2, 0, 2, 0, 2];
    expect(run(normalise(18, 2), x)).toEqual([-1, 1, -1, 1, -2, 2, -2, 2]);
    expect(run(normalise(21, 4), x)).toEqual([-1, 1, -2, 2, -3, 3, -4, 4]);
  });

  test("operands before 7 were aligned by an axis, and PRelu's slopes by channel", () => {
    const w = floats(10, 20);
    const add = node("Add", "x w", "y", { broadcast: 1, axis: 1 });
    expect(run(one(6, add, [1, 2, 2], { w }), count(4))).toEqual([11, 12, 23, 24]);
    const prelu = run(one(6, node("PRelu", "x w", "y"), [1, 2, 2], { w }), [-1, 2, -1, 2]);
    expect(prelu).toEqual([-10, 2, -20, 2]);
  });

  test("networks in training mode are refused", () => {
    const batchNorm = node("BatchNormalization", "x s s s s", "y", { training_mode: 1 });
    expect(() => one(17, batchNorm, [1, 2, 3], { s: floats(1, 1) })).toThrow(/model\.eval\(\)/);
  });
});

describe("parameters", () => {
  const model: SmallModel = {
    inputs: { x: [1, 2] },
    outputs: ["y"],
    initializers: { w: fromFloat64("float32", [2, 3], count(6)), b: floats(1, 1, 1) },
    nodes: [
      node("Identity", "b", "c"),
      node("MatMul", "x w", "xw"),
      node("Mul", "xw b", "scaled"),
      node("Add", "scaled c", "y"),
    ],
  };

  test("are inputs under their names, transposed if the file has the transpose", () => {
    const parameters = new Map([["w", { name: "layer.weight", transposed: true }]]);
    const graph = importSmall(model, { parameters });
    expect(graph.inputs.map(inputName)).toEqual(["x", "layer.weight"]);
    expect(graph.inputs[1]!.shape).toEqual([3, 2]);
    expect(run(graph, [1, 1], [1, 4, 2, 5, 3, 6])).toEqual(run(importSmall(model), [1, 1]));
  });

  test("that are Identity copies do not follow what they copy", () => {
    const parameters = new Map(["b", "c"].map((name) => [name, { name, transposed: false }]));
    const graph = importSmall(model, { parameters });
    expect(graph.inputs.map(inputName)).toEqual(["x", "b", "c"]);
    expect(run(graph, [1, 1], [1, 1, 1], [10, 20, 30])).toEqual([15, 27, 39]);
  });

  test("can take other values, copies their own", () => {
    const weights = new Map([["c", floats(0, 0, 0)]]);
    expect(run(importSmall(model, { weights }), [1, 1])).toEqual([5, 7, 9]);
  });
});

describe("Einsum", () => {
  const einsum = (equation: string, shapes: number[][], ...feeds: number[][]): number[] => {
    const names = shapes.map((_, i) => `x${i}`);
    const graph = importSmall({
      inputs: Object.fromEntries(names.map((name, i) => [name, shapes[i]!])),
      outputs: ["y"],
      nodes: [node("Einsum", names.join(" "), "y", { equation })],
    });
    return run(graph, ...feeds);
  };

  test.each([
    [
      "ij,jk->ik",
      [
        [2, 2],
        [2, 2],
      ],
      [
        [1, 2, 3, 4],
        [1, 0, 0, 2],
      ],
      [1, 4, 3, 8],
    ],
    [
      "ij,jk",
      [
        [2, 2],
        [2, 2],
      ],
      [
        [1, 2, 3, 4],
        [1, 0, 0, 2],
      ],
      [1, 4, 3, 8],
    ],
    ["ij->ji", [[2, 2]], [[1, 2, 3, 4]], [1, 3, 2, 4]],
    ["ii->i", [[2, 2]], [[1, 2, 3, 4]], [1, 4]],
    ["ii", [[2, 2]], [[1, 2, 3, 4]], [5]],
    [
      "i,j->ij",
      [[2], [2]],
      [
        [1, 2],
        [3, 4],
      ],
      [3, 4, 6, 8],
    ],
    [
      "i,i,i->",
      [[2], [2], [2]],
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [63],
    ],
    [
      "...i,...i->...",
      [
        [2, 2],
        [2, 2],
      ],
      [
        [1, 2, 3, 4],
        [1, 1, 1, 1],
      ],
      [3, 7],
    ],
    [
      "b...d,dk->b...k",
      [
        [1, 2, 2],
        [2, 1],
      ],
      [
        [1, 2, 3, 4],
        [1, 1],
      ],
      [3, 7],
    ],
    [
      "bhd,bkd->bhk",
      [
        [1, 2, 2],
        [1, 1, 2],
      ],
      [
        [1, 2, 3, 4],
        [1, 10],
      ],
      [21, 43],
    ],
  ] as [string, number[][], number[][], number[]][])("%s", (equation, shapes, feeds, expected) => {
    expect(einsum(equation, shapes, ...feeds)).toEqual(expected);
  });
});
