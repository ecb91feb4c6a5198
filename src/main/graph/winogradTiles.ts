/**
 * Planes cut into tiles, and each tile's values at the points where a short correlation is a plain product
 * (cookToom.ts): what Winograd's forms of a convolution and of its weight cotangent have in common.
 *
 * Points 0, ±3/4, ±3/2, ∞: a root mean square error of 1.1e-6 in float32 over 104 channels, where a plain sum has
 * 5.5e-7 and the usual 0, ±1, ±2, ∞ has 2.3e-6 (Barabasz et al. 2020, arXiv:1803.10986, on the choice of points).
 */
import { fromFloat64, sizeOf, type Tensor } from "../../shared/tensor";
import type { Builder } from "./builder";
import type { Node, Value } from "./ir";
import { cookToom, kronecker, type Rows } from "./cookToom";
import type { ConvAttributes } from "./ops/conv";

/** Outputs of a convolution along each side of a tile. */
export const TILE = 4;
export const KERNEL = 3;
/** Inputs that they see. */
export const SPAN = TILE + KERNEL - 1;
export const POINTS = SPAN * SPAN;

const FINITE = [0, 0.75, -0.75, 1.5, -1.5];
/** 4 outputs by a kernel of 3. */
export const outward = cookToom(FINITE, KERNEL);
/** 3 taps by a "kernel" of 4 outputs' cotangents. */
export const backward = cookToom(FINITE, TILE);

/** Tiles down and across. */
export type Grid = readonly [number, number];

export function gridOf([rows, columns]: readonly number[]): Grid {
  return [Math.ceil(rows! / TILE), Math.ceil(columns! / TILE)];
}

/** Share by which the tiles of `atPoints` exceed the plane. */
export function wasteOf(extents: readonly number[]): number {
  const [down, across] = gridOf(extents);
  return ((down + 1) * across * TILE * TILE) / sizeOf(extents);
}

/** Whether a 3 × 3 kernel moves over planes of floats step by step. */
export function isSuited(kernel: readonly number[], { inputs, attrs }: Node): boolean {
  const { strides, dilations } = attrs as ConvAttributes;
  return (
    inputs[0]!.dtype === "float32" &&
    kernel.length === 2 &&
    kernel.every((taps) => taps === KERNEL) &&
    [...strides, ...dilations].every((step) => step === 1)
  );
}

/** The same along both axes of a plane, as a tensor [rows, …columns]. */
export function alongBoth(rows: Rows, ...columns: readonly number[]): Tensor {
  return fromFloat64("float32", [rows.length ** 2, ...columns], kronecker(rows, rows).flat());
}

/**
 * x [n, C, …] at the points of all its tiles, [n, points, C, tiles]. Channels lie one below the other in one image, as
 * many rows each as make whole tiles, so that one convolution with a stride of a tile makes them in this order; its last
 * row of tiles in each channel reaches into the next one and must count for nothing.
 * @param transform [points of an axis, extent of a tile with its surroundings]
 */
export function atPoints(
  g: Builder,
  x: Value,
  [top, left]: readonly number[],
  [down, across]: Grid,
  transform: Rows,
): Value {
  const [n, channels, rows, columns] = x.shape as [number, number, number, number];
  const span = transform[0]!.length;
  const [high, wide] = [(down + 1) * TILE, across * TILE + span - TILE];
  const below = high - rows - top!;
  const right = wide - columns - left!;
  const wider = padded(g, x, [0, 0, top!, left!, 0, 0, below, right]);
  const image = g.reshape(wider, [n, 1, channels * high, wide]);
  const tiles = g.conv(image, g.constant(alongBoth(transform, 1, span, span)), {
    strides: [TILE, TILE],
    pads: [0, 0, span - TILE, 0],
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
