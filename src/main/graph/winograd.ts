/**
 * 3 × 3 convolutions with a quarter of the multiplications (Winograd 1980; Lavin and Gray 2016, arXiv:1509.09308):
 * tiles of 6 × 6 inputs are interpolated at 36 points, where a convolution is one matrix product a point over the
 * channels, and 4 × 4 outputs are read off the products. It pays where many channels meet: what a tile costs to
 * transform grows with their number, what it saves with their number squared.
 *
 * Points 0, ±3/4, ±3/2, ∞: a root mean square error of 1.1e-6 in float32 over 104 channels, where a plain sum has
 * 5.5e-7 and the usual 0, ±1, ±2, ∞ has 2.3e-6 (Barabasz et al. 2020, arXiv:1803.10986, on the choice of points).
 */
import { fromFloat64, sizeOf, type Tensor } from "../../shared/tensor";
import { Builder } from "./builder";
import { inputName, topologicalOrder, type Graph, type Node, type Value } from "./ir";
import type { ConvAttributes } from "./ops/conv";
import { cookToom, kronecker } from "./cookToom";

const TILE = 4;
const KERNEL = 3;
const SPAN = TILE + KERNEL - 1;
const POINTS = SPAN * SPAN;
const {
  input: interpolate,
  kernel: weigh,
  output: collect,
} = cookToom([0, 0.75, -0.75, 1.5, -1.5]);

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
const matrix = fromFloat64("float32", [POINTS, KERNEL * KERNEL], kronecker(weigh, weigh).flat());

/**
 * The same graph with those convolutions, and sums of two, in this form that are faster so.
 * @param leastGain by how much, as a ratio of times
 */
export function withWinograd(graph: Graph, leastGain = LEAST_GAIN): WinogradForm {
  const results = graph.outputs.map(({ value }) => value);
  const order = topologicalOrder(results);
  const chosen = choose(order, results, leastGain);
  if (chosen.size === 0) return { graph, feeds: new Map() };
  const g = new Builder();
  const known = new Map<Value, Value>();
  const inputs = graph.inputs.map((value) => {
    const role = value.source.kind === "input" ? value.source.role : "data";
    const fresh = g.input(inputName(value), value, role);
    known.set(value, fresh);
    return fresh;
  });
  const kernels = g.input(MATRIX, matrix);
  inputs.push(kernels);
  const rebuilt = (value: Value): Value =>
    value.source.kind === "constant" ? g.constant(value.source.tensor) : known.get(value)!;
  for (const node of order) {
    const terms = chosen.get(node);
    if (terms === "part of a sum") continue;
    g.at(node.origin, () => {
      const made =
        terms === undefined
          ? g.node(node.op, node.inputs.map(rebuilt), node.attrs)
          : [g.reshape(transformed(g, terms, kernels, rebuilt), node.outputs[0]!.shape)];
      node.outputs.forEach((output, i) => known.set(output, made[i]!));
    });
  }
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: rebuilt(value) }));
  return { graph: { inputs, outputs }, feeds: new Map([[MATRIX, matrix]]) };
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

/** The nodes to be replaced: convolutions and sums by what they compute, and convolutions that vanish into a sum. */
function choose(
  order: readonly Node[],
  results: readonly Value[],
  leastGain: number,
): Map<Node, Sum | "part of a sum"> {
  const readers = new Map<Value, number>();
  for (const value of [...order.flatMap(({ inputs }) => inputs), ...results]) {
    readers.set(value, (readers.get(value) ?? 0) + 1);
  }
  const chosen = new Map<Node, Sum | "part of a sum">();
  /** The convolution behind a value that nobody else reads, with what lies between. */
  const behind = (value: Value): Node[] | null => {
    if (value.source.kind !== "node" || readers.get(value) !== 1) return null;
    const { node } = value.source;
    if (node.op === "Conv") return isSuited(node) ? [node] : null;
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
    if (node.op !== "Conv" || chosen.has(node) || !isSuited(node)) continue;
    const [n, m, ...extents] = node.outputs[0]!.shape as [number, number, number, number];
    const sum = { terms: [termOf(node)], n, m, extents };
    if (gainOf(sum) >= leastGain) chosen.set(node, sum);
  }
  return chosen;
}

