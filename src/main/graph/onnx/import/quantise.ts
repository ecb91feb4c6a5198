/**
 * Quantisation, forward: what a quantised network computes. Rounding has no derivative, so a parameter before a
 * QuantizeLinear is reported as stopped by it; behind a DequantizeLinear everything is as usual.
 */
import { sizeOf } from "../../../../shared/tensor";
import type { Value } from "../../ir";
import type { Call, Converter, Converters } from "./call";

/** Least and largest number by TensorProto.DataType. */
const ranges: Readonly<Record<number, readonly [number, number]>> = {
  2: [0, 255],
  3: [-128, 127],
  4: [0, 65535],
  5: [-32768, 32767],
  21: [0, 15],
  22: [-8, 7],
};
const UINT8 = 2;

/** A scale or zero point stretched over x: one number, one along `axis`, or one a block of it. */
function stretched(call: Call, x: Value, value: Value): Value {
  const { g } = call;
  if (sizeOf(value.shape) === 1 && value.shape.length < 2) return g.reshape(value, []);
  const axis = call.axis(call.int("axis", 1), x.shape.length);
  const extent = x.shape[axis]!;
  const block = call.int("block_size", 0);
  if (block === 0) {
    return g.reshape(
      value,
      x.shape.map((_, at) => (at === axis ? sizeOf(value.shape) : 1)),
    );
  }
  const factors = x.shape.map((_, at) => (at === axis ? block : 1));
  return g.slice(g.node("Resize", [value], { factors })[0]!, [{ axis, end: extent }]);
}

/** ⌊x/scale⌉ + zero point, ties to even, held within the range of the narrow type. */
function quantised(
  call: Call,
  x: Value,
  scale: Value,
  zero: Value | undefined,
  type: number,
): Value {
  const { g } = call;
  const range = ranges[type];
  if (range === undefined) throw call.unsupported(`quantisation to element type ${type}`);
  const [rounded] = g.node("Round", [g.div(x, scale)]);
  const shifted = zero === undefined ? rounded! : g.add(rounded!, g.cast(zero, x.dtype));
  return g.cast(g.clip(shifted, ...range), "int32");
}

const QuantizeLinear: Converter = (call) => {
  const { g } = call;
  const scale = call.input(1);
  const x = g.cast(call.input(0), scale.dtype);
  const zero = call.optional(2);
  const asked = call.int("output_dtype", 0);
  const type = asked !== 0 ? asked : (call.elementType(2) ?? UINT8);
  return quantised(call, x, stretched(call, x, scale), zero && stretched(call, x, zero), type);
};

/** (x − zero point)·scale. */
const DequantizeLinear: Converter = (call) => {
  const { g } = call;
  const [x, scale, zero] = [call.input(0), call.input(1), call.optional(2)];
  const shifted = zero === undefined ? x : g.sub(x, stretched(call, x, zero));
  return g.mul(g.cast(shifted, scale.dtype), stretched(call, x, scale));
};

/** To uint8 with the range of the data, 0 included, and that range's scale and zero point. */
const DynamicQuantizeLinear: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const axes = x.shape.map((_, axis) => axis);
  const extreme = (op: "ReduceMax" | "ReduceMin"): Value =>
    g.node(op, [x], { axes, keepdims: false })[0]!;
  const [low, high] = [g.minimum(extreme("ReduceMin"), 0), g.maximum(extreme("ReduceMax"), 0)];
  const scale = g.div(g.sub(high, low), 255);
  const zero = g.clip(g.node("Round", [g.div(g.neg(low), scale)])[0]!, 0, 255);
  return [quantised(call, x, scale, zero, UINT8), scale, g.cast(zero, "int32")];
};

/** (A − a₀)(B − b₀) in whole numbers, by a product of doubles, which is exact below 2^53. */
const MatMulInteger: Converter = (call) => {
  const { g } = call;
  const [a, b] = [call.input(0), call.input(1)];
  /** One number, or one a row of A or a column of B. */
  const shifted = (x: Value, zero: Value | undefined, axis: number): Value => {
    if (zero === undefined) return x;
    const one = x.shape.map((_, at) => (at === x.shape.length + axis ? sizeOf(zero.shape) : 1));
    return g.sub(x, zero.shape.length === 1 ? g.reshape(zero, one) : zero);
  };
  const left = g.cast(shifted(a, call.optional(2), -2), "float64");
  const right = g.cast(shifted(b, call.optional(3), -1), "float64");
  return g.cast(g.matmul(left, right), "int32");
};

export const quantisation: Converters = {
  QuantizeLinear,
  DequantizeLinear,
  DynamicQuantizeLinear,
  MatMulInteger,
};
