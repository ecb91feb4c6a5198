import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import { inputName } from "../graph/ir";
import { smallModel, type SmallModel, type SmallNode } from "../graph/onnx/testing";
import { createExecutor } from "../runtime/executors";
import { openModel, type Model } from ".";
import { encodeSafetensors } from "./safetensors";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "models-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function opened(model: SmallModel, weights?: Record<string, Tensor>): Promise<Model> {
  const path = join(folder, "net.onnx");
  await writeFile(path, smallModel(model));
  if (weights === undefined) return openModel(path);
  const checkpoint = join(folder, "net.safetensors");
  await writeFile(checkpoint, encodeSafetensors(new Map(Object.entries(weights))));
  return openModel(path, { weights: checkpoint });
}

async function run(model: Model, batch: number, x: readonly number[]): Promise<number[]> {
  const graph = model.graph(batch);
  const program = await createExecutor("reference").compile(graph, { bind: model.parameters });
  const [input] = graph.inputs;
  const feeds = new Map([[inputName(input!), fromFloat64("float32", input!.shape, x)]]);
  return [...toFloat64((await program.run(feeds)).get(graph.outputs[0]!.name)!)];
}

const floats = (shape: number[], start = 1): Tensor =>
  fromFloat64(
    "float32",
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => (i + start) / 8),
  );
const ints = (...values: number[]): Tensor => fromFloat64("int64", [values.length], values);
const node = (op: string, inputs: string, outputs: string, attributes = {}): SmallNode => ({
  op,
  name: `${op} of ${outputs}`,
  inputs: inputs.split(" ").map((name) => (name === "_" ? "" : name)),
  outputs: outputs.split(" "),
  attributes,
});

describe("parameters", () => {
  test("are float tensors of some rank that a gradient reaches", async () => {
    const { info, parameters } = await opened({
      inputs: { x: ["batch", 2] },
      outputs: ["y"],
      initializers: {
        w: floats([2, 2]),
        scalar: floats([]),
        indices: ints(1, 0),
        scales: fromFloat64("float32", [2], [1, 1]),
        unused: floats([3]),
      },
      nodes: [
        node("MatMul", "x w", "a"),
        node("Mul", "a scalar", "b"),
        node("Gather", "b indices", "c", { axis: 1 }),
        // The scales of a Resize fix a shape.
        node("Resize", "c _ scales", "y"),
      ],
    });
    expect([...parameters.keys()]).toEqual(["w"]);
    expect(info.differentiable).toBe(true);
    expect(info.operators).toEqual({ MatMul: 1, Mul: 1, Gather: 1, Resize: 1 });
  });

  test("that a rounding stops are named with the node", async () => {
    const { info } = await opened({
      inputs: { x: ["batch", 2] },
      outputs: ["y"],
      initializers: { w: floats([2, 2]), offset: floats([2]) },
      nodes: [
        node("Round", "offset", "whole"),
        node("MatMul", "x w", "a"),
        node("Add", "a whole", "y"),
      ],
    });
    expect(info.parameters.map(({ name }) => name)).toEqual(["w"]);
    expect(info.stopped).toEqual([
      { parameter: "offset", node: "Round of whole", reason: "Round is piecewise constant" },
    ]);
    expect(info.differentiable).toBe(false);
  });
});

