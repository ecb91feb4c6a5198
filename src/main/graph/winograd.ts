/**
 * 3 × 3 convolutions with a quarter of the multiplications (Winograd 1980; Lavin and Gray 2016, arXiv:1509.09308):
 * tiles of 6 × 6 inputs are interpolated at 36 points, where a convolution is one matrix product a point over the
 * channels, and 4 × 4 outputs are read off the products. It pays where many channels meet: what a tile costs to
 * transform grows with their number, what it saves with their number squared.
 */
import { fromFloat64, sizeOf, type Tensor } from "../../shared/tensor";
import { Builder } from "./builder";
import { topologicalOrder, type Graph, type Node, type Value } from "./ir";
import { kronecker, transposed } from "./cookToom";
import type { ConvAttributes } from "./ops/conv";
import type { ConvWeightAttributes } from "./ops/convWeight";
import { rebuild, type Renewed } from "./rebuild";
import { gainOfWeights, weightsAtPoints } from "./winogradWeights";
import {
  alongBoth,
  atPoints,
  gridOf,
  isSuited,
  KERNEL,
  outward,
  POINTS,
  TILE,
  wasteOf,
} from "./winogradTiles";

/*
 * What one element costs beside a multiply–add of a plain convolution, measured on onnxruntime's CPU kernels
 * (8 images of 104 channels, 64 × 64, to 52 channels: plain 18.8 ms, transforms 8.1 and 4.8, products 3.7 to 4.5).
 */
const INPUT_COST = 200;
const OUTPUT_COST = 240;
const PRODUCT_COST = 1.1;
/** Below this gain the larger intermediate results are not worth it. */
const LEAST_GAIN = 1.1;

export interface WinogradForm {
  readonly graph: Graph;
  /** What the graph takes besides: the matrix of the kernels, where it has any. */
  readonly feeds: ReadonlyMap<string, Tensor>;
}

/** Name of the input that holds the kernels' matrix. */
const MATRIX = "$kernels at points";
/**
 * Kernels [9] at the points [36]. An input and no constant: executors would fold it into the weights, of which there
 * are then four times as many (a gradient of ten million parameters began at 1082 MB instead of 564).
 */
const matrix = alongBoth(outward.kernel, KERNEL * KERNEL);

/**
 * The same graph with those convolutions, sums of two, and weight cotangents in this form that are faster so.
 * @param leastGain by how much, as a ratio of times
 */
export function withWinograd(graph: Graph, leastGain = LEAST_GAIN): WinogradForm {
  const results = graph.outputs.map(({ value }) => value);
  const chosen = choose(topologicalOrder(results), results, leastGain);
  if (chosen.size === 0) return { graph, feeds: new Map() };
  const g = new Builder();
  const kernels = g.input(MATRIX, matrix);
  const { inputs, outputs } = rebuild(graph, g, (node, renewed) => {
    const form = chosen.get(node);
    if (form === undefined) return undefined;
    if (form === "part of a sum") return [];
    if (form === "weights") {
      const [x, dy] = node.inputs.map(renewed);
      return [weightsAtPoints(g, x!, dy!, node.attrs as ConvWeightAttributes)];
    }
    return [g.reshape(transformed(g, form, kernels, renewed), node.outputs[0]!.shape)];
  });
  const matrixIsRead = [...chosen.values()].some((form) => typeof form === "object");
  return matrixIsRead
    ? { graph: { inputs: [...inputs, kernels], outputs }, feeds: new Map([[MATRIX, matrix]]) }
    : { graph: { inputs, outputs }, feeds: new Map() };
}

/** y [n, m, …] = Σ over terms of Conv(x, w), x [n or 1, C, …], w [m, C, 3, 3] or, where x is one, [n · m, C, 3, 3]. */
interface Term {
  readonly x: Value;
  readonly w: Value;
  readonly attrs: ConvAttributes;
}

interface Sum {
  readonly terms: readonly Term[];
  readonly n: number;
  readonly m: number;
  readonly extents: readonly [number, number];
}

/** What becomes of a node: a sum of convolutions, nothing because it vanishes into one, or a weight cotangent. */
type Form = Sum | "part of a sum" | "weights";

