/** Reductions over a static set of axes. */
import { isFloat, sizeOf, type DType, type TensorType } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { defineOp, type Numbers, type OpRule } from "../rule";
import { expectElements, FLOATS } from "./elementwise";
import { expectAxes, expectInputs, inversePermutation, range, reducedShape } from "./shapes";
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
    /** Of no elements at all; per type where it is the type's extreme. */
    start: number | ((dtype: DType) => number);
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
      const from = typeof start === "number" ? start : start(x!.dtype);
      const out = new Float64Array(sizeOf(kept)).fill(from);
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

/** ReduceMean-18, of floats.  x̄ = ȳ / n stretched over x. */
export const ReduceMean: OpRule<ReduceAttributes> = reduction("ReduceMean", {
  start: 0,
  accumulate: add,
  finish(out, count) {
    for (let i = 0; i < out.length; i++) out[i]! /= count;
  },
  accepts: FLOATS,
  vjp: (g, { inputs: [x], cotangents: [dy], attrs }) => [
    spread(g, g.div(dy!, countOf(x!, attrs.axes)), x!, attrs.axes),
  ],
  jvp: (g, { tangents: [dx], attrs }) => [g.mean(dx!, attrs.axes, attrs.keepdims)],
});

function countOf(x: Value, axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * x.shape[axis]!, 1);
}

/** @param sign of the extreme that the search starts from */
function extremum(op: OpName, sign: 1 | -1, pick: (a: number, b: number) => number) {
  return reduction(op, {
    start: (dtype) => extreme(dtype, sign),
    accumulate(out, to, advance, x, from, step, length) {
      for (let k = 0; k < length; k++) {
        const at = to + k * advance;
        out[at] = pick(out[at]!, x[from + k * step]!);
      }
    },
    vjp(g, { inputs: [x], outputs: [y], cotangents: [dy], attrs: { axes } }) {
      const { share, count } = ties(g, x!, y!, axes);
      return [g.mul(share, g.div(g.reshape(dy!, count.shape), count))];
    },
    jvp(g, { inputs: [x], outputs: [y], tangents: [dx], attrs: { axes } }) {
      const { share, count } = ties(g, x!, y!, axes);
      return [g.reshape(g.div(g.sum(g.mul(share, dx!), axes, true), count), y!.shape)];
    },
  });
}

/** The highest or the lowest value of a type. */
function extreme(dtype: DType, sign: 1 | -1): number {
  if (isFloat(dtype)) return sign * Infinity;
  const bits = dtype === "int64" ? 63 : 31;
  return sign < 0 ? -(2 ** bits) : 2 ** bits - 1;
}

/** 1 where x is the extremum y, and how often it is. */
function ties(
  g: Builder,
  x: Value,
  y: Value,
  axes: readonly number[],
): { share: Value; count: Value } {
  const kept = g.reshape(y, reducedShape(x.shape, axes, true));
  const share = g.cast(g.equal(x, kept), x.dtype);
  return { share, count: g.sum(share, axes, true) };
}

/** ReduceMax-20. Ties share the cotangent evenly, as in PyTorch's `amax`. */
export const ReduceMax: OpRule<ReduceAttributes> = extremum("ReduceMax", -1, Math.max);

/** ReduceMin-20. Ties as for ReduceMax. */
export const ReduceMin: OpRule<ReduceAttributes> = extremum("ReduceMin", 1, Math.min);

/**
 * ReduceProd-18. x̄ = ȳ times the product of the other elements. That product is formed anew for each element,
 * n² factors of a product of n, since dividing by x fails where it is 0.
 */
export const ReduceProd: OpRule<ReduceAttributes> = reduction("ReduceProd", {
  start: 1,
  accumulate(out, to, advance, x, from, step, length) {
    for (let k = 0; k < length; k++) out[to + k * advance]! *= x[from + k * step]!;
  },
  vjp: (g, { inputs: [x], cotangents: [dy], attrs: { axes } }) => [
    g.mul(spread(g, dy!, x!, axes), productOfOthers(g, x!, axes)),
  ],
  jvp: (g, { inputs: [x], tangents: [dx], attrs: { axes, keepdims } }) => [
    g.sum(g.mul(dx!, productOfOthers(g, x!, axes)), axes, keepdims),
  ],
});

function productOfOthers(g: Builder, x: Value, axes: readonly number[]): Value {
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const perm = [...kept, ...axes];
  const count = countOf(x, axes);
  const moved = g.transpose(x, perm);
  const rows = g.reshape(moved, [sizeOf(x.shape) / Math.max(count, 1), 1, count]);
  const self = g.equal(g.indices(range(count), [count, 1]), g.indices(range(count), [1, count]));
  const others = g.node("ReduceProd", [g.where(self, 1, rows)], { axes: [2], keepdims: false });
  return g.transpose(g.reshape(others[0]!, moved.shape), inversePermutation(perm));
}
