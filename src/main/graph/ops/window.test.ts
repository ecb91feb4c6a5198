/** Convolutions, poolings, pads: what the general tests of rules do not see, examples by hand and choices of form. */
import { describe, expect, test } from "vitest";
import { Builder } from "../builder";
import { evaluator } from "../evaluate";
import { vjp } from "../grad";
import { sizeOf } from "../../../shared/tensor";
import { topologicalOrder, type Attributes, type Value } from "../ir";
import { Random } from "./domains";
import type { OpName } from ".";

function evaluated(
  op: OpName,
  inputs: readonly (readonly [shape: readonly number[], data: readonly number[]])[],
  attrs: Attributes,
): number[][] {
  const g = new Builder();
  const values = inputs.map(([shape], i) => g.input(`x${i}`, { dtype: "float64", shape }));
  const feeds = new Map(values.map((x, i) => [x, Float64Array.from(inputs[i]![1])]));
  return evaluator(g.node(op, values, attrs))(feeds).map((array) => [...array]);
}

/** Operators of the cotangents of a node's inputs. */
function gradientOps(op: OpName, shapes: readonly (readonly number[])[], attrs: Attributes) {
  const g = new Builder();
  const inputs = shapes.map((shape, i) => g.input(`x${i}`, { dtype: "float32", shape }));
  const y = g.node(op, inputs, attrs)[0]!;
  const cotangent = g.input("cotangent", y);
  return inputs.map((x) => topologicalOrder(vjp(g, [y], [cotangent], [x])).map((node) => node.op));
}

const plain = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1] };

describe("convolution", () => {
  test("does not turn its kernel: it is a correlation", () => {
    const attrs = { strides: [1], pads: [1, 0], dilations: [1], group: 1 };
    const [y] = evaluated(
      "Conv",
      [
        [
          [1, 1, 3],
          [1, 2, 3],
        ],
        [
          [1, 1, 2],
          [10, 1],
        ],
      ],
      attrs,
    );
    expect(y).toEqual([1, 12, 23]);
  });

  test("transposed, spreads each element over the kernel", () => {
    const attrs = { strides: [2], pads: [0, 0], dilations: [1], group: 1, output_padding: [1] };
    const [y] = evaluated(
      "ConvTranspose",
      [
        [
          [1, 1, 2],
          [1, 2],
        ],
        [
          [1, 1, 2],
          [10, 1],
        ],
      ],
      attrs,
    );
    expect(y).toEqual([10, 1, 20, 2, 0]);
  });

  test("names both operands where channels do not fit", () => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [1, 3, 8, 8] });
    const w = g.input("w", { dtype: "float32", shape: [4, 2, 3, 3] });
    expect(() => g.node("Conv", [x, w], { ...plain, group: 1 })).toThrow(
      "Conv of float32[1, 3, 8, 8] and float32[4, 2, 3, 3]: 3 channels in 1 group do not fit weights [4, 2, …].",
    );
  });

  test("has an input gradient of one Conv at stride 1, of one ConvTranspose beyond", () => {
    const shapes = [
      [1, 32, 8, 8],
      [32, 32, 3, 3],
    ];
    const [atOne] = gradientOps("Conv", shapes, { ...plain, group: 1 });
    expect(atOne!.filter((op) => op.startsWith("Conv"))).toEqual(["Conv"]);
    const [atTwo] = gradientOps("Conv", shapes, { ...plain, strides: [2, 2], group: 1 });
    expect(atTwo).toEqual(["ConvTranspose"]);
  });

  test.each([
    { extents: [5, 4], kernel: [3, 3], begin: [1, 1], end: [1, 1], dilations: [1, 1], group: 1 },
    { extents: [6, 7], kernel: [2, 3], begin: [0, 3], end: [2, 1], dilations: [2, 2], group: 2 },
    { extents: [6], kernel: [4], begin: [1], end: [2], dilations: [1], group: 1 },
    { extents: [4, 5], kernel: [1, 3], begin: [0, 2], end: [0, 0], dilations: [1, 1], group: 2 },
  ])("on a periodic domain is turned round without leaving it (kernel $kernel)", (shape) => {
    const { extents, kernel, begin, end, dilations, group } = shape;
    const g = new Builder();
    const float64 = (shape: readonly number[]) => ({ dtype: "float64" as const, shape });
    const x = g.input("x", float64([2, 2, ...extents]));
    const v = g.input("v", x);
    const w = g.input("w", float64([4, 2 / group, ...kernel]));
    const none = kernel.flatMap(() => [0, 0]);
    const attrs = { strides: kernel.map(() => 1), pads: none, dilations, group };
    const convolved = (value: Value): Value => {
      const wrapped = g.pad(value, [0, 0, ...begin, 0, 0, ...end], { mode: "wrap" });
      return g.node("Conv", [wrapped, w], attrs)[0]!;
    };
    const y = convolved(x);
    const u = g.input("u", y);
    const [pulled] = vjp(g, [y], [u], [x]);
    expect(topologicalOrder([pulled!]).map(({ op }) => op)).not.toContain("Concat");
    // A linear map and its transpose: ⟨A v, u⟩ = ⟨v, Aᵀ u⟩.
    const pairings = [g.sum(g.mul(convolved(v), u)), g.sum(g.mul(v, pulled!))];
    const random = new Random(3);
    const feeds = new Map(
      [x, v, w, u].map((value) => [
        value,
        Float64Array.from({ length: sizeOf(value.shape) }, () => random.uniform(-1, 1)),
      ]),
    );
    const [left, right] = evaluator(pairings)(feeds).map((array) => array[0]!);
    // Hundreds of products of doubles.
    expect(Math.abs(left! - right!)).toBeLessThan(1e-12);
  });
});

