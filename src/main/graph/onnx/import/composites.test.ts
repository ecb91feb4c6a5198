/** What is written out on import is differentiated with respect to every floating-point input, by differences. */
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../../../shared/random";
import { fromFloat64, sizeOf, type Tensor } from "../../../../shared/tensor";
import { Builder } from "../../builder";
import { evaluator } from "../../evaluate";
import { grad } from "../../grad";
import type { Value } from "../../ir";
import { parseOnnx } from "../model";
import { smallModel, type SmallAttribute } from "../testing";
import { importGraph } from ".";

const ints = (...values: number[]): Tensor => fromFloat64("int64", [values.length], values);
const whole = (value: number): Tensor => fromFloat64("int64", [], [value]);

/** Operator, opset, inputs (float32 of a shape, or known), attributes. */
type Row = [
  string,
  number,
  readonly (readonly number[] | Tensor)[],
  Readonly<Record<string, SmallAttribute>>?,
];

/** Numbers off the kinks: their sums and scaled copies do not meet a whole number but by chance. */
function numbers(size: number, seed: number): Float64Array {
  const unit = randomFrom(seed);
  return Float64Array.from({ length: size }, () => 1.4 * unit() - 0.7);
}

/** A step at which the fourth-order remainder and rounding are both below 1e-9 for these functions. */
const STEP = 1e-4;

/** d/dt f(x + tv) at 0. */
function slope(f: (t: number) => number): number {
  return (8 * (f(STEP) - f(-STEP)) - (f(2 * STEP) - f(-2 * STEP))) / (12 * STEP);
}

function close(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThan(tolerance * Math.max(1, Math.abs(expected)));
}

const rows: readonly Row[] = [
  [
    "GridSample",
    20,
    [
      [1, 2, 3, 4],
      [1, 3, 2, 2],
    ],
    { mode: "linear" },
  ],
  [
    "GridSample",
    20,
    [
      [1, 2, 3, 4],
      [1, 3, 2, 2],
    ],
    { mode: "cubic", padding_mode: "reflection" },
  ],
  ["AffineGrid", 20, [[1, 2, 3], ints(1, 1, 3, 2)]],
  [
    "Attention",
    23,
    [
      [1, 2, 3, 4],
      [1, 2, 5, 4],
      [1, 2, 5, 4],
    ],
    { is_causal: 1 },
  ],
  [
    "RotaryEmbedding",
    23,
    [
      [1, 2, 3, 4],
      [1, 3, 2],
      [1, 3, 2],
    ],
  ],
  ["DFT", 20, [[2, 5, 2], whole(7), whole(1)], { inverse: 1 }],
  ["DFT", 20, [[1, 4, 2], whole(6), whole(1)], { inverse: 1, onesided: 1 }],
  ["STFT", 17, [[1, 12, 1], whole(3), [5]], { onesided: 1 }],
  ["TopK", 11, [[3, 5], ints(2)]],
  ["ReverseSequence", 10, [[4, 3], ints(1, 4, 2)]],
  ["ScatterND", 18, [[4], fromFloat64("int64", [3, 1], [0, 2, 0]), [3]], { reduction: "mul" }],
  ["LpPool", 18, [[1, 1, 5]], { kernel_shape: [2], p: 3 }],
  ["GroupNormalization", 21, [[1, 4, 3], [4], [4]], { num_groups: 2 }],
  ["RMSNormalization", 23, [[2, 4], [4]]],
  ["LRN", 13, [[1, 4, 3, 1]], { size: 3 }],
  [
    "LSTM",
    14,
    [
      [3, 1, 2],
      [1, 8, 2],
      [1, 8, 2],
      [1, 16],
    ],
    { hidden_size: 2 },
  ],
  [
    "GRU",
    14,
    [
      [3, 1, 2],
      [1, 6, 2],
      [1, 6, 2],
      [1, 12],
    ],
    { hidden_size: 2 },
  ],
  [
    "LSTM",
    14,
    [[3, 1, 2], [1, 8, 2], [1, 8, 2], [1, 16], ints(2), [1, 1, 2], [1, 1, 2], [1, 6]],
    { hidden_size: 2, clip: { float: 0.9 }, input_forget: 1 },
  ],
  [
    "Einsum",
    12,
    [
      [2, 3, 3],
      [3, 2],
    ],
    { equation: "bii,ib->i" },
  ],
  ["Det", 11, [[2, 3, 3]]],
  ["Mish", 18, [[5]]],
  ["SpaceToDepth", 28, [[1, 2, 4, 6]], { blocksize: 2, mode: "CRD" }],
  ["Mod", 28, [[4], fromFloat64("float32", [4], [0.3, -0.3, 5, -5])]],
  ["DequantizeLinear", 13, [fromFloat64("int32", [2, 3], [1, 2, 3, 4, 5, 6]), [3]], { axis: 1 }],
];
const titled = rows.map((row) => [`${row[0]} ${JSON.stringify(row[3] ?? {})}`, row] as const);

