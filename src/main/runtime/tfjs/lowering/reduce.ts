/** Reductions, running sums, places of extrema, and normalised exponentials. */
import { range } from "../../../graph/ops/shapes";
import type { TopKAttributes } from "../../../graph/ops/topK";
import type { Held, Lowering, Tfjs } from "./lowering";

export function reduction(
  name: "max" | "mean" | "min" | "prod" | "sum",
): Lowering<{ axes: readonly number[]; keepdims: boolean }> {
  return (tf, [x], { attrs: { axes, keepdims } }) => [
    // No axes are none here, and in some of tfjs's kernels all.
    axes.length === 0 ? x! : tf[name](x!, [...axes], keepdims),
  ];
}

export const cumSum: Lowering<{ axis: number; exclusive: boolean; reverse: boolean }> = (
  tf,
  [x],
  { attrs: { axis, exclusive, reverse } },
) => [tf.cumsum(x!, axis, exclusive, reverse)];

/** tfjs finds the first of equals; the last is the first of the reversed axis. */
export function argument(
  name: "argMax" | "argMin",
): Lowering<{ axis: number; select_last_index: boolean }> {
  return (tf, [x], { attrs: { axis, select_last_index: last }, inputs, outputs }) => {
    const first = tf[name](last ? tf.reverse(x!, axis) : x!, axis);
    const end = tf.scalar(inputs[0]!.shape[axis]! - 1, "int32");
    return [tf.reshape(last ? tf.sub(end, first) : first, [...outputs[0]!.shape])];
  };
}

/** The permutation that exchanges an axis with the last one, where some of tfjs's functions work only. */
function withLast(rank: number, axis: number): number[] {
  return range(rank).map((at) => (at === axis ? rank - 1 : at === rank - 1 ? axis : at));
}

function alongAxis(along: (tf: Tfjs, x: Held) => Held): Lowering<{ axis: number }> {
  return (tf, [x], { attrs: { axis } }) => {
    const swapped = withLast(x!.rank, axis);
    return [tf.transpose(along(tf, tf.transpose(x!, swapped)), swapped)];
  };
}

export const softmax = alongAxis((tf, x) => tf.softmax(x));
export const logSoftmax = alongAxis((tf, x) => tf.logSoftmax(x));

/** The smallest elements are the largest of the negative; of equals tfjs too takes the first. */
export const topK: Lowering<TopKAttributes> = (tf, [x], { attrs: { axis, k, largest } }) => {
  const swapped = withLast(x!.rank, axis);
  const { values, indices } = tf.topk(tf.transpose(largest ? x! : tf.neg(x!), swapped), k, true);
  const found = tf.transpose(values, swapped);
  return [largest ? found : tf.neg(found), tf.transpose(indices, swapped)];
};
