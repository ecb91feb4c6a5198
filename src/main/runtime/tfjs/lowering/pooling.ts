/**
 * Maxima and means over windows, from slices: tfjs's kernels know neither all pads nor where in ONNX's order a maximum
 * lies, and not every backend has those of three dimensions.
 */
import { isFloat, stridesOf } from "../../../../shared/tensor";
import type { AveragePoolAttributes, PoolAttributes } from "../../../graph/ops/pool";
import { range } from "../../../graph/ops/shapes";
import type { WindowAttributes } from "../../../graph/ops/window";
import { numbersAlong, whole, type Held, type Lowering, type Tfjs } from "./lowering";
import { cut, padded } from "./movement";
import { spatialPads, tapsOf, underTap } from "./windows";

/** Sums are separable, and so are the numbers of elements that windows meet: one axis after the other. */
export const averagePool: Lowering<AveragePoolAttributes> = (tf, [x], { attrs, outputs: [y] }) => {
  const { kernel_shape: kernel, strides, pads, dilations, count_include_pad } = attrs;
  const positions = y!.shape.slice(2);
  let result = padded(tf, x!, spatialPads(pads, 2));
  kernel.forEach((taps, i) => {
    const [axis, count, step] = [i + 2, positions[i]!, strides[i]!];
    const seen = range(taps).map((tap) =>
      cut(tf, result, [{ axis, start: tap * dilations[i]!, count, step }]),
    );
    const sum = seen.reduce((total, term) => tf.add(total, term));
    const met = metBy(x!.shape[axis]!, count, taps, i, attrs);
    const counts = Float32Array.from(met, ({ length }) => (count_include_pad ? taps : length));
    result = tf.div(sum, numbersAlong(tf, counts, axis, x!.rank));
  });
  return [result];
};

/** For every position along one axis, the taps that meet an element there. */
function metBy(
  extent: number,
  positions: number,
  taps: number,
  axis: number,
  { strides, pads, dilations }: WindowAttributes,
): number[][] {
  return range(positions).map((position) =>
    range(taps).filter((tap) => {
      const at = position * strides[axis]! + tap * dilations[axis]! - pads[axis]!;
      return at >= 0 && at < extent;
    }),
  );
}

/**
 * Beside the largest element so far goes the tap that it lay under, from which its index follows. The first tap that
 * meets an element starts; pads are lower than anything, so none of them wins over it.
 */
export const maxPool: Lowering<PoolAttributes> = (tf, [x], { attrs, inputs, outputs }) => {
  const { kernel_shape: kernel, pads } = attrs;
  const floats = isFloat(inputs[0]!.dtype);
  const lowest = floats ? -Infinity : -(2 ** 31);
  const wide = padded(tf, x!, spatialPads(pads, 2), lowest);
  const positions = outputs[0]!.shape.slice(2);
  let best = tf.fill([...outputs[0]!.shape], lowest, floats ? "float32" : "int32") as Held;
  let winner: Held = tf.broadcastTo(firstTaps(tf, x!, positions, attrs), best.shape as [number]);
  for (const [number, tap] of tapsOf(kernel).entries()) {
    const seen = underTap(tf, wide, tap, positions, attrs);
    // NaN wins, as in the rule's kernel.
    const better = floats
      ? tf.logicalOr(tf.greater(seen, best), tf.isNaN(seen))
      : tf.greater(seen, best);
    best = tf.where(better, seen, best);
    winner = tf.where(better, whole(tf, number), winner);
  }
  return [best, indicesOf(tf, winner, x!, attrs)];
};

/** [1, 1, …positions]: the first tap of each window that is not on a pad. */
function firstTaps(tf: Tfjs, x: Held, positions: readonly number[], attrs: PoolAttributes): Held {
  const { kernel_shape: kernel } = attrs;
  const steps = stridesOf(kernel);
  return positions.reduce(
    (sum, count, axis) => {
      const met = metBy(x.shape[axis + 2]!, count, kernel[axis]!, axis, attrs);
      const first = Int32Array.from(met, ([tap]) => tap! * steps[axis]!);
      return tf.add(sum, numbersAlong(tf, first, axis + 2, x.rank));
    },
    tf.zeros(
      x.shape.map(() => 1),
      "int32",
    ) as Held,
  );
}

/** Flat indices in the whole of x: of each window's origin, and from there to the winning tap. */
function indicesOf(tf: Tfjs, winner: Held, x: Held, attrs: PoolAttributes): Held {
  const { kernel_shape: kernel, strides, pads, dilations } = attrs;
  const steps = stridesOf(x.shape);
  const shifts = tapsOf(kernel).map((tap) =>
    tap.reduce((sum, index, axis) => sum + index * dilations[axis]! * steps[axis + 2]!, 0),
  );
  const origin = range(x.rank).map((axis) => {
    const numbers = Int32Array.from({ length: winner.shape[axis]! }, (_, i) =>
      axis < 2 ? i * steps[axis]! : (i * strides[axis - 2]! - pads[axis - 2]!) * steps[axis]!,
    );
    return numbersAlong(tf, numbers, axis, x.rank);
  });
  const toTap = tf.gather(tf.tensor(Int32Array.from(shifts), [shifts.length], "int32"), winner);
  return origin.reduce((sum, each) => tf.add(sum, each), toTap as Held);
}