/** The nodes to be replaced. */
function choose(
  order: readonly Node[],
  results: readonly Value[],
  leastGain: number,
): Map<Node, Form> {
  const readers = new Map<Value, number>();
  for (const value of [...order.flatMap(({ inputs }) => inputs), ...results]) {
    readers.set(value, (readers.get(value) ?? 0) + 1);
  }
  const chosen = new Map<Node, Form>();
  /** The convolution behind a value that nobody else reads, with what lies between. */
  const behind = (value: Value): Node[] | null => {
    if (value.source.kind !== "node" || readers.get(value) !== 1) return null;
    const { node } = value.source;
    if (node.op === "Conv") return isWhole(node) ? [node] : null;
    const further = node.op === "Reshape" ? behind(node.inputs[0]!) : null;
    return further && [node, ...further];
  };
  for (const node of order) {
    if (node.op !== "Add") continue;
    const [left, right] = node.inputs.map(behind);
    if (!left || !right || left.at(-1) === right.at(-1)) continue;
    const sum = sumOf(left.at(-1)!, right.at(-1)!, node.outputs[0]!);
    if (sum === null || gainOf(sum) < leastGain) continue;
    chosen.set(node, sum);
    for (const part of [...left, ...right]) chosen.set(part, "part of a sum");
  }
  for (const node of order) {
    if (node.op === "ConvWeight" && gainOfWeights(node) >= leastGain) chosen.set(node, "weights");
    if (node.op !== "Conv" || chosen.has(node) || !isWhole(node)) continue;
    const [n, m, ...extents] = node.outputs[0]!.shape as [number, number, number, number];
    const sum = { terms: [termOf(node)], n, m, extents };
    if (gainOf(sum) >= leastGain) chosen.set(node, sum);
  }
  return chosen;
}

/** Whether a convolution can be put into this form: every channel sees every other. */
function isWhole(node: Node): boolean {
  const { group } = node.attrs as ConvAttributes;
  return group === 1 && isSuited(node.inputs[1]!.shape.slice(2), node);
}

function termOf({ inputs, attrs }: Node): Term {
  return { x: inputs[0]!, w: inputs[1]!, attrs: attrs as ConvAttributes };
}

/** Two convolutions as one sum, where their results are laid out alike; null where not. */
function sumOf(a: Node, b: Node, { shape }: Value): Sum | null {
  const [[na, ma, ...extents], [nb, mb, ...others]] = [a, b].map(
    ({ outputs }) => outputs[0]!.shape,
  ) as [[number, number, number, number], [number, number, number, number]];
  const n = Math.max(na, nb);
  const alike = na === nb ? ma === mb : Math.min(na, nb) === 1;
  const whole = sizeOf(shape) === na * ma * sizeOf(extents) && na * ma === nb * mb;
  if (!alike || !whole || extents.join() !== others.join()) return null;
  return { terms: [termOf(a), termOf(b)], n, m: (na * ma) / n, extents };
}

/** Time of plain convolutions over time in this form. */
function gainOf({ terms, n, m, extents }: Sum): number {
  const waste = wasteOf(extents);
  let plain = 0;
  let own = n * m * OUTPUT_COST * waste;
  for (const { x } of terms) {
    const [images, channels] = x.shape as [number, number];
    plain += n * m * channels * KERNEL * KERNEL;
    own += n * m * channels * (POINTS / (TILE * TILE)) * PRODUCT_COST * waste;
    own += images * channels * INPUT_COST * waste;
  }
  return plain / own;
}

/** The sum, [n, m, rows, columns]. */
function transformed(g: Builder, sum: Sum, kernels: Value, renewed: Renewed): Value {
  const { terms, n, m, extents } = sum;
  const [rows, columns] = extents;
  const [down, across] = gridOf(extents);
  const products = terms.map(({ x, w, attrs }) => {
    const tiles = atPoints(g, renewed(x), attrs.pads, [down, across], outward.input);
    return g.matmul(kernelAtPoints(g, kernels, renewed(w), n, m), tiles);
  });
  // [n, points, m · tiles down, tiles across], each point spread over its 4 × 4 outputs.
  const spread = g.constant(
    fromFloat64(
      "float32",
      [POINTS, 1, TILE, TILE],
      transposed(kronecker(outward.output, outward.output)).flat(),
    ),
  );
  const [placed] = g.node(
    "ConvTranspose",
    [
      g.reshape(
        products.reduce((a, b) => g.add(a, b)),
        [n, POINTS, m * (down + 1), across],
      ),
      spread,
    ],
    {
      strides: [TILE, TILE],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
      group: 1,
      output_padding: [0, 0],
    },
  );
  const whole = g.reshape(placed!, [n, m, (down + 1) * TILE, across * TILE]);
  return g.slice(whole, [
    { axis: 2, end: rows },
    { axis: 3, end: columns },
  ]);
}

/** Kernels at the points, [n or 1, points, m, C]. @param w [m or n · m, C, 3, 3] */
function kernelAtPoints(g: Builder, kernels: Value, w: Value, n: number, m: number): Value {
  const [all, channels] = w.shape as [number, number];
  const each = all === m ? 1 : n;
  const taps = KERNEL * KERNEL;
  const rows = g.transposeLast(g.reshape(w, [each, m * channels, taps]));
  return g.reshape(g.matmul(kernels, rows), [each, POINTS, m, channels]);
}
