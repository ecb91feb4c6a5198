/**
 * Losses of one sample each, built into a graph, so that they differentiate and run like the network before them.
 * Fixed statistics of the target (its norm, its channels' root mean squares) carry no gradient to the prediction.
 */
import type { Builder } from "../graph/builder";
import type { Value } from "../graph/ir";
import { sizeOf } from "../../shared/tensor";

/** What `--loss` takes. */
export const lossIds = ["mse", "smse", "relative-l2"] as const;

export type LossId = (typeof lossIds)[number];

/** Keeps a channel that is zero everywhere from dividing by zero; in the target's units. */
const SMALLEST_SCALE = 1e-6;

/**
 * Loss of each sample [B] of a prediction and a target [B, …] of the same shape:
 * - `mse`: mean over all elements of (t − p)²
 * - `smse`: mean over channels (axis 1) and points of (t − p)²/s_c, s_c = √(mean over points of t²) + 1e-6, each sample
 *   and channel its own. It divides by s, not s². Amarel et al. 2026, arXiv:2601.20172, as their code has it.
 * - `relative-l2`: ‖t − p‖/‖t‖ over all elements. At p = t, where it has a kink, its gradient is taken to be 0.
 */
export function lossPerSample(g: Builder, loss: LossId, prediction: Value, target: Value): Value {
  switch (loss) {
    case "mse":
      return meanOf(g, squared(g, g.sub(target, prediction)));
    case "smse":
      return meanOf(g, g.div(squared(g, g.sub(target, prediction)), channelScale(g, target)));
    case "relative-l2":
      return g.div(smoothNorm(g, g.sub(target, prediction)), norm(g, target));
  }
}

function squared(g: Builder, x: Value): Value {
  return g.mul(x, x);
}

/** All axes but the batch. */
function inner(x: Value): number[] {
  return x.shape.slice(1).map((_, i) => i + 1);
}

function meanOf(g: Builder, x: Value): Value {
  return g.div(g.sum(x, inner(x)), sizeOf(x.shape.slice(1)));
}

/** √(mean of t² over points) + 1e-6, [B, C, 1, …]. */
function channelScale(g: Builder, target: Value): Value {
  const axes = inner(target).slice(1);
  const points = sizeOf(target.shape.slice(2));
  const mean = g.div(g.sum(squared(g, target), axes, true), points);
  return g.add(root(g, mean), SMALLEST_SCALE);
}

function norm(g: Builder, x: Value): Value {
  return root(g, g.sum(squared(g, x), inner(x)));
}

/** ‖x‖ with gradient 0 instead of 0/0 where x = 0: the root is taken of 1 there and its value masked. */
function smoothNorm(g: Builder, x: Value): Value {
  const square = g.sum(squared(g, x), inner(x));
  const [positive] = g.node("Greater", [square, g.scalar(0, square.dtype)]);
  const one = g.scalar(1, square.dtype);
  const [safe] = g.node("Where", [positive!, square, one]);
  return g.mul(root(g, safe!), g.cast(positive!, square.dtype));
}

function root(g: Builder, x: Value): Value {
  return g.node("Sqrt", [x])[0]!;
}
