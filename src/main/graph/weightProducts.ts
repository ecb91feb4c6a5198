/**
 * The weight cotangent of a convolution as matrix products: the one of a convolution's three derivatives that is no
 * convolution of the same kind, that ONNX has no operator for, and the dearest part of most training steps.
 */
import { sizeOf } from "../../shared/tensor";
import { Builder } from "./builder";
import { topologicalOrder, type Graph, type Value } from "./ir";
import type { ConvWeightAttributes } from "./ops/convWeight";
import { rebuild } from "./rebuild";

/** Taps share a MatMul until it has this many rows: narrower products leave the vector units idle. */
const ROWS = 32;

/** The same graph without ConvWeight: what executors run and files hold. Itself where there is none. */
export function withoutConvWeight(graph: Graph): Graph {
  const order = topologicalOrder(graph.outputs.map(({ value }) => value));
  if (!order.some(({ op }) => op === "ConvWeight")) return graph;
  const g = new Builder();
  return rebuild(graph, g, (node, renewed) => {
    if (node.op !== "ConvWeight") return undefined;
    const [x, dy] = node.inputs.map(renewed);
    const attrs = node.attrs as ConvWeightAttributes;
    return [weightProducts(g, x!, dy!, node.outputs[0]!.shape, attrs)];
  });
}

/**
 * w̄[m, c, k] = Σ_n Σ_o ȳ[n, m, o] x[n, c, o·stride + k·dilation − pad].
 * One MatMul a tap, on the slice of x that the tap sees: with 32 channels as fast as im2col, which needs nine
 * times the memory for a 3×3 kernel, and over three times as fast as one convolution with ȳ for its kernel.
 * Narrow inputs stack several taps; for wide ones `bySides` copies less. The sum over samples comes last.
 * @param shape of w, [M, C/group, …kernel]
 */
function weightProducts(
  g: Builder,
  x: Value,
  dy: Value,
  shape: readonly number[],
  attrs: ConvWeightAttributes,
): Value {
  const [m, cg, ...kernel] = shape as [number, number, ...number[]];
  const n = x.shape[0]!;
  const { group, pads } = attrs;
  const positions = dy.shape.slice(2);
  const rank = kernel.length;
  const padded = g.pad(x, [0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)]);
  const columns = g.transposeLast(g.reshape(dy, [n, group, m / group, sizeOf(positions)]));
  /** What `taps` taps saw, [N, C, … positions] in any order of taps and channels, times ȳ. */
  const times = (seen: Value, taps: number): Value =>
    g.matmul(g.reshape(seen, [n, group, taps * cg, sizeOf(positions)]), columns);

  const taps = sizeOf(kernel);
  if (isTiling(kernel, attrs)) {
    const sum = g.sum(times(tiles(g, padded, kernel, positions), taps), [0]);
    const rows = g.reshape(sum, [group, cg, taps, m / group]);
    return g.reshape(g.transpose(rows, [0, 3, 1, 2]), shape);
  }
  const [first, ...others] = kernel as [number, ...number[]];
  // Elements copied per position: of x for each tap, against of x for the taps of a row and of ȳ for the rows.
  const copies = sizeOf(others) * cg + first * (m / group);
  if (first > 1 && attrs.strides[0] === 1 && copies < taps * cg) {
    return bySides(g, padded, dy, shape, attrs);
  }
  const seen = tapsOf(kernel).map((tap) => seenByTap(g, padded, tap, positions, attrs));
  const together = Math.max(1, Math.floor(ROWS / cg));
  const products: Value[] = [];
  for (let i = 0; i < taps; i += together) {
    const grouped = seen
      .slice(i, i + together)
      .map((each) => g.reshape(each, [n, group, cg, sizeOf(positions)]));
    products.push(times(g.concat(grouped, 2), grouped.length));
  }
  const sum = g.sum(g.concat(products, 2), [0]);
  const rows = g.reshape(sum, [group, taps, cg, m / group]);
  return g.reshape(g.transpose(rows, [0, 3, 2, 1]), shape);
}

/**
 * The same with the taps of the first axis moved to ȳ: x[o + k] ȳ[o] = x[o] ȳ[o − k] summed over all o. One MatMul of
 * [other taps · C] rows and [first taps · M] columns makes all taps, a fifth faster than nine for a 3×3 kernel.
 * @param padded x with its pads; stride 1 along the first axis
 */
function bySides(
  g: Builder,
  padded: Value,
  dy: Value,
  shape: readonly number[],
  attrs: ConvWeightAttributes,
): Value {
  const [m, cg, first, ...others] = shape as [number, number, number, ...number[]];
  const { group, dilations } = attrs;
  const [n, , rows, ...across] = dy.shape as [number, number, number, ...number[]];
  const margin = (first - 1) * dilations[0]!;
  const sides = (values: readonly Value[], channels: number): Value =>
    g.concat(
      values.map((each) => g.reshape(each, [n, group, channels, (rows + margin) * sizeOf(across)])),
      2,
    );
  const seen = tapsOf(others).map((tap) =>
    seenByTap(g, padded, [0, ...tap], [rows + margin, ...across], attrs),
  );
  const moved = Array.from({ length: first }, (_, k) => {
    const none = across.map(() => 0);
    const before = k * dilations[0]!;
    return g.pad(dy, [0, 0, before, ...none, 0, 0, margin - before, ...none]);
  });
  const products = g.matmul(sides(seen, cg), g.transposeLast(sides(moved, m / group)));
  const sum = g.reshape(g.sum(products, [0]), [group, sizeOf(others), cg, first, m / group]);
  return g.reshape(g.transpose(sum, [0, 4, 2, 3, 1]), shape);
}

/** Whether the windows lie side by side, each element in one of them, as where an image is cut to patches. */
function isTiling(
  kernel: readonly number[],
  { strides, dilations }: ConvWeightAttributes,
): boolean {
  return kernel.every((taps, axis) => taps > 1 && taps === strides[axis] && dilations[axis] === 1);
}

/** Windows side by side as [N, C, …kernel, …positions]: one Transpose for all taps. */
function tiles(
  g: Builder,
  padded: Value,
  kernel: readonly number[],
  positions: readonly number[],
): Value {
  const cropped = g.slice(
    padded,
    kernel.map((taps, axis) => ({ axis: axis + 2, end: positions[axis]! * taps })),
  );
  const split = kernel.flatMap((taps, axis) => [positions[axis]!, taps]);
  const order = [
    ...kernel.map((_, axis) => 2 * axis + 3),
    ...kernel.map((_, axis) => 2 * axis + 2),
  ];
  return g.transpose(g.reshape(cropped, [...padded.shape.slice(0, 2), ...split]), [0, 1, ...order]);
}

/** The element under one tap at every position: [N, C, …positions] of the padded [N, C, …]. */
function seenByTap(
  g: Builder,
  padded: Value,
  tap: readonly number[],
  positions: readonly number[],
  { strides, dilations }: ConvWeightAttributes,
): Value {
  return g.slice(
    padded,
    tap.map((index, axis) => {
      const start = index * dilations[axis]!;
      const end = start + (positions[axis]! - 1) * strides[axis]! + 1;
      return { axis: axis + 2, start, end, step: strides[axis]! };
    }),
  );
}

/** Indices of all taps of a kernel, in row-major order. */
function tapsOf(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (all, extent) => all.flatMap((tap) => Array.from({ length: extent }, (_, i) => [...tap, i])),
    [[]],
  );
}
