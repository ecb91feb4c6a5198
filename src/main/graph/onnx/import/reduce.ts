/** Reductions, and what is normalised along axes. */
import { isFloat, sizeOf } from "../../../../shared/tensor";
import type { Value } from "../../ir";
import type { OpName } from "../../ops";
import type { Call, Converter, Converters } from "./call";

interface Reduction {
  axes: number[];
  keepdims: boolean;
}

/** Axes: an attribute, in later opsets an input; none means all, or nothing at all with noop_with_empty_axes. */
function reductionOf(call: Call, x: Value): Reduction | undefined {
  const given = call.intsOf("axes", 1);
  const keepdims = call.flag("keepdims", true);
  if (given !== undefined && given.length > 0) {
    return { axes: call.axes(given, x.shape.length).sort((a, b) => a - b), keepdims };
  }
  if (call.flag("noop_with_empty_axes")) return undefined;
  return { axes: x.shape.map((_, axis) => axis), keepdims };
}

/** before → reduce → after; without axes to reduce, the elementwise parts alone. */
function reduction(
  reduce: (call: Call, x: Value, reduction: Reduction) => Value,
  before: (call: Call, x: Value) => Value = (_, x) => x,
  after: (call: Call, y: Value) => Value = (_, y) => y,
): Converter {
  return (call) => {
    const x = call.input(0);
    const over = reductionOf(call, x);
    const prepared = before(call, x);
    return after(call, over === undefined ? prepared : reduce(call, prepared, over));
  };
}

const sum = (call: Call, x: Value, { axes, keepdims }: Reduction): Value =>
  call.g.sum(x, axes, keepdims);

/** On bool, "max" is "any" and "min" is "all": computed with integers, of nothing the lowest and the highest. */
const extremum =
  (op: OpName) =>
  (call: Call, x: Value, { axes, keepdims }: Reduction): Value => {
    const { g } = call;
    if (x.dtype !== "bool") return g.node(op, [x], { axes, keepdims })[0]!;
    return g.greater(g.node(op, [g.cast(x, "int32")], { axes, keepdims })[0]!, 0);
  };

function mean(call: Call, x: Value, { axes, keepdims }: Reduction): Value {
  if (isFloat(x.dtype)) return call.g.mean(x, axes, keepdims);
  const count = sizeOf(axes.map((axis) => x.shape[axis]!));
  return call.g.div(call.g.sum(x, axes, keepdims), count);
}

/** ln Σ eˣ = m + ln Σ e^(x−m), m the maximum, kept finite so that ∞ − ∞ does not arise. */
function logSumExp(call: Call, x: Value, over: Reduction): Value {
  const { g } = call;
  const [highest] = g.node("ReduceMax", [x], { axes: over.axes, keepdims: true });
  const largest = x.dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const m = g.clip(highest!, -largest, largest);
  const y = g.add(g.log(g.sum(g.exp(g.sub(x, m)), over.axes, true)), m);
  return over.keepdims
    ? y
    : g.reshape(
        y,
        y.shape.filter((_, axis) => !over.axes.includes(axis)),
      );
}

const square = (call: Call, x: Value): Value => call.g.mul(x, x);

const argument =
  (op: OpName): Converter =>
  (call) => {
    const x = call.input(0);
    return call.g.node(op, [x], {
      axis: call.axis(call.int("axis", 0), x.shape.length),
      keepdims: call.flag("keepdims", true),
      select_last_index: call.flag("select_last_index"),
    });
  };

/** Before opset 13 all axes from `axis` on were normalised together. */
const normalised =
  (op: OpName): Converter =>
  (call) => {
    const { g } = call;
    const x = call.input(0);
    const axis = call.axis(call.int("axis", call.opset < 13 ? 1 : -1), x.shape.length);
    if (call.opset >= 13) return g.node(op, [x], { axis });
    const rows = sizeOf(x.shape.slice(0, axis));
    const flat = g.reshape(x, [rows, sizeOf(x.shape.slice(axis))]);
    return g.reshape(g.node(op, [flat], { axis: 1 })[0]!, x.shape);
  };

export const reductions: Converters = {
  ReduceSum: reduction(sum),
  ReduceMean: reduction(mean),
  ReduceMax: reduction(extremum("ReduceMax")),
  ReduceMin: reduction(extremum("ReduceMin")),
  ReduceProd: reduction((call, x, over) => call.g.node("ReduceProd", [x], { ...over })[0]!),
  ReduceL1: reduction(sum, (call, x) => call.g.abs(x)),
  ReduceL2: reduction(sum, square, (call, y) => call.g.sqrt(y)),
  ReduceSumSquare: reduction(sum, square),
  ReduceLogSum: reduction(sum, undefined, (call, y) => call.g.log(y)),
  ReduceLogSumExp: reduction(logSumExp),
  ArgMax: argument("ArgMax"),
  ArgMin: argument("ArgMin"),
  Softmax: normalised("Softmax"),
  LogSoftmax: normalised("LogSoftmax"),
  /** 1 at the first maximum along the axis, 0 elsewhere. */
  Hardmax(call) {
    const { g } = call;
    const x = call.input(0);
    const axis = call.axis(call.int("axis", call.opset < 13 ? 1 : -1), x.shape.length);
    if (call.opset < 13)
      throw call.unsupported("Hardmax of opset 12; export with opset_version=17");
    const at = g.node("ArgMax", [x], { axis, keepdims: true, select_last_index: false })[0]!;
    const places = g.indices(
      Array.from({ length: x.shape[axis]! }, (_, i) => i),
      x.shape.map((extent, each) => (each === axis ? extent : 1)),
    );
    return g.cast(g.equal(at, places), x.dtype);
  },
  CumSum(call) {
    const x = call.input(0);
    return call.g.node("CumSum", [x], {
      axis: call.axis(call.number(1), x.shape.length),
      exclusive: call.flag("exclusive"),
      reverse: call.flag("reverse"),
    });
  },
};
