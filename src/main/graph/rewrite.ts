/**
 * Equivalences that the builder applies as it makes a node, so that they hold after every transformation:
 * neutral elements, moves that cancel or join, and tensors of one repeated number kept as that number.
 * Each keeps values exactly, up to the sign of zero.
 */
import { sizeOf, stridesOf, toFloat64, type TensorType } from "../../shared/tensor";
import type { Builder } from "./builder";
import type { Attributes, Value } from "./ir";
import type { OpName } from "./ops";
import type { SliceAttributes } from "./ops/movement";
import type { Reduction } from "./ops/scatter";
import { sameShape } from "./ops/shapes";

type Rewrite = (
  g: Builder,
  inputs: readonly Value[],
  attrs: Attributes,
  type: TensorType,
) => Value | undefined;

/** The simpler values that stand for a node, if there are any. */
export function rewrite(
  g: Builder,
  op: OpName,
  inputs: readonly Value[],
  attrs: Attributes,
  types: readonly TensorType[],
): Value[] | undefined {
  const value = rewrites[op]?.(g, inputs, attrs, types[0]!);
  return value === undefined ? undefined : [value];
}

/** The number that a value repeats, if it is a constant of one element, stretched or not. */
export function repeatedNumber(value: Value): number | undefined {
  const scalar = repeatedScalar(value);
  return scalar?.source.kind === "constant" ? toFloat64(scalar.source.tensor)[0] : undefined;
}

/** The constant of one element that a value repeats. */
function repeatedScalar(value: Value): Value | undefined {
  const { source } = value;
  if (source.kind === "constant") return sizeOf(value.shape) === 1 ? value : undefined;
  return source.kind === "node" && source.node.op === "Expand"
    ? repeatedScalar(source.node.inputs[0]!)
    : undefined;
}

/** What a value is made of, if the operator `op` made it. */
function madeBy(value: Value, op: OpName): { x: Value; attrs: Attributes } | undefined {
  const { source } = value;
  return source.kind === "node" && source.node.op === op
    ? { x: source.node.inputs[0]!, attrs: source.node.attrs }
    : undefined;
}

/** `x` stands for the result where the other operand is the neutral element and x is not stretched by it. */
function neutral(x: Value, other: Value, element: number, type: TensorType): Value | undefined {
  return sameShape(x.shape, type.shape) && repeatedNumber(other) === element ? x : undefined;
}

/** Stretched numbers as operands: both, the result is one number stretched; one, it need not be stretched. */
function narrow(op: OpName): Rewrite {
  return (g, [a, b], attrs, type) => {
    const [left, right] = [repeatedScalar(a!), repeatedScalar(b!)].map(
      (x) => x && g.reshape(x, []),
    );
    const apply = (x: Value, y: Value): Value => g.node(op, [x, y], attrs)[0]!;
    if (left && right) {
      return type.shape.length === 0 ? undefined : g.expand(apply(left, right), type.shape);
    }
    if (left && a!.shape.length > 0 && sameShape(b!.shape, type.shape)) return apply(left, b!);
    if (right && b!.shape.length > 0 && sameShape(a!.shape, type.shape)) return apply(a!, right);
    return undefined;
  };
}

/** Over axes of extent 1 all of these are the element itself. */
const reduced: Rewrite = (g, [x], { axes }, type) =>
  (axes as readonly number[]).every((axis) => x!.shape[axis] === 1)
    ? g.reshape(x!, type.shape)
    : undefined;