describe("a checkpoint", () => {
  const linear: SmallModel = {
    inputs: { x: ["batch", 2] },
    outputs: ["y"],
    initializers: { "onnx::MatMul_7": floats([2, 3]), "fc.bias": floats([3]) },
    nodes: [node("MatMul", "x onnx::MatMul_7", "a"), node("Add", "fc.bias a", "y")],
  };
  const other = { "fc.weight": floats([3, 2], 20), "fc.bias": floats([3], 30) };

  test("gives values, and names to what the exporter renamed", async () => {
    const model = await opened(linear, other);
    expect(new Set(model.parameters.keys())).toEqual(new Set(["fc.weight", "fc.bias"]));
    expect(model.parameters.get("fc.weight")).toEqual(other["fc.weight"]);
    // y = W x + b with W = [[20, 21], [22, 23], [24, 25]]/8, b = [30, 31, 32]/8.
    expect(await run(model, 1, [1, 1])).toEqual([
      (20 + 21 + 30) / 8,
      (22 + 23 + 31) / 8,
      (24 + 25 + 32) / 8,
    ]);
  });

  test("tells layers of one shape apart by their biases", async () => {
    const twins: SmallModel = {
      inputs: { x: ["batch", 2] },
      outputs: ["y"],
      initializers: {
        "onnx::MatMul_1": floats([2, 2]),
        "a.bias": floats([2]),
        "onnx::MatMul_2": floats([2, 2], 5),
        "b.bias": floats([2], 5),
      },
      nodes: [
        node("MatMul", "x onnx::MatMul_1", "p"),
        node("Add", "p a.bias", "q"),
        node("MatMul", "q onnx::MatMul_2", "r"),
        node("Add", "b.bias r", "y"),
      ],
    };
    const { info } = await opened(twins, {
      "b.weight": floats([2, 2], 20),
      "b.bias": floats([2], 30),
      "a.weight": floats([2, 2], 40),
      "a.bias": floats([2], 50),
    });
    const places = Object.fromEntries(
      info.parameters.map(({ name, initializer }) => [name, initializer]),
    );
    expect(places).toMatchObject({ "a.weight": "onnx::MatMul_1", "b.weight": "onnx::MatMul_2" });
  });

  test("may have a wrapper's prefix and integers that the network does not use", async () => {
    const wrapped = Object.fromEntries(
      Object.entries(other).map(([name, t]) => [`module.${name}`, t]),
    );
    const model = await opened(linear, { ...wrapped, "module.steps": ints(7) });
    expect(new Set(model.parameters.keys())).toEqual(new Set(["fc.weight", "fc.bias"]));
  });

  test("of wider floats is rounded to the network's", async () => {
    const wide = Object.fromEntries(
      Object.entries(other).map(([name, t]) => [
        name,
        fromFloat64("float64", t.shape, toFloat64(t)),
      ]),
    );
    expect((await opened(linear, wide)).parameters.get("fc.bias")).toEqual(other["fc.bias"]);
  });

  test.each([
    ["lacks a tensor", { "fc.weight": floats([3, 2]) }, /it lacks fc\.bias\./],
    [
      "has one too many",
      { ...other, "gate.weight": floats([5]) },
      /the model has no gate\.weight\./,
    ],
    [
      "has another shape",
      { ...other, "fc.bias": floats([4]) },
      /fc\.bias is \[4\] instead of \[3\]\./,
    ],
  ])("that %s is refused in one sentence", async (_, weights, message) => {
    await expect(opened(linear, weights)).rejects.toThrow(message);
  });
});