describe("the first two derivatives of", () => {
  test.each(titled)("%s are its differences", (_, [op, opset, given, attributes = {}]) => {
    const names = given.map((_, i) => `x${i}`);
    const isShape = (each: Row[2][number]): each is readonly number[] => Array.isArray(each);
    const bytes = smallModel({
      opset,
      inputs: Object.fromEntries(
        given.flatMap((each, i) => (isShape(each) ? [[names[i]!, each]] : [])),
      ),
      initializers: Object.fromEntries(
        given.flatMap((each, i) => (isShape(each) ? [] : [[names[i]!, each]])),
      ),
      outputs: ["y"],
      nodes: [{ op, inputs: names, outputs: ["y"], attributes }],
    });
    const { graph } = importGraph(parseOnnx(bytes, op));
    const y = graph.outputs[0]!.value;
    const g = new Builder();
    const weight = g.constant(fromFloat64("float32", y.shape, numbers(sizeOf(y.shape), 99)));
    // A product with itself, so that linear operators have a second derivative as well.
    const loss = g.sum(g.mul(g.mul(y, y), weight));
    const first = grad(g, loss, graph.inputs);
    const along = graph.inputs.map((x, i) =>
      g.constant(fromFloat64("float32", x.shape, numbers(sizeOf(x.shape), 7 + i))),
    );
    const pushed = first.map((dx, i) => g.sum(g.mul(dx, along[i]!))).reduce((a, b) => g.add(a, b));
    const second = grad(g, pushed, graph.inputs);

    const base = new Map(graph.inputs.map((x, i) => [x, numbers(sizeOf(x.shape), 31 + i)]));
    const moved = (t: number): Map<Value, Float64Array> =>
      new Map(
        graph.inputs.map((x, i) => {
          const source = along[i]!.source as { tensor: Tensor };
          const v = source.tensor.data as Float32Array;
          return [x, base.get(x)!.map((each, k) => each + t * v[k]!)];
        }),
      );
    const at = (value: Value) => (t: number) => evaluator([value])(moved(t))[0]![0]!;
    close(at(pushed)(0), slope(at(loss)), 1e-7);
    const curvature = second
      .map((dx, i) => g.sum(g.mul(dx, along[i]!)))
      .reduce((a, b) => g.add(a, b));
    close(at(curvature)(0), slope(at(pushed)), 1e-6);
  });
});

/** One node's value in float64. */
function valueOf(op: string, opset: number, given: readonly Tensor[]): readonly number[] {
  const names = given.map((_, i) => `x${i}`);
  const bytes = smallModel({
    opset,
    inputs: {},
    initializers: Object.fromEntries(given.map((each, i) => [names[i]!, each])),
    outputs: ["y"],
    nodes: [{ op, inputs: names, outputs: ["y"] }],
  });
  const { graph } = importGraph(parseOnnx(bytes, op));
  return [...evaluator([graph.outputs[0]!.value])(new Map())[0]!];
}

test("the floored remainder of floats has the divisor's sign, as in Python", () => {
  const a = fromFloat64("float32", [7], [7, -7, 7, -7, -6, -1, 1]);
  const b = fromFloat64("float32", [7], [3, 3, -3, -3, 3, Infinity, -Infinity]);
  expect(valueOf("Mod", 28, [a, b]).map((each) => each + 0)).toEqual([
    1,
    2,
    -2,
    -1,
    0,
    Infinity,
    -Infinity,
  ]);
});

test.each([
  ["ReduceMax", 0],
  ["ReduceMin", 1],
])("%s of no truth values is its neutral one", (op, neutral) => {
  const nothing = fromFloat64("bool", [0, 2], []);
  expect(valueOf(op, 20, [nothing, ints(0)])).toEqual([neutral, neutral]);
});