const rewrites: Partial<Record<OpName, Rewrite>> = {
  Add: (g, inputs, attrs, type) =>
    neutral(inputs[0]!, inputs[1]!, 0, type) ??
    neutral(inputs[1]!, inputs[0]!, 0, type) ??
    narrow("Add")(g, inputs, attrs, type),
  Sub: (g, inputs, attrs, type) =>
    neutral(inputs[0]!, inputs[1]!, 0, type) ?? narrow("Sub")(g, inputs, attrs, type),
  Mul: (g, inputs, attrs, type) =>
    neutral(inputs[0]!, inputs[1]!, 1, type) ??
    neutral(inputs[1]!, inputs[0]!, 1, type) ??
    narrow("Mul")(g, inputs, attrs, type),
  Div: (g, inputs, attrs, type) =>
    neutral(inputs[0]!, inputs[1]!, 1, type) ?? narrow("Div")(g, inputs, attrs, type),
  Neg: (_, [x]) => madeBy(x!, "Neg")?.x,
  Cast: (_, [x], { to }) => (x!.dtype === to ? x : undefined),
  Reshape(g, [x], _, { shape }) {
    if (sameShape(x!.shape, shape)) return x;
    const before = madeBy(x!, "Reshape");
    if (before) return g.reshape(before.x, shape);
    const number = x!.source.kind === "node" ? repeatedScalar(x!) : undefined;
    return number && g.expand(g.reshape(number, []), shape);
  },
  Transpose(g, [x], attrs, { shape }) {
    const perm = attrs.perm as readonly number[];
    if (perm.every((from, axis) => from === axis)) return x;
    const before = madeBy(x!, "Transpose");
    if (before) {
      const first = before.attrs.perm as readonly number[];
      return g.transpose(
        before.x,
        perm.map((axis) => first[axis]!),
      );
    }
    // No element moves if the axes longer than 1 keep their order.
    const long = perm.filter((axis) => x!.shape[axis] !== 1);
    if (long.every((axis, i) => i === 0 || long[i - 1]! < axis)) return g.reshape(x!, shape);
    const number = repeatedScalar(x!);
    return number && g.expand(g.reshape(number, []), shape);
  },
  Expand(g, [x], _, { shape }) {
    if (sameShape(x!.shape, shape)) return x;
    const before = madeBy(x!, "Expand");
    if (before) return g.expand(before.x, shape);
    return sizeOf(x!.shape) === 1 && sizeOf(shape) === 1 ? g.reshape(x!, shape) : undefined;
  },
  Slice(g, [x], attrs, { shape }) {
    const { axes, starts, steps } = attrs as SliceAttributes;
    const whole = axes.every(
      (axis, i) =>
        shape[axis] === x!.shape[axis] && (steps[i]! > 0 || (shape[axis] === 1 && starts[i] === 0)),
    );
    if (whole) return x;
    const number = repeatedScalar(x!);
    return number && g.expand(g.reshape(number, []), shape);
  },
  Pad: (_, [x], { pads }) =>
    (pads as readonly number[]).every((pad) => pad === 0) ? x : undefined,
  Concat: (_, inputs) => (inputs.length === 1 ? inputs[0] : undefined),
  ReduceSum: reduced,
  ReduceMean: reduced,
  ReduceMax: reduced,
  ReduceMin: reduced,
  ReduceProd: reduced,
  ScatterND: (g, [data, tuples, updates], { reduction }) =>
    reduction === "add" ? scatterFlat(g, data!, tuples!, updates!, reduction) : undefined,
  /** Evenly spaced constant indices are a slice, whose cotangent is padded instead of scattered. */
  Gather(g, [x, index], { axis }, { shape }) {
    if (index!.source.kind !== "constant" || index!.shape.length > 1) return undefined;
    const extent = x!.shape[axis as number]!;
    const places = Array.from(toFloat64(index!.source.tensor), (i) => (i < 0 ? i + extent : i));
    if (places.length === 0) return undefined;
    const [start, last] = [places[0]!, places.at(-1)!];
    const step = places.length === 1 ? 1 : places[1]! - start;
    if (step === 0 || places.some((place, i) => place !== start + i * step)) return undefined;
    const end = last + Math.sign(step);
    return g.reshape(g.slice(x!, [{ axis: axis as number, start, end, step }]), shape);
  },
};

/**
 * ScatterND with a reduction, through one flat index. onnxruntime 1.30 reduces in ScatterND from several threads
 * without a lock, and loses updates where an index repeats; its ScatterElements runs on one thread.
 */
export function scatterFlat(
  g: Builder,
  data: Value,
  tuples: Value,
  updates: Value,
  reduction: Reduction,
): Value {
  const length = tuples.shape.at(-1)!;
  const extents = data.shape.slice(0, length);
  const block = sizeOf(data.shape.slice(length));
  const count = sizeOf(tuples.shape.slice(0, -1));
  const counted = g.where(g.less(tuples, 0), g.add(tuples, g.indices(extents)), tuples);
  const place = g.sum(g.mul(counted, g.indices(stridesOf(extents))), [tuples.shape.length - 1]);
  const rows = g.expand(g.reshape(place, [count, 1]), [count, block]);
  const flat = g.reshape(data, [sizeOf(extents), block]);
  const parts = g.reshape(updates, [count, block]);
  const [sum] = g.node("ScatterElements", [flat, rows, parts], { axis: 0, reduction });
  return g.reshape(sum!, data.shape);
}
