/** Matrix products. */
import { sizeOf, type TensorType } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { ShapeError, type OpRule } from "../rule";
import { alignBatched } from "./elementwise";
import { broadcastShape, broadcastStrides, commonDType, expectInputs } from "./shapes";
import { walk } from "./walk";

/**
 * MatMul-13 for operands of rank two and more (the importer reshapes vectors): [.., m, k] · [.., k, n], leading
 * axes broadcast.  Ā = Ȳ Bᵀ,  B̄ = Aᵀ Ȳ, summed over the axes that were stretched.
 */
export const MatMul: OpRule<{}> = {
  infer: (inputs) => [productType(inputs)],
  vjp: (g, { inputs: [a, b], cotangents: [dy], wanted }) => [
    wanted[0] ? leftCotangent(g, dy!, a!, b!) : null,
    wanted[1] ? rightCotangent(g, dy!, a!, b!) : null,
  ],
  jvp(g, { inputs: [a, b], outputs: [y], tangents: [da, db] }) {
    const terms = [
      ...(da === null ? [] : [g.matmul(da!, b!)]),
      ...(db === null ? [] : [g.matmul(a!, db!)]),
    ];
    return [terms.map((term) => g.expand(term, y!.shape)).reduce((sum, term) => g.add(sum, term))];
  },
  batch(g, { inputs, batched }) {
    const [a, b] = inputs as [Value, Value];
    // One matrix a sample on the right: its rows of the left are one taller matrix, one product a sample.
    if (batched[0] && batched[1] && b.shape.length === 3 && a.shape.length > 3) {
      const [size, ...rows] = a.shape.slice(0, -1);
      const tall = g.reshape(a, [size!, sizeOf(rows), a.shape.at(-1)!]);
      return [g.reshape(g.matmul(tall, b), [size!, ...rows, b.shape.at(-1)!])];
    }
    const [left, right] = alignBatched(g, inputs, batched);
    return [g.matmul(left!, right!)];
  },
  kernel([a, b], _, [type]) {
    const shape = type!.shape;
    const [m, n] = [shape.at(-2)!, shape.at(-1)!];
    const k = a!.shape.at(-1)!;
    const out = new Float64Array(sizeOf(shape));
    const stack = shape.slice(0, -2);
    const strides = [a!, b!].map((x) => {
      const matrix = x.shape.at(-2)! * x.shape.at(-1)!;
      return broadcastStrides(x.shape.slice(0, -2), stack).map((stride) => stride * matrix);
    });
    let at = 0;
    walk(stack, strides, (offsets, steps, length) => {
      for (let i = 0; i < length; i++, at += m * n) {
        const left = offsets[0]! + i * steps[0]!;
        const right = offsets[1]! + i * steps[1]!;
        multiply(out, at, a!.data, left, b!.data, right, m, k, n);
      }
    });
    return [out];
  },
  work: ([a], _, [y]) => sizeOf(y!.shape) * a!.shape.at(-1)!,
};

function productType(inputs: readonly TensorType[]): TensorType {
  expectInputs(inputs, 2);
  const [a, b] = inputs as [TensorType, TensorType];
  const dtype = commonDType(inputs);
  if (a.shape.length < 2 || b.shape.length < 2) throw new ShapeError("takes matrices");
  if (a.shape.at(-1) !== b.shape.at(-2)) {
    throw new ShapeError(
      `inner extents differ: [${a.shape.join(", ")}] times [${b.shape.join(", ")}]`,
    );
  }
  const stack = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  return { dtype, shape: [...stack, a.shape.at(-2)!, b.shape.at(-1)!] };
}

function leftCotangent(g: Builder, dy: Value, a: Value, b: Value): Value {
  return g.sumTo(g.matmul(dy, g.transposeLast(b)), a.shape);
}

function rightCotangent(g: Builder, dy: Value, a: Value, b: Value): Value {
  if (b.shape.length > 2) return g.sumTo(g.matmul(g.transposeLast(a), dy), b.shape);
  // One matrix for all rows: the sum over the leading axes is part of a single product.
  const flat = (x: Value): Value => g.reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!]);
  return g.matmul(g.transposeLast(flat(a)), flat(dy));
}

/** out[m, n] = a[m, k] · b[k, n]; the inner loop runs along rows of b and out. */
function multiply(
  out: Float64Array,
  io: number,
  a: Float64Array,
  ia: number,
  b: Float64Array,
  ib: number,
  m: number,
  k: number,
  n: number,
): void {
  for (let row = 0; row < m; row++) {
    const target = io + row * n;
    for (let inner = 0; inner < k; inner++) {
      const factor = a[ia + row * k + inner]!;
      const source = ib + inner * n;
      for (let column = 0; column < n; column++) {
        out[target + column]! += factor * b[source + column]!;
      }
    }
  }
}
