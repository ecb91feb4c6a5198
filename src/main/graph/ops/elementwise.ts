/**
 * What all elementwise operators have in common: how they broadcast, how they take one more axis, and the
 * loops of their reference kernels. The operators themselves are a family a file: arithmetic, exponential …
 */
import { sizeOf, type DType } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Attributes, Value } from "../ir";
import {
  defineOp,
  ShapeError,
  type BatchContext,
  type Numbers,
  type OnnxForm,
  type OpRule,
} from "../rule";
import { broadcastShape, broadcastStrides, commonDType, expectInputs } from "./shapes";
import { walk } from "./walk";
import type { OpName } from ".";

export type Scalar1 = (x: number) => number;
export type Scalar2 = (a: number, b: number) => number;
type NoAttributes = Record<never, never>;
export const FLOATS: readonly DType[] = ["float32", "float64"];

/** Operands of one rank, so that the axes of all samples stay aligned behind the batch axis. */
export function alignBatched(
  g: Builder,
  inputs: readonly Value[],
  batched: readonly boolean[],
): Value[] {
  const rank = Math.max(...inputs.map((x, i) => x.shape.length - (batched[i] ? 1 : 0)));
  return inputs.map((x, i) => {
    if (!batched[i]) return x;
    const [size, ...sample] = x.shape;
    return g.reshape(x, [size!, ...new Array<number>(rank - sample.length).fill(1), ...sample]);
  });
}

/** The batch rule of every elementwise operator: align the ranks, broadcast the rest. */
export function batchElementwise(op: OpName) {
  return (g: Builder, { inputs, batched, attrs }: BatchContext<Attributes>): Value[] =>
    g.node(op, alignBatched(g, inputs, batched), attrs);
}

/** y = f(x) and, for floats, its slope as a value: x̄ = ȳ·f′(x), ẏ = f′(x)·ẋ. */
export function unary<A extends Attributes = NoAttributes>(
  op: OpName,
  rule: {
    /** f, given the attributes. */
    f: (attrs: A, dtype: DType) => Scalar1;
    /** f′ from x and y; without it the operator is piecewise constant. */
    slope?: (g: Builder, x: Value, y: Value, attrs: A) => Value;
    /** Element types that it takes; all but bool if absent. */
    accepts?: readonly DType[];
    onnx?: (attrs: A) => OnnxForm;
  },
): OpRule<A> {
  const { f, slope, accepts = ["float32", "float64", "int32", "int64"], onnx } = rule;
  const product = (g: Builder, d: Value | null, x: Value, y: Value, attrs: A): Value | null =>
    d === null || slope === undefined ? null : g.mul(d, slope(g, x, y, attrs));
  return defineOp<A>({
    infer(inputs) {
      expectInputs(inputs, 1);
      expectElements(inputs[0]!.dtype, accepts);
      return [{ dtype: inputs[0]!.dtype, shape: inputs[0]!.shape }];
    },
    ...(slope === undefined
      ? { derivative: "zero" as const }
      : {
          vjp: (g, { inputs: [x], outputs: [y], cotangents: [dy], attrs }) => [
            product(g, dy!, x!, y!, attrs),
          ],
          jvp: (g, { inputs: [x], outputs: [y], tangents: [dx], attrs }) => [
            product(g, dx!, x!, y!, attrs),
          ],
        }),
    batch: batchElementwise(op),
    kernel: ([x], attrs) => [mapped(x!.data, f(attrs, x!.dtype))],
    ...(onnx === undefined ? {} : { onnx }),
  });
}

export function expectElements(dtype: DType, accepts: readonly DType[]): void {
  if (!accepts.includes(dtype)) throw new ShapeError(`does not take ${dtype}`);
}

function mapped(x: Float64Array, f: Scalar1): Float64Array {
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) y[i] = f(x[i]!);
  return y;
}

/** The inner loop of a binary kernel: `out[io + k] = f(a[ia + k·sa], b[ib + k·sb])` for k < n. */
export type BinaryLoop = (
  out: Float64Array,
  io: number,
  a: Float64Array,
  ia: number,
  sa: number,
  b: Float64Array,
  ib: number,
  sb: number,
  n: number,
) => void;

export function loopOf(f: Scalar2): BinaryLoop {
  return (out, io, a, ia, sa, b, ib, sb, n) => {
    for (let k = 0; k < n; k++) out[io + k] = f(a[ia + k * sa]!, b[ib + k * sb]!);
  };
}

/** A binary kernel over broadcast operands. */
function broadcastBinary(a: Numbers, b: Numbers, loop: BinaryLoop): Float64Array {
  const shape = broadcastShape([a.shape, b.shape]);
  const out = new Float64Array(sizeOf(shape));
  let at = 0;
  walk(
    shape,
    [broadcastStrides(a.shape, shape), broadcastStrides(b.shape, shape)],
    (offsets, steps, length) => {
      loop(out, at, a.data, offsets[0]!, steps[0]!, b.data, offsets[1]!, steps[1]!, length);
      at += length;
    },
  );
  return out;
}

/** z = f(a, b) with broadcasting; `slopes` gives ∂f/∂a·d and ∂f/∂b·d for any d of the output's shape. */
export function binary<A extends Attributes = NoAttributes>(
  op: OpName,
  rule: {
    loop: (attrs: A, dtype: DType) => BinaryLoop;
    slopes?: readonly [Slope<A>, Slope<A>];
    accepts?: readonly DType[];
    /** Element type of the result where it is not the operands'. */
    result?: DType;
    onnx?: (attrs: A) => OnnxForm;
  },
): OpRule<A> {
  const { loop, slopes, accepts = ["float32", "float64", "int32", "int64"], result, onnx } = rule;
  return defineOp<A>({
    infer(inputs) {
      expectInputs(inputs, 2);
      const dtype = commonDType(inputs);
      expectElements(dtype, accepts);
      return [{ dtype: result ?? dtype, shape: broadcastShape(inputs.map((x) => x.shape)) }];
    },
    ...(slopes === undefined
      ? { derivative: "zero" as const }
      : {
          vjp: (g, { inputs: [a, b], outputs: [y], cotangents: [dy], attrs, wanted }) =>
            [a!, b!].map((x, i) =>
              wanted[i] ? g.sumTo(slopes[i]!(g, dy!, a!, b!, y!, attrs), x.shape) : null,
            ),
          jvp(g, { inputs: [a, b], outputs: [y], tangents, attrs }) {
            const terms = tangents.flatMap((dx, i) =>
              dx === null ? [] : [slopes[i]!(g, dx, a!, b!, y!, attrs)],
            );
            // Stretched after the sum, which mostly stretches them by itself: Expand is slow on onnxruntime.
            return [
              g.expand(
                terms.reduce((sum, term) => g.add(sum, term)),
                y!.shape,
              ),
            ];
          },
        }),
    batch: batchElementwise(op),
    kernel: ([a, b], attrs) => [broadcastBinary(a!, b!, loop(attrs, a!.dtype))],
    ...(onnx === undefined ? {} : { onnx }),
  });
}

/** d times the partial derivative, from the operands and the result. */
export type Slope<A> = (g: Builder, d: Value, a: Value, b: Value, y: Value, attrs: A) => Value;