describe("pooling", () => {
  const windows = { kernel_shape: [2], strides: [1], pads: [1, 1], dilations: [1] };

  test("takes the first of equal maxima, and its cotangents add up", () => {
    const [y, index] = evaluated(
      "MaxPool",
      [
        [
          [1, 1, 3],
          [5, 5, 1],
        ],
      ],
      windows,
    );
    expect(y).toEqual([5, 5, 5, 1]);
    expect(index).toEqual([0, 0, 1, 2]);
    const g = new Builder();
    const x = g.input("x", { dtype: "float64", shape: [1, 1, 3] });
    const value = g.node("MaxPool", [x], windows)[0]!;
    const cotangent = g.input("cotangent", value);
    const feeds = new Map<Value, Float64Array>([
      [x, Float64Array.of(5, 5, 1)],
      [cotangent, Float64Array.of(1, 10, 100, 1000)],
    ]);
    const [dx] = evaluator(vjp(g, [value], [cotangent], [x]))(feeds);
    expect([...dx!]).toEqual([11, 100, 1000]);
  });

  test("lets NaN through, and −∞ be a maximum", () => {
    const data = [NaN, 1, -Infinity, -Infinity];
    const attrs = { kernel_shape: [2], strides: [2], pads: [0, 0], dilations: [1] };
    const [y, index] = evaluated("MaxPool", [[[1, 1, 4], data]], attrs);
    expect(y).toEqual([NaN, -Infinity]);
    expect(index).toEqual([0, 2]);
  });

  test("counts pads as zeros or not at all", () => {
    const counting = (count_include_pad: boolean) =>
      evaluated(
        "AveragePool",
        [
          [
            [1, 1, 2],
            [4, 6],
          ],
        ],
        { ...windows, count_include_pad },
      )[0];
    expect(counting(true)).toEqual([2, 5, 3]);
    expect(counting(false)).toEqual([4, 5, 6]);
  });

  test("of tiles has a gradient without ConvTranspose", () => {
    const attrs = { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1] };
    const [ops] = gradientOps("AveragePool", [[1, 2, 4, 4]], {
      ...attrs,
      count_include_pad: false,
    });
    expect(ops).toContain("Resize");
    expect(ops).not.toContain("ConvTranspose");
  });
});

test.each([
  ["constant", [0, 0, 1, 2, 3, 0]],
  ["edge", [1, 1, 1, 2, 3, 3]],
  ["reflect", [3, 2, 1, 2, 3, 2]],
  ["wrap", [2, 3, 1, 2, 3, 1]],
])("pads by %s", (mode, expected) => {
  const [y] = evaluated("Pad", [[[3], [1, 2, 3]]], { pads: [2, 1], mode, value: 0 });
  expect(y).toEqual(expected);
});

test("repeats every element along each axis", () => {
  const [y] = evaluated(
    "Resize",
    [
      [
        [2, 2],
        [1, 2, 3, 4],
      ],
    ],
    { factors: [2, 3] },
  );
  expect(y).toEqual([1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4]);
});