describe("a network exported with a fixed batch", () => {
  /** [N, 4] as two tokens of two, transposed and back, with the batch in constant shapes. */
  const tokens = (n: number): SmallModel => ({
    inputs: { x: [n, 4] },
    outputs: ["y"],
    initializers: {
      split: ints(n, 2, 2),
      merged: ints(2 * n, 2),
      back: ints(n, -1),
      table: floats([n, 1, 2]),
      w: floats([2, 2]),
    },
    nodes: [
      node("Reshape", "x split", "a"),
      node("Transpose", "a", "b", { perm: [0, 2, 1] }),
      node("Concat", "table b", "c", { axis: 1 }),
      node("Slice", "c one three axis", "d"),
      node("Reshape", "d merged", "e"),
      node("MatMul", "e w", "f"),
      node("Reshape", "f back", "y"),
    ],
  });
  const withBounds = (n: number): SmallModel => {
    const model = tokens(n);
    const row = floats([1, 1, 2]);
    const table = fromFloat64(
      "float32",
      [n, 1, 2],
      Array.from({ length: n }, () => [...toFloat64(row)]).flat(),
    );
    return {
      ...model,
      initializers: { ...model.initializers, table, one: ints(1), three: ints(3), axis: ints(1) },
    };
  };

  test.each([1, 2, 3])("of %i takes any other, with the same results a sample", async (n) => {
    const model = await opened(withBounds(n));
    expect(model.info.warnings).toEqual([]);
    expect(model.info.inputs[0]!.shape).toEqual([null, 4]);
    const samples = Array.from({ length: 5 }, (_, i) => [i, i + 1, -i, 2]);
    const together = await run(model, 5, samples.flat());
    for (const [i, sample] of samples.entries()) {
      expect(await run(model, 1, sample)).toEqual(together.slice(4 * i, 4 * i + 4));
    }
  });

  test("follows tables that were folded for the batch, if their rows are alike", async () => {
    const started = (state: Tensor): SmallModel => ({
      inputs: { x: [2, 2] },
      outputs: ["y"],
      initializers: { state },
      nodes: [node("Tanh", "x", "a"), node("Add", "a state", "y")],
    });
    const alike = await opened(started(fromFloat64("float32", [2, 2], [3, 5, 3, 5])));
    expect(alike.info.warnings).toEqual([]);
    expect(await run(alike, 3, [0, 0, 0, 0, 0, 0])).toEqual([3, 5, 3, 5, 3, 5]);
    const apart = await opened(started(fromFloat64("float32", [2, 2], [3, 5, 3, 6])));
    expect(apart.info.warnings).toEqual([
      expect.stringMatching(/batches of 2 only: a sample's result depends on its place/),
    ]);
  });

  test("follows the zeros that a recurrence starts from", async () => {
    const fixed = (n: number): SmallModel => ({
      inputs: { x: [n, 3, 1] },
      outputs: ["y"],
      initializers: {
        w: floats([1, 2, 1]),
        r: floats([1, 2, 2]),
        h: fromFloat64(
          "float32",
          [1, n, 2],
          Array.from({ length: 2 * n }, () => 0),
        ),
      },
      nodes: [
        node("Transpose", "x", "t", { perm: [1, 0, 2] }),
        node("RNN", "t w r _ _ h", "_ last", { hidden_size: 2 }),
        node("Squeeze", "last zero", "y"),
      ],
    });
    const squeezed = (n: number): SmallModel => {
      const model = fixed(n);
      return { ...model, initializers: { ...model.initializers, zero: ints(0) } };
    };
    const two = await opened(squeezed(2));
    expect(two.info.warnings).toEqual([]);
    const x = Array.from({ length: 9 }, (_, i) => i / 9);
    const three = await opened(squeezed(3));
    expect(await run(two, 3, x)).toEqual(await run(three, 3, x));
  });

  test("in double precision is tried all the same", async () => {
    const model = await opened({
      inputs: { x: [2, 2] },
      outputs: ["y"],
      initializers: { w: fromFloat64("float64", [1, 1, 1], [2]), shape: ints(2, 1, 2) },
      nodes: [
        node("Cast", "x", "d", { to: 11 }),
        node("Reshape", "d shape", "r"),
        node("Conv", "r w", "c"),
        node("Flatten", "c", "y"),
      ],
    });
    expect(model.info.warnings).toEqual([]);
    expect(await run(model, 3, [1, 2, 3, 4, 5, 6])).toEqual([2, 4, 6, 8, 10, 12]);
  });

  test("whose samples mix keeps its batch, and says so", async () => {
    const model = await opened({
      inputs: { x: [3, 2] },
      outputs: ["y"],
      initializers: { axes: ints(0) },
      nodes: [node("ReduceMean", "x", "m", { axes: [0] }), node("Sub", "x m", "y")],
    });
    expect(model.info.warnings).toEqual([
      expect.stringMatching(/takes batches of 3 only: a sample's result depends on the others/),
    ]);
    expect(model.graph(3).outputs[0]!.value.shape).toEqual([3, 2]);
    expect(() => model.graph(4)).toThrow(/batches of 3 only/);
    expect(model.info.inputs[0]!.shape).toEqual([3, 2]);
  });
});
