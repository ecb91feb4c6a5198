/** Layers that architectures are made of, named and laid out as PyTorch's: Linear, ConvNd, GroupNorm, LayerNorm. */
import { sizeOf } from "../../../shared/tensor";
import type { Value } from "../../graph/ir";
import type { PadMode } from "../../graph/ops/pad";
import { constant, ofFanIn } from "./laws";
import type { Weights } from "./weights";

export type Activation = "gelu" | "silu" | "tanh" | "relu";

/** What lies beyond the edge, one a grid axis. */
export type Edges = readonly PadMode[];

export function activated({ g }: Weights, x: Value, activation: Activation): Value {
  switch (activation) {
    case "gelu":
      // x Φ(x) with the error function, as PyTorch's default. Hendrycks and Gimpel 2016, arXiv:1606.08415.
      return g.mul(g.mul(x, 0.5), g.add(g.erf(g.mul(x, Math.SQRT1_2)), 1));
    case "silu":
      return g.mul(x, g.sigmoid(x));
    case "tanh":
      return g.tanh(x);
    case "relu":
      return g.relu(x);
  }
}

/** y = xWᵀ + b over the last axis; `weight` [out, in]. */
export function linear(w: Weights, x: Value, out: number): Value {
  const { g } = w;
  const inner = x.shape.at(-1)!;
  const weight = w.add("weight", [out, inner], ofFanIn(inner));
  const bias = w.add("bias", [out], ofFanIn(inner));
  return g.add(g.matmul(x, g.transposeLast(weight)), bias);
}

/** One number a channel, to be added to or multiplied with [N, C, …]. */
export function perChannel({ g }: Weights, values: Value, rank: number): Value {
  return g.reshape(values, [1, sizeOf(values.shape), ...new Array<number>(rank - 2).fill(1)]);
}

/** Convolution of [N, C, …] that keeps the grid; `weight` [out, in, …kernel], an odd kernel. */
export function convolution(
  w: Weights,
  x: Value,
  out: number,
  kernel: number,
  edges: Edges,
): Value {
  const [, channels, ...grid] = x.shape as [number, number, ...number[]];
  const taps = grid.map(() => kernel);
  const fan = channels * sizeOf(taps);
  const weight = w.add("weight", [out, channels, ...taps], ofFanIn(fan));
  const bias = w.add("bias", [out], ofFanIn(fan));
  return w.g.add(convolved(w, x, weight, edges), perChannel(w, bias, x.shape.length));
}

/** [N, C, …] with the given kernel, beyond the edges what they say. */
export function convolved({ g }: Weights, x: Value, weight: Value, edges: Edges): Value {
  const reach = weight.shape.slice(2).map((taps) => (taps - 1) / 2);
  // Zeros are the convolution's own padding, all else is put around first: one Pad a mode.
  const own = reach.map((cells, axis) => (edges[axis] === "constant" ? cells : 0));
  const modes = [...new Set(edges)].filter((mode) => mode !== "constant");
  const padded = modes.reduce((around, mode) => {
    const pads = [0, 0, ...reach.map((cells, axis) => (edges[axis] === mode ? cells : 0))];
    return g.pad(around, [...pads, ...pads], { mode });
  }, x);
  return g.conv(padded, weight, { pads: [...own, ...own] });
}

/** As PyTorch's. */
const EPSILON = 1e-5;
const MOST_GROUPS = 8;
/** A group of one channel would lose the amplitude of what the channel shows. */
const FEWEST_CHANNELS = 4;

/** The most groups up to eight, of four channels or more, into which channels divide evenly. */
function groupsOf(channels: number): number {
  let groups = Math.max(1, Math.min(MOST_GROUPS, Math.floor(channels / FEWEST_CHANNELS)));
  while (channels % groups !== 0) groups--;
  return groups;
}

/**
 * Zero mean and unit variance over each group of channels and all points of a sample, then a factor and a shift a
 * channel. Wu and He 2018, arXiv:1803.08494.
 * @param copies successive channels that share factor and shift, as those of one regular representation
 */
export function groupNorm(w: Weights, x: Value, copies = 1): Value {
  const { g } = w;
  const [n, channels] = x.shape as [number, number];
  const distinct = channels / copies;
  const groups = groupsOf(distinct);
  const grouped = g.reshape(x, [n, groups, sizeOf(x.shape) / (n * groups)]);
  const normal = g.reshape(standardised(w, grouped), x.shape);
  const [scale, shift] = affine(w, distinct).map((values) => {
    const copied = g.expand(g.reshape(values, [distinct, 1]), [distinct, copies]);
    return perChannel(w, g.reshape(copied, [channels]), x.shape.length);
  });
  return g.add(g.mul(normal, scale!), shift!);
}

/** The same over the last axis. Ba, Kiros and Hinton 2016, arXiv:1607.06450. */
export function layerNorm(w: Weights, x: Value): Value {
  const [scale, shift] = affine(w, x.shape.at(-1)!);
  return w.g.add(w.g.mul(standardised(w, x), scale), shift);
}

function standardised({ g }: Weights, x: Value): Value {
  const last = [x.shape.length - 1];
  const centred = g.sub(x, g.mean(x, last, true));
  const variance = g.mean(g.mul(centred, centred), last, true);
  return g.div(centred, g.sqrt(g.add(variance, EPSILON)));
}

function affine(w: Weights, size: number): [Value, Value] {
  return [w.add("weight", [size], constant(1)), w.add("bias", [size], constant(0))];
}