function isSuited({ inputs, attrs }: Node): boolean {
  const { strides, dilations, group } = attrs as ConvAttributes;
  const [, w] = inputs;
  return (
    group === 1 &&
    w!.dtype === "float32" &&
    w!.shape.length === 4 &&
    w!.shape.slice(2).every((taps) => taps === KERNEL) &&
    [...strides, ...dilations].every((step) => step === 1)
  );
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
  const [rows, columns] = extents;
  const points = rows * columns;
  const [down, across] = tilesOf(extents);
  const waste = ((down + 1) * across * TILE * TILE) / points;
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

function tilesOf([rows, columns]: readonly [number, number]): [number, number] {
  return [Math.ceil(rows / TILE), Math.ceil(columns / TILE)];
}

/** The sum, [n, m, rows, columns]. */
function transformed(
  g: Builder,
  sum: Sum,
  kernels: Value,
  rebuilt: (value: Value) => Value,
): Value {
  const { terms, n, m, extents } = sum;
  const [rows, columns] = extents;
  const [down, across] = tilesOf(extents);
  const products = terms.map(({ x, w, attrs }) => {
    const tiles = atPoints(g, rebuilt(x), attrs.pads, [down, across]);
    return g.matmul(kernelAtPoints(g, kernels, rebuilt(w), n, m), tiles);
  });
  // [n, points, m · tiles down, tiles across], each point spread over its 4 × 4 outputs.
  const spread = g.constant(
    fromFloat64("float32", [POINTS, 1, TILE, TILE], columnsOf(kronecker(collect, collect))),
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

/**
 * x [n, C, …] at the points of all its tiles, [n, points, C, tiles]. Channels lie one below the other in one image, as
 * many rows each as make whole tiles, so that one convolution with a stride of a tile makes them in this order; its last
 * row of tiles in each channel reaches into the next one and is never read.
 */
function atPoints(
  g: Builder,
  x: Value,
  [top, left]: readonly number[],
  [down, across]: readonly [number, number],
): Value {
  const [n, channels, rows, columns] = x.shape as [number, number, number, number];
  const [high, wide] = [(down + 1) * TILE, across * TILE + SPAN - TILE];
  const below = high - rows - top!;
  const right = wide - columns - left!;
  const wider = padded(g, x, [0, 0, top!, left!, 0, 0, below, right]);
  const image = g.reshape(wider, [n, 1, channels * high, wide]);
  const kernel = g.constant(
    fromFloat64("float32", [POINTS, 1, SPAN, SPAN], kronecker(interpolate, interpolate).flat()),
  );
  const tiles = g.conv(image, kernel, {
    strides: [TILE, TILE],
    pads: [0, 0, SPAN - TILE, 0],
  });
  return g.reshape(tiles, [n, POINTS, channels, (down + 1) * across]);
}

/**
 * x [n, C, …] with margins of zeros behind; a periodic continuation is made longer instead of copied once more, since
 * what lies behind it is not read.
 */
function padded(g: Builder, x: Value, pads: readonly number[]): Value {
  const source = unreshaped(x).source;
  if (source.kind !== "node" || source.node.op !== "Pad" || source.node.attrs["mode"] !== "wrap") {
    return g.pad(x, pads);
  }
  const [inner] = source.node.inputs as [Value];
  const before = source.node.attrs["pads"] as readonly number[];
  const rank = inner.shape.length;
  const own = [0, 0, ...before.slice(rank - 2, rank), 0, 0, ...before.slice(2 * rank - 2)];
  const alongSpaceOnly = total(own) === total(before);
  const extents = inner.shape.slice(-2);
  const image = [...x.shape.slice(0, 2), ...extents];
  const all = own.map((pad, i) => pad + pads[i]!);
  const fits = all.every((pad, i) => pad <= image[i % 4]!);
  const same = alongSpaceOnly && sizeOf(image) === sizeOf(inner.shape);
  return same && fits && pads[2] === 0 && pads[3] === 0
    ? g.pad(g.reshape(inner, image), all, { mode: "wrap" })
    : g.pad(x, pads);
}

/** What a value was before leading axes were joined or split. */
function unreshaped(x: Value): Value {
  if (x.source.kind !== "node" || x.source.node.op !== "Reshape") return x;
  const [before] = x.source.node.inputs as [Value];
  return before.shape.slice(-2).join() === x.shape.slice(-2).join() ? before : x;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0);
}

/** Kernels at the points, [n or 1, points, m, C]. @param w [m or n · m, C, 3, 3] */
function kernelAtPoints(g: Builder, kernels: Value, w: Value, n: number, m: number): Value {
  const [all, channels] = w.shape as [number, number];
  const each = all === m ? 1 : n;
  const taps = KERNEL * KERNEL;
  const rows = g.transposeLast(g.reshape(w, [each, m * channels, taps]));
  return g.reshape(g.matmul(kernels, rows), [each, POINTS, m, channels]);
}

/** Of a matrix by rows, one column after another. */
function columnsOf(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.flatMap((_, column) => rows.map((row) => row[column]!));
}
