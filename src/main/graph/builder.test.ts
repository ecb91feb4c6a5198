import { describe, expect, test } from "vitest";
import { UserError } from "../../shared/errors";
import type { DType, TensorType } from "../../shared/tensor";
import { Builder } from "./builder";
import { topologicalOrder, type Value } from "./ir";

const float = (...shape: number[]): TensorType => ({ dtype: "float32", shape });

function opsOf(...outputs: Value[]): string[] {
  return topologicalOrder(outputs).map((node) => node.op);
}

describe("the builder", () => {
  test("makes equal nodes and constants one", () => {
    const g = new Builder();
    const x = g.input("x", float(2, 3));
    expect(g.exp(x)).toBe(g.exp(x));
    expect(g.sum(x, [1, 0])).toBe(g.sum(x, [0, 1]));
    expect(g.scalar(2)).toBe(g.scalar(2));
    expect(g.scalar(0)).not.toBe(g.scalar(-0));
    expect(g.sum(x, [0], true)).not.toBe(g.sum(x, [0], false));
  });

  test("names operator, node and types where a shape does not fit", () => {
    const g = new Builder();
    const build = () =>
      g.at("/head/Gemm", () => g.matmul(g.input("x", float(2, 3)), g.input("w", float(4, 5))));
    expect(build).toThrow(
      "MatMul (node /head/Gemm) of float32[2, 3] and float32[4, 5]: inner extents differ: [2, 3] times [4, 5].",
    );
    expect(build).toThrow(UserError);
  });

  test.each<[string, (g: Builder, x: Value) => void, string]>([
    ["element types", (g, x) => g.add(x, g.scalar(1, "float64")), "element types differ"],
    ["broadcasts", (g, x) => g.add(x, g.input("y", float(2))), "do not broadcast"],
    ["axes", (g, x) => g.sum(x, [2]), "axis 2 is not one of the 2 axes"],
    ["repeated axes", (g, x) => g.sum(x, [1, 1]), "axes 1, 1 repeat"],
    ["element counts", (g, x) => g.reshape(x, [5]), "has 6 elements, [5] 5"],
    ["expansions", (g, x) => g.expand(x, [2, 6]), "do not broadcast"],
    ["slices", (g, x) => g.slice(x, [{ axis: 0, end: 3 }]), "leaves axis 0"],
    ["joins", (g, x) => g.concat([x, g.input("y", float(3, 3))], 1), "does not continue"],
    ["conditions", (g, x) => g.where(x, x, x), "bool condition"],
    ["indices", (g, x) => g.gather(x, x, 0), "integer indices"],
    ["elements", (g, x) => g.exp(g.cast(x, "int64")), "does not take int64"],
    ["inputs", (g, x) => g.node("Add", [x]), "takes 2 inputs, not 1"],
  ])("refuses %s that do not fit", (_, build, message) => {
    const g = new Builder();
    expect(() => build(g, g.input("x", float(2, 3)))).toThrow(message);
  });

  test("folds what is constant and small, as the operators' kernels say", () => {
    const g = new Builder();
    const shape = g.concat([g.indices([2]), g.mul(g.indices([3]), 4)], 0);
    expect(shape.source.kind).toBe("constant");
    expect(shape.source.kind === "constant" && shape.source.tensor.data).toEqual(
      BigInt64Array.of(2n, 12n),
    );
    // A large tensor of one number stays that number.
    expect(opsOf(g.full(float(64, 64), 1))).toEqual(["Expand"]);
  });
});

describe("a node vanishes", () => {
  test.each<[string, (g: Builder, x: Value) => Value]>([
    ["x + 0", (g, x) => g.add(x, 0)],
    ["0 + x", (g, x) => g.add(g.zeros(x), x)],
    ["x · 1", (g, x) => g.mul(x, g.full(x, 1))],
    ["x / 1", (g, x) => g.div(x, 1)],
    ["−−x", (g, x) => g.neg(g.neg(x))],
    ["a transpose undone", (g, x) => g.transpose(g.transpose(x, [1, 0]), [1, 0])],
    ["a reshape undone", (g, x) => g.reshape(g.reshape(x, [6]), [2, 3])],
    ["an expansion to itself", (g, x) => g.expand(x, [2, 3])],
    ["a cast to its type", (g, x) => g.cast(x, "float32")],
    ["a slice of all", (g, x) => g.slice(x, [{ axis: 1 }])],
    ["a single part", (g, x) => g.concat([x], 0)],
    [
      "a sum over axes of one",
      (g, x) => g.reshape(g.sum(g.reshape(x, [1, 2, 1, 3]), [0, 2]), [2, 3]),
    ],
  ])("%s", (_, build) => {
    const g = new Builder();
    const x = g.input("x", float(2, 3));
    expect(build(g, x)).toBe(x);
  });

  test.each<[string, string[], (g: Builder, x: Value) => Value]>([
    ["neutral only where x keeps its shape", ["Add"], (g, x) => g.add(x, g.zeros(float(4, 2, 3)))],
    ["a stretched factor is one number", ["Mul"], (g, x) => g.mul(x, g.full(x, 3))],
    [
      "evenly spaced indices are a slice",
      ["Slice"],
      (g, x) => g.gather(x, g.indices([2, 1, 0]), 1),
    ],
    [
      "a moved axis of one is a reshape",
      ["Reshape"],
      (g, x) => g.transpose(g.reshape(x, [2, 1, 3]), [1, 0, 2]),
    ],
  ])("%s", (_, expected, build) => {
    const g = new Builder();
    expect(opsOf(build(g, g.input("x", float(2, 3)))).filter((op) => op !== "Expand")).toEqual(
      expected,
    );
  });
});

test("additions by tuples never reach ScatterND, which may lose them on several threads", () => {
  const g = new Builder();
  const x = g.input("x", float(3, 2));
  const tuples = g.input("i", { dtype: "int64", shape: [5, 1] });
  const updates = g.input("u", float(5, 2));
  const [sum] = g.node("ScatterND", [x, tuples, updates], { reduction: "add" });
  expect(opsOf(sum!)).not.toContain("ScatterND");
  expect(opsOf(sum!)).toContain("ScatterElements");
});

test("a cast that loses digits stays", () => {
  const g = new Builder();
  const types: DType[] = ["float32", "float64"];
  const x = g.input("x", { dtype: "float64", shape: [2] });
  expect(opsOf(types.reduce((value, type) => g.cast(value, type), x))).toEqual(["Cast", "Cast"]);
});

test("a tensor that no machine holds is refused when its node is made", () => {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [1] });
  expect(() => g.expand(x, [2 ** 30, 2 ** 30])).toThrow(
    "Expand of float32[1]: the result has 1152921504606847000 elements.",
  );
});
