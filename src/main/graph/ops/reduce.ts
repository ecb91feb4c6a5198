/** Reductions over a static set of axes. */
import { sizeOf, type DType, type TensorType } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { defineOp, type Numbers, type OpRule } from "../rule";
import { expectElements } from "./elementwise";
import { expectAxes, expectInputs, reducedShape } from "./shapes";
import { walk } from "./walk";
import type { OpName } from ".";

export type ReduceAttributes = { axes: readonly number[]; keepdims: boolean };

/** Adds `length` elements of `x` from `from`, `step` apart, into `out[to]`, `advance` apart; 0 accumulates. */
type Accumulate = (
  out: Float64Array,
  to: number,
  advance: number,
  x: Float64Array,
  from: number,
  step: number,
  length: number,
) => void;

function reduction(
  op: OpName,
  rule: {
    start: number;
    accumulate: Accumulate;
    finish?: (out: Float64Array, count: number) => void;
    accepts?: readonly DType[];
  } & Pick<OpRule<ReduceAttributes>, "vjp" | "jvp">,
): OpRule<ReduceAttributes> {
  const { start, accumulate, finish, vjp, jvp } = rule;
  const { accepts = ["float32", "float64", "int32", "int64"] } = rule;
  return defineOp<ReduceAttributes>({
    infer(inputs, { axes, keepdims }) {
      expectInputs(inputs, 1);
      const { dtype, shape } = inputs[0]!;
      expectElements(dtype, accepts);
      expectAxes(axes, shape.length);
      return [{ dtype, shape: reducedShape(shape, axes, keepdims) }];
    },
    ...(vjp === undefined ? {} : { vjp }),
    ...(jvp === undefined ? {} : { jvp }),
    batch: (g, { inputs, attrs }) =>
      g.node(op, inputs, { ...attrs, axes: attrs.axes.map((axis) => axis + 1) }),
    kernel([x], { axes }) {
      const kept = reducedShape(x!.shape, axes, true);
      const out = new Float64Array(sizeOf(kept)).fill(start);
      eachReduced(x!, axes, (offsets, steps, length) =>
        accumulate(out, offsets[1]!, steps[1]!, x!.data, offsets[0]!, steps[0]!, length),
      );
      finish?.(out, sizeOf(x!.shape) / Math.max(1, out.length));
      return [out];
    },
    onnx: ({ axes, keepdims }) => ({
      attributes: { keepdims: Number(keepdims), noop_with_empty_axes: 1 },
      constants: [{ dtype: "int64", shape: [axes.length], data: axes }],
    }),
    work: ([x]: readonly TensorType[]) => sizeOf(x!.shape),
  });
}

/** Visits x and, beside it, the place of each element in the reduction. */
function eachReduced(x: Numbers, axes: readonly number[], run: Parameters<typeof walk>[2]): void {
  let from = 1;
  let to = 1;
  const strides: [number[], number[]] = [[], []];
  for (let axis = x.shape.length - 1; axis >= 0; axis--) {
    const reducedAway = axes.includes(axis);
    strides[0].unshift(from);
    strides[1].unshift(reducedAway ? 0 : to);
    from *= x.shape[axis]!;
    if (!reducedAway) to *= x.shape[axis]!;
  }
  walk(x.shape, strides, run);
}

/** The reduced value with its axes back, stretched over x. */
export function spread(g: Builder, y: Value, x: Value, axes: readonly number[]): Value {
  return g.expand(g.reshape(y, reducedShape(x.shape, axes, true)), x.shape);
}

const add: Accumulate = (out, to, advance, x, from, step, length) => {
  if (advance === 0) {
    let sum = 0;
    for (let k = 0; k < length; k++) sum += x[from + k * step]!;
    out[to]! += sum;
  } else {
    for (let k = 0; k < length; k++) out[to + k * advance]! += x[from + k * step]!;
  }
};

/** ReduceSum-13. y = Σ x over axes;  x̄ = ȳ stretched over x. */
export const ReduceSum: OpRule<ReduceAttributes> = reduction("ReduceSum", {
  start: 0,
  accumulate: add,
  vjp: (g, { inputs: [x], cotangents: [dy], attrs }) => [spread(g, dy!, x!, attrs.axes)],
  jvp: (g, { tangents: [dx], attrs }) => [g.sum(dx!, attrs.axes, attrs.keepdims)],
});
