import { describe, expect, test } from "vitest";
import { evaluator } from "../evaluate";
import { importGraph } from "./import";
import { parseOnnx } from "./model";
import { smallModel, type SmallFunction, type SmallModel } from "./testing";

const domain = "pkg.test";

function run(model: SmallModel, x: readonly number[]): number[] {
  const { inputs, outputs } = importGraph(parseOnnx(smallModel(model), "net.onnx")).graph;
  const [y] = evaluator(outputs.map(({ value }) => value))(
    new Map([[inputs[0]!, Float64Array.from(x)]]),
  );
  return [...y!];
}

const leaky: SmallFunction = {
  domain,
  name: "Leaky",
  inputs: ["x"],
  outputs: ["y"],
  attributes: ["slope"],
  nodes: [
    { op: "LeakyRelu", inputs: ["x"], outputs: ["y"], attributes: { alpha: { ref: "slope" } } },
  ],
};
const call = (op: string, from: string, to: string, attributes = {}) => ({
  op,
  domain,
  inputs: [from],
  outputs: [to],
  attributes,
});

describe("a model-local function", () => {
  test("takes the attribute of each call, or the operator's default", () => {
    const model: SmallModel = {
      inputs: { x: [2] },
      outputs: ["z"],
      functions: [leaky],
      nodes: [call("Leaky", "x", "y", { slope: { float: 0.5 } }), call("Leaky", "y", "z")],
    };
    // 0.01 is LeakyRelu's own default, stored as a double.
    expect(run(model, [-4, 3])).toEqual([-4 * 0.5 * 0.01, 3]);
  });

  test("passes attributes on to functions inside", () => {
    const outer: SmallFunction = {
      ...leaky,
      name: "Outer",
      nodes: [call("Leaky", "x", "y", { slope: { ref: "slope" } })],
    };
    const model: SmallModel = {
      inputs: { x: [2] },
      outputs: ["y"],
      functions: [outer, leaky],
      nodes: [call("Outer", "x", "y", { slope: { float: 0.25 } })],
    };
    expect(run(model, [-4, 3])).toEqual([-1, 3]);
  });

  test("called twice keeps its inner values apart", () => {
    const square: SmallFunction = {
      domain,
      name: "SquarePlus",
      inputs: ["a"],
      outputs: ["b"],
      nodes: [
        { op: "Mul", inputs: ["a", "a"], outputs: ["inner"] },
        { op: "Add", inputs: ["inner", "a"], outputs: ["b"] },
      ],
    };
    const model: SmallModel = {
      inputs: { x: [1] },
      outputs: ["z"],
      functions: [square],
      nodes: [call("SquarePlus", "x", "inner"), call("SquarePlus", "inner", "z")],
    };
    expect(run(model, [2])).toEqual([42]);
  });

  test("may hand its input on as its output", () => {
    const pass: SmallFunction = { domain, name: "Pass", inputs: ["x"], outputs: ["x"], nodes: [] };
    const model: SmallModel = {
      inputs: { x: [1] },
      outputs: ["y"],
      functions: [pass],
      nodes: [call("Pass", "x", "y")],
    };
    expect(run(model, [7])).toEqual([7]);
  });

  test("that calls itself is refused", () => {
    const self: SmallFunction = { ...leaky, name: "Self", nodes: [call("Self", "x", "y")] };
    const model: SmallModel = {
      inputs: { x: [1] },
      outputs: ["y"],
      functions: [self],
      nodes: [call("Self", "x", "y")],
    };
    expect(() => run(model, [1])).toThrow(/calls itself/);
  });

  test("that doubles at each level is refused before memory is gone", () => {
    const level = (k: number): SmallFunction => ({
      domain,
      name: `F${k}`,
      inputs: ["x"],
      outputs: ["y"],
      nodes:
        k === 0
          ? [call("Leaky", "x", "y")]
          : [call(`F${k - 1}`, "x", "a"), call(`F${k - 1}`, "a", "y")],
    });
    const model: SmallModel = {
      inputs: { x: [1] },
      outputs: ["y"],
      functions: [leaky, ...Array.from({ length: 40 }, (_, k) => level(k))],
      nodes: [call("F39", "x", "y")],
    };
    expect(() => run(model, [1])).toThrow(/more than/);
  });
});
