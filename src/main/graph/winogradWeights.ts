/**
 * Weight cotangents of 3 × 3 convolutions in Winograd's form: along an axis the 3 taps are a short correlation of 6
 * inputs with the 4 cotangents of a tile. Tiles are summed at the points, so what is read off is 9 numbers a pair of
 * channels; only going to the points costs, and it pays from fewer channels on than a convolution does.
 */
import { sizeOf } from "../../shared/tensor";
import type { Builder } from "./builder";
import type { Node, Value } from "./ir";
import type { ConvWeightAttributes } from "./ops/convWeight";
import {
  alongBoth,
  atPoints,
  backward,
  gridOf,
  isSuited,
  KERNEL,
  POINTS,
  TILE,
  wasteOf,
} from "./winogradTiles";

/*
 * What an element of x, one of ȳ, a product and a pair of channels cost beside a multiply–add of the plain products, and
 * what elements and pairs cost there: fitted to onnxruntime's CPU kernels on 21 layers of 3 to 336 channels, 8² to 128².
 */
const INPUT_COST = 130;
const COTANGENT_COST = 90;
const PRODUCT_COST = 1.6;
const PAIR_COST = 600;
const PLAIN_ELEMENT_COST = 60;
const PLAIN_PAIR_COST = 150;

/** Time of plain products over time in this form; 0 where it has none. */
export function gainOfWeights(node: Node): number {
  const [x, dy] = node.inputs as [Value, Value];
  const { group, kernel } = node.attrs as ConvWeightAttributes;
  if (!isSuited(kernel, node)) return 0;
  const [n, c, m] = [x.shape[0]!, x.shape[1]! / group, dy.shape[1]! / group];
  const extents = dy.shape.slice(2);
  const products = c * m * (POINTS / (TILE * TILE)) * PRODUCT_COST;
  const pairs = (c * m) / (n * sizeOf(extents));
  const plain = c * m * KERNEL * KERNEL + (c + m) * PLAIN_ELEMENT_COST + pairs * PLAIN_PAIR_COST;
  const transforms = c * INPUT_COST + m * COTANGENT_COST;
  return plain / (wasteOf(extents) * (products + transforms) + pairs * PAIR_COST);
}

/** w̄ [M, C/group, 3, 3] of x [N, C, …] and ȳ [N, M, …]. */
export function weightsAtPoints(
  g: Builder,
  x: Value,
  dy: Value,
  { group, pads }: ConvWeightAttributes,
): Value {
  const [c, m] = [x.shape[1]! / group, dy.shape[1]! / group];
  const grid = gridOf(dy.shape.slice(2));
  // Cotangents of tiles that are not there are zeros, so what the input's tiles hold there counts for nothing.
  const seen = atPoints(g, inOneImage(g, x), pads, grid, backward.input);
  const answered = atPoints(g, inOneImage(g, dy), [0, 0], grid, backward.kernel);
  const tiles = (seen.shape[2]! * seen.shape[3]!) / (group * c);
  const products = g.matmul(
    g.reshape(answered, [POINTS, group, m, tiles]),
    g.transposeLast(g.reshape(seen, [POINTS, group, c, tiles])),
  );
  const taps = g.matmul(
    g.constant(alongBoth(backward.output, POINTS)),
    g.reshape(products, [POINTS, group * m * c]),
  );
  return g.reshape(g.transposeLast(taps), [group * m, c, KERNEL, KERNEL]);
}

/** [N, C, …] as [1, C · N, …]. */
function inOneImage(g: Builder, x: Value): Value {
  const [n, channels, ...extents] = x.shape as [number, number, ...number[]];
  const turned = n === 1 ? x : g.transpose(x, [1, 0, 2, 3]);
  return g.reshape(turned, [1, channels * n, ...extents]);
}
