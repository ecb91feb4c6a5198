import { describe, expect, test } from "vitest";
import type { TensorType } from "../../../shared/tensor";
import { Builder } from "../builder";
import { evaluator } from "../evaluate";
import { grad, vjp } from "../grad";
import type { Attributes, Value } from "../ir";
import { ruleOf, type OpName } from ".";
import { erf } from "./exponential";

/** ∂ Σ y / ∂ x of an operator of one or more vectors. */
function slopes(op: OpName, vectors: number[][], attrs: Attributes = {}): number[][] {
  const g = new Builder();
  const inputs = vectors.map((v) => g.input("x", { dtype: "float64", shape: [v.length] }));
  const [y] = g.node(op, inputs, attrs);
  return evaluator(grad(g, g.sum(y!), inputs))(
    new Map(inputs.map((x, i) => [x, Float64Array.from(vectors[i]!)])),
  ).map((array) => [...array]);
}

function value(op: OpName, inputs: (TensorType & { data: number[] })[], attrs: Attributes = {}) {
  const numbers = inputs.map((x) => ({ ...x, data: Float64Array.from(x.data) }));
  const rule = ruleOf(op);
  return [...rule.kernel(numbers, attrs, rule.infer(numbers, attrs))[0]!];
}

const integers = (data: number[]) => ({ dtype: "int64" as const, shape: [data.length], data });
const doubles = (data: number[]) => ({ dtype: "float64" as const, shape: [data.length], data });

/* PyTorch 2's derivatives at kinks and poles; the operators' docstrings say the same. */
describe("at a kink the derivative is PyTorch's", () => {
  test.each<[OpName, number[][], Attributes, number[][]]>([
    ["Relu", [[-1, 0, 1]], {}, [[0, 0, 1]]],
    ["Abs", [[-1, 0, 1]], {}, [[-1, 0, 1]]],
    ["LeakyRelu", [[-1, 0, 1]], { alpha: 0.25 }, [[0.25, 0.25, 1]]],
    ["Elu", [[0, 1]], { alpha: 0.5 }, [[0.5, 1]]],
    [
      "Max",
      [
        [1, 2, 3],
        [2, 2, 2],
      ],
      {},
      [
        [0, 0.5, 1],
        [1, 0.5, 0],
      ],
    ],
    [
      "Min",
      [
        [1, 2, 3],
        [2, 2, 2],
      ],
      {},
      [
        [1, 0.5, 0],
        [0, 0.5, 1],
      ],
    ],
    ["ReduceMax", [[1, 3, 3]], { axes: [0], keepdims: false }, [[0, 0.5, 0.5]]],
    ["ReduceMin", [[1, 1, 3]], { axes: [0], keepdims: false }, [[0.5, 0.5, 0]]],
    ["ReduceProd", [[0, 2, 3]], { axes: [0], keepdims: false }, [[6, 0, 0]]],
    [
      "Pow",
      [
        [0, 0],
        [2, 0],
      ],
      {},
      [
        [0, 0],
        [0, 0],
      ],
    ],
    ["Sign", [[-1, 0]], {}, [[0, 0]]],
    ["Floor", [[0.5]], {}, [[0]]],
  ])("%s at %j", (op, vectors, attrs, expected) => {
    // −0 is 0 here.
    expect(slopes(op, vectors, attrs).map((list) => list.map((x) => x + 0))).toEqual(expected);
  });

  test("clip lets the cotangent through at its bounds", () => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float64", shape: [5] });
    const [slope] = grad(g, g.sum(g.clip(x, 0, 6)), [x]);
    expect([...evaluator([slope!])(new Map([[x, Float64Array.of(-1, 0, 3, 6, 7)]]))[0]!]).toEqual([
      0, 1, 1, 1, 0,
    ]);
  });

  test("x^p for constant p has clean first and second derivatives at 0", () => {
    const derivatives = [0, 1, 2, 3].map((p) => {
      const g = new Builder();
      const x = g.input("x", { dtype: "float64", shape: [] });
      const first = grad(g, g.pow(x, p), [x])[0]!;
      const second = grad(g, first, [x])[0]!;
      return evaluator([first, second])(new Map([[x, Float64Array.of(0)]])).map(([v]) => v! + 0);
    });
    expect(derivatives).toEqual([
      [0, 0],
      [1, 0],
      [0, 2],
      [0, 0],
    ]);
  });

  test("the second derivative of a variable power at 0 has no NaN", () => {
    const g = new Builder();
    const [x, p] = ["x", "p"].map((name) => g.input(name, { dtype: "float64", shape: [] }));
    const first = vjp(g, [g.pow(x!, p!)], [g.scalar(1, "float64")], [x!, p!]);
    const second = first.flatMap((slope) => grad(g, slope, [x!, p!]));
    const feeds = new Map<Value, Float64Array>([
      [x!, Float64Array.of(0)],
      [p!, Float64Array.of(2)],
    ]);
    expect(evaluator(second)(feeds).map(([v]) => v! + 0)).toEqual([2, 0, 0, 0]);
  });
});

describe("integers as ONNX has them", () => {
  test("division truncates", () => {
    expect(value("Div", [integers([7, -7, 7, -7]), integers([2, 2, -2, -2])])).toEqual([
      3, -3, -3, 3,
    ]);
  });

  test("Mod has the sign of the divisor, with fmod that of the dividend", () => {
    const operands = [integers([7, -7, 7, -7]), integers([3, 3, -3, -3])];
    expect(value("Mod", operands, { fmod: false })).toEqual([1, 2, -2, -1]);
    expect(value("Mod", operands, { fmod: true })).toEqual([1, -1, 1, -1]);
  });

  test("Round takes halves to the even neighbour", () => {
    expect(value("Round", [doubles([-1.5, -0.5, 0.5, 1.5, 2.5])]).map((x) => x + 0)).toEqual([
      -2, 0, 0, 2, 2,
    ]);
  });
});

test("erf agrees with known values to the last digits", () => {
  // Abramowitz and Stegun 1964, table 7.1, and its tail: erfc 3 = 2.209049699858544e-5.
  expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 15);
  expect(erf(1)).toBeCloseTo(0.8427007929497149, 15);
  expect(erf(-2)).toBeCloseTo(-0.9953222650189527, 15);
  expect(1 - erf(3)).toBeCloseTo(2.209049699858544e-5, 15);
  expect(erf(1e-300)).toBeCloseTo((2 / Math.sqrt(Math.PI)) * 1e-300, 310);
  expect([erf(0), erf(7), erf(-Infinity)]).toEqual([0, 1, -1]);
});

test("large logits do not overflow", () => {
  expect(value("Softmax", [doubles([1000, 1000])], { axis: 0 })).toEqual([0.5, 0.5]);
  expect(value("LogSoftmax", [doubles([1000, 0])], { axis: 0 })).toEqual([0, -1000]);
  expect(value("Softplus", [doubles([800, -800])])).toEqual([800, 0]);
});
