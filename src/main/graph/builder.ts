/**
 * Builds graphs: every node passes here, has its types inferred, is simplified where that is plain
 * (rewrite.ts), folded where all it reads is constant, and shared where an equal one exists. So common
 * subexpressions never arise, and gradients may be written carelessly.
 */
import {
  fromFloat64,
  isFloat,
  showType,
  sizeOf,
  toFloat64,
  type DType,
  type Tensor,
  type TensorType,
} from "../../shared/tensor";
import { UserError } from "../../shared/errors";
import type { Attributes, Node, Value } from "./ir";
import { ruleOf, type OpName } from "./ops";
import type { SliceAttributes } from "./ops/movement";
import { broadcastShape, sameShape, stretchedAxes } from "./ops/shapes";
import { rewrite } from "./rewrite";
import { ShapeError } from "./rule";

/** A value, or a number that becomes a scalar of the other operand's element type. */
export type Operand = Value | number;

/** One axis of a slice; indices are resolved (see SliceAttributes), to the end of the axis by default. */
export interface Cut {
  axis: number;
  start?: number;
  end?: number;
  step?: number;
}

/** Constants up to this many elements are compared by content, larger ones by identity of their tensor. */
const COMPARED_CONSTANT = 256;
/** Integers are what shapes and indices are computed with: folded even where the result is larger. */
const FOLDED_INTEGERS = 4096;
/** Elements of a tensor: 256 GiB of single precision. */
const LARGEST = 2 ** 36;
/** Characters of what does not fit: a file may claim a shape of a thousand axes. */
const LONGEST_REASON = 300;
/** Multiply–adds that folding one node may cost. */
const FOLDED_WORK = 1e7;

/** Elements of all folded results together: tensors joined with themselves double with each node. */
const FOLDED_ELEMENTS = 2 ** 24;

let lastId = 0;

export class Builder {
  readonly #nodes = new Map<string, readonly Value[]>();
  readonly #constants = new Map<string, Value>();
  readonly #large = new Map<Tensor, Value>();
  #origin: string | undefined;
  #folded = 0;

  /** Runs `build`; the nodes made in it carry `origin`, the name of the imported node they stem from. */
  at<T>(origin: string | undefined, build: () => T): T {
    const before = this.#origin;
    this.#origin = origin;
    try {
      return build();
    } finally {
      this.#origin = before;
    }
  }

  /** A new graph input. A parameter is an input too. */
  input(name: string, type: TensorType, role: "data" | "parameter" = "data"): Value {
    const { dtype, shape } = type;
    return { id: ++lastId, dtype, shape, source: { kind: "input", name, role } };
  }

