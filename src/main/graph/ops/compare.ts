/** Comparisons and logic: operators whose result is bool, and the choice between two values by one. */
import { sizeOf } from "../../../shared/tensor";
import { defineOp, ShapeError, type OpRule } from "../rule";
import type { OpName } from ".";
import {
  batchElementwise,
  binary,
  expectElements,
  loopOf,
  type Scalar1,
  type Scalar2,
} from "./elementwise";
import { broadcastShape, broadcastStrides, commonDType, expectInputs } from "./shapes";
import { walk } from "./walk";

function comparison(op: OpName, holds: (a: number, b: number) => boolean): OpRule<{}> {
  return binary(op, { loop: () => loopOf((a, b) => (holds(a, b) ? 1 : 0)), result: "bool" });
}

function logical(op: OpName, f: Scalar2): OpRule<{}> {
  return binary(op, { loop: () => loopOf(f), accepts: ["bool"] });
}

/** Equal-19. */
export const Equal: OpRule<{}> = binary("Equal", {
  loop: () => loopOf((a, b) => (a === b ? 1 : 0)),
  accepts: ["float32", "float64", "int32", "int64", "bool"],
  result: "bool",
});
/** Less-13. */
export const Less: OpRule<{}> = comparison("Less", (a, b) => a < b);
/** LessOrEqual-16. */
export const LessOrEqual: OpRule<{}> = comparison("LessOrEqual", (a, b) => a <= b);
/** Greater-13. */
export const Greater: OpRule<{}> = comparison("Greater", (a, b) => a > b);
/** GreaterOrEqual-16. */
export const GreaterOrEqual: OpRule<{}> = comparison("GreaterOrEqual", (a, b) => a >= b);

/** And-7. */
export const And: OpRule<{}> = logical("And", (a, b) => a * b);
/** Or-7. */
export const Or: OpRule<{}> = logical("Or", (a, b) => Math.max(a, b));
/** Xor-7. */
export const Xor: OpRule<{}> = logical("Xor", (a, b) => Math.abs(a - b));

function test(
  op: OpName,
  accepts: readonly ("float32" | "float64" | "bool")[],
  f: Scalar1,
): OpRule<{}> {
  return defineOp<{}>({
    infer(inputs) {
      expectInputs(inputs, 1);
      expectElements(inputs[0]!.dtype, accepts);
      return [{ dtype: "bool", shape: inputs[0]!.shape }];
    },
    derivative: "zero",
    batch: batchElementwise(op),
    kernel: ([x]) => [x!.data.map(f)],
  });
}

/** Not-1. */
export const Not: OpRule<{}> = test("Not", ["bool"], (x) => 1 - x);
/** IsNaN-20. */
export const IsNaN: OpRule<{}> = test("IsNaN", ["float32", "float64"], (x) =>
  Number(Number.isNaN(x)),
);
/** IsInf-20, of either sign. */
export const IsInf: OpRule<{}> = test("IsInf", ["float32", "float64"], (x) =>
  Number(Math.abs(x) === Infinity),
);

/** Where-16. z = a where the condition holds, b else; the cotangent goes where the value came from. */
export const Where: OpRule<{}> = {
  infer(inputs) {
    expectInputs(inputs, 3);
    if (inputs[0]!.dtype !== "bool") throw new ShapeError("takes a bool condition");
    const dtype = commonDType(inputs.slice(1));
    return [{ dtype, shape: broadcastShape(inputs.map((x) => x.shape)) }];
  },
  vjp: (g, { inputs: [condition, a, b], cotangents: [dy], wanted }) => [
    null,
    wanted[1] ? g.sumTo(g.where(condition!, dy!, 0), a!.shape) : null,
    wanted[2] ? g.sumTo(g.where(condition!, 0, dy!), b!.shape) : null,
  ],
  jvp: (g, { inputs: [condition], outputs: [y], tangents: [, da, db] }) => [
    da === null && db === null
      ? null
      : g.expand(
          g.where(condition!, da ?? g.scalar(0, y!.dtype), db ?? g.scalar(0, y!.dtype)),
          y!.shape,
        ),
  ],
  batch: batchElementwise("Where"),
  kernel([condition, a, b], _, [type]) {
    const { shape } = type!;
    const out = new Float64Array(sizeOf(shape));
    let at = 0;
    walk(
      shape,
      [condition!, a!, b!].map((x) => broadcastStrides(x.shape, shape)),
      (offsets, steps, length) => {
        for (let k = 0; k < length; k++, at++) {
          out[at] = condition!.data[offsets[0]! + k * steps[0]!]!
            ? a!.data[offsets[1]! + k * steps[1]!]!
            : b!.data[offsets[2]! + k * steps[2]!]!;
        }
      },
    );
    return [out];
  },
};