  constant(tensor: Tensor): Value {
    const make = (): Value => ({
      id: ++lastId,
      dtype: tensor.dtype,
      shape: tensor.shape,
      source: { kind: "constant", tensor },
    });
    if (tensor.data.length > COMPARED_CONSTANT) return found(this.#large, tensor, make);
    // Object.is semantics: −0 and 0 differ.
    const elements = Array.from<number | bigint, string>(tensor.data, (x) =>
      Object.is(x, -0) ? "-0" : String(x),
    );
    return found(this.#constants, `${showType(tensor)} ${elements.join()}`, make);
  }

  scalar(x: number, dtype: DType = "float32"): Value {
    return this.constant(fromFloat64(dtype, [], [x]));
  }

  /** An int64 vector. */
  indices(data: readonly number[], shape: readonly number[] = [data.length]): Value {
    return this.constant(fromFloat64("int64", shape, data));
  }

  /** `x` everywhere, of the given type. */
  full(type: TensorType, x: number): Value {
    return this.expand(this.scalar(x, type.dtype), type.shape);
  }

  zeros(type: TensorType): Value {
    return this.full(type, 0);
  }

  /**
   * The outputs of an operator.
   * @throws UserError "graph/shape" where the inputs do not fit it, with operator, origin and types
   */
  node(op: OpName, inputs: readonly Value[], attrs: Attributes = {}): Value[] {
    const rule = ruleOf(op);
    let types: TensorType[];
    try {
      types = rule.infer(inputs, attrs);
      for (const { shape } of types) expectHoldable(shape);
    } catch (error) {
      throw error instanceof ShapeError ? misfit(op, this.#origin, inputs, error) : error;
    }
    const simpler = rewrite(this, op, inputs, attrs, types) ?? this.#fold(op, inputs, attrs, types);
    if (simpler !== undefined) return simpler;
    const key = `${op} ${inputs.map((input) => input.id).join()} ${attributeKey(attrs)}`;
    return [...found(this.#nodes, key, () => newNode(op, inputs, attrs, types, this.#origin))];
  }

  #fold(
    op: OpName,
    inputs: readonly Value[],
    attrs: Attributes,
    types: readonly TensorType[],
  ): Value[] | undefined {
    const tensors = inputs.flatMap(({ source }) =>
      source.kind === "constant" ? [source.tensor] : [],
    );
    if (tensors.length < inputs.length) return undefined;
    const rule = ruleOf(op);
    const known = tensors.reduce((sum, tensor) => sum + tensor.data.length, 0);
    const made = types.reduce((sum, type) => sum + sizeOf(type.shape), 0);
    const integers = types.every((type) => !isFloat(type.dtype)) && made <= FOLDED_INTEGERS;
    if (made > known && !integers) return undefined;
    if ((rule.work?.(inputs, attrs, types) ?? 0) > FOLDED_WORK) return undefined;
    // An int64 takes eight times as long.
    const cost = types.some(({ dtype }) => dtype === "int64") ? 8 * made : made;
    if (this.#folded + cost > FOLDED_ELEMENTS) return undefined;
    this.#folded += cost;
    const numbers = tensors.map((tensor) => ({ ...tensor, data: toFloat64(tensor) }));
    return rule
      .kernel(numbers, attrs, types)
      .map((data, i) => this.constant(fromFloat64(types[i]!.dtype, types[i]!.shape, data)));
  }

  #one(op: OpName, inputs: readonly Value[], attrs: Attributes = {}): Value {
    return this.node(op, inputs, attrs)[0]!;
  }

  /** Two operands as values; at least one is a value already. */
  #pair(a: Operand, b: Operand): [Value, Value] {
    if (typeof a !== "number") return [a, typeof b === "number" ? this.scalar(b, a.dtype) : b];
    if (typeof b !== "number") return [this.scalar(a, b.dtype), b];
    throw new Error("two numbers are no operands: their element type is unknown");
  }

  add(a: Operand, b: Operand): Value {
    return this.#one("Add", this.#pair(a, b));
  }
  sub(a: Operand, b: Operand): Value {
    return this.#one("Sub", this.#pair(a, b));
  }
  mul(a: Operand, b: Operand): Value {
    return this.#one("Mul", this.#pair(a, b));
  }
  div(a: Operand, b: Operand): Value {
    return this.#one("Div", this.#pair(a, b));
  }
  neg(x: Value): Value {
    return this.#one("Neg", [x]);
  }
  exp(x: Value): Value {
    return this.#one("Exp", [x]);
  }
  log(x: Value): Value {
    return this.#one("Log", [x]);
  }
  sqrt(x: Value): Value {
    return this.#one("Sqrt", [x]);
  }
  reciprocal(x: Value): Value {
    return this.#one("Reciprocal", [x]);
  }
  erf(x: Value): Value {
    return this.#one("Erf", [x]);
  }
  abs(x: Value): Value {
    return this.#one("Abs", [x]);
  }
  sign(x: Value): Value {
    return this.#one("Sign", [x]);
  }
  sin(x: Value): Value {
    return this.#one("Sin", [x]);
  }
  cos(x: Value): Value {
    return this.#one("Cos", [x]);
  }
  tanh(x: Value): Value {
    return this.#one("Tanh", [x]);
  }
  sigmoid(x: Value): Value {
    return this.#one("Sigmoid", [x]);
  }
  relu(x: Value): Value {
    return this.#one("Relu", [x]);
  }
  pow(a: Operand, b: Operand): Value {
    return this.#one("Pow", this.#pair(a, b));
  }
  maximum(a: Operand, b: Operand): Value {
    return this.#one("Max", this.#pair(a, b));
  }
  minimum(a: Operand, b: Operand): Value {
    return this.#one("Min", this.#pair(a, b));
  }
  equal(a: Operand, b: Operand): Value {
    return this.#one("Equal", this.#pair(a, b));
  }
  less(a: Operand, b: Operand): Value {
    return this.#one("Less", this.#pair(a, b));
  }
  greater(a: Operand, b: Operand): Value {
    return this.#one("Greater", this.#pair(a, b));
  }
  /** a where the condition holds, b else. */
  where(condition: Value, a: Operand, b: Operand): Value {
    return this.#one("Where", [condition, ...this.#pair(a, b)]);
  }
  /** x held within [low, high]. At the bounds the derivative is 1, as PyTorch's `clamp` has it. */
  clip(x: Value, low: number | undefined, high: number | undefined): Value {
    const raised = low === undefined ? x : this.where(this.less(x, low), low, x);
    return high === undefined ? raised : this.where(this.greater(raised, high), high, raised);
  }
  matmul(a: Value, b: Value): Value {
    return this.#one("MatMul", [a, b]);
  }

  /** Σ over `axes` (all by default). */
  sum(x: Value, axes: readonly number[] = allAxes(x), keepdims = false): Value {
    return this.#one("ReduceSum", [x], { axes: sorted(axes), keepdims });
  }

  mean(x: Value, axes: readonly number[] = allAxes(x), keepdims = false): Value {
    return this.#one("ReduceMean", [x], { axes: sorted(axes), keepdims });
  }

  softmax(x: Value, axis: number): Value {
    return this.#one("Softmax", [x], { axis });
  }

  /** x[…, index, …] along `axis`. */
  gather(x: Value, index: Value, axis: number): Value {
    return this.#one("Gather", [x, index], { axis });
  }

  /** The transpose of broadcasting: x summed to `shape`. */
  sumTo(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    // A cotangent may itself still be narrower than the result of the operator that it belongs to.
    const wide = this.expand(x, broadcastShape([x.shape, shape]));
    return this.reshape(this.sum(wide, stretchedAxes(shape, wide.shape)), shape);
  }

  cast(x: Value, to: DType): Value {
    return this.#one("Cast", [x], { to });
  }
  reshape(x: Value, shape: readonly number[]): Value {
    return this.#one("Reshape", [x], { shape });
  }
  transpose(x: Value, perm: readonly number[]): Value {
    return this.#one("Transpose", [x], { perm });
  }
  /** Matrices transposed: the last two axes exchanged. */
  transposeLast(x: Value): Value {
    const rank = x.shape.length;
    const perm = x.shape.map((_, axis) => axis);
    return this.transpose(x, [...perm.slice(0, -2), rank - 1, rank - 2]);
  }
  expand(x: Value, shape: readonly number[]): Value {
    return this.#one("Expand", [x], { shape });
  }
  concat(parts: readonly Value[], axis: number): Value {
    return this.#one("Concat", parts, { axis });
  }

  slice(x: Value, cuts: readonly Cut[]): Value {
    const resolved = cuts.map(({ axis, start, end, step = 1 }) => ({
      axis,
      start: start ?? (step > 0 ? 0 : x.shape[axis]! - 1),
      end: end ?? (step > 0 ? x.shape[axis]! : -1),
      step,
    }));
    const attrs: SliceAttributes = {
      axes: resolved.map((cut) => cut.axis),
      starts: resolved.map((cut) => cut.start),
      ends: resolved.map((cut) => cut.end),
      steps: resolved.map((cut) => cut.step),
    };
    return this.#one("Slice", [x], attrs);
  }

  /** Reversed along `axes`. */
  flip(x: Value, axes: readonly number[]): Value {
    return this.slice(
      x,
      axes.map((axis) => ({ axis, step: -1 })),
    );
  }

  /**
   * Convolution without bias: x [N, C, …spatial], w [M, C/group, …kernel]. Strides, dilations 1, no padding, one
   * group by default; pads as [begin of each spatial axis…, end…].
   */
  conv(
    x: Value,
    w: Value,
    attrs: {
      strides?: readonly number[];
      pads?: readonly number[];
      dilations?: readonly number[];
      group?: number;
    } = {},
  ): Value {
    const ones = x.shape.slice(2).map(() => 1);
    return this.#one("Conv", [x, w], {
      strides: attrs.strides ?? ones,
      pads: attrs.pads ?? [...ones, ...ones].map(() => 0),
      dilations: attrs.dilations ?? ones,
      group: attrs.group ?? 1,
    });
  }

  /** Widened by pads [begin of each axis…, end of each axis…], none negative. */
  pad(
    x: Value,
    pads: readonly number[],
    { mode = "constant", value = 0 }: { mode?: string; value?: number } = {},
  ): Value {
    return this.#one("Pad", [x], { pads, mode, value });
  }
}

/** A ShapeError where no machine holds such a tensor: what a file claims is refused here, not by the allocator. */
function expectHoldable(shape: readonly number[]): void {
  const size = sizeOf(shape);
  if (!(size <= LARGEST)) throw new ShapeError(`the result has ${size} elements`);
}

function found<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function newNode(
  op: OpName,
  inputs: readonly Value[],
  attrs: Attributes,
  types: readonly TensorType[],
  origin: string | undefined,
): Value[] {
  const outputs: Value[] = [];
  const node: Node = { op, inputs, attrs, outputs, origin };
  types.forEach(({ dtype, shape }, index) => {
    outputs.push({ id: ++lastId, dtype, shape, source: { kind: "node", node, index } });
  });
  return outputs;
}

/** The same for equal attributes, in whatever order they were written. */
function attributeKey(attrs: Attributes): string {
  return Object.keys(attrs)
    .sort()
    .map((name) => `${name}=${typeof attrs[name]}${String(attrs[name])}`)
    .join(";");
}

function misfit(
  op: OpName,
  origin: string | undefined,
  inputs: readonly TensorType[],
  { message }: ShapeError,
): UserError {
  const place = origin === undefined ? op : `${op} (node ${origin})`;
  const reason = `${inputs.map(showType).join(" and ")}: ${message}`;
  return new UserError(
    "graph/shape",
    `${place} of ${reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason}.`,
    {
      ...(origin === undefined ? {} : { where: origin }),
    },
  );
}

function allAxes(x: Value): number[] {
  return x.shape.map((_, axis) => axis);
}

function sorted(axes: readonly number[]): number[] {
  return [...axes].sort((a, b) => a - b);
}
