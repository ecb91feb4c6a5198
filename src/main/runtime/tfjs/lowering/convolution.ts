/**
 * Convolutions. tfjs has them with channels last, in two and three dimensions, without groups (but one input channel
 * a group), and with either strides or dilations; the rest is one matrix product with what all taps see side by side.
 */
import type { Tensor4D, Tensor5D } from "@tensorflow/tfjs-core";
import { sizeOf } from "../../../../shared/tensor";
import type { ConvAttributes } from "../../../graph/ops/conv";
import type { ConvTransposeAttributes } from "../../../graph/ops/convTranspose";
import { range } from "../../../graph/ops/shapes";
import { reach } from "../../../graph/ops/window";
import type { Held, Lowering, Tfjs } from "./lowering";
import { cut, padded } from "./movement";
import { spatialPads, tapsOf, underTap } from "./windows";

export const conv: Lowering<ConvAttributes> = (tf, [x, w], { attrs, outputs: [y] }) => [
  tf.reshape(convolved(tf, ...asPlanes(tf, x!, w!, attrs)), [...y!.shape]),
];

type Planar = [x: Held, w: Held, attrs: ConvAttributes];

/** One spatial axis as the second of two, the first of extent 1. */
function asPlanes(tf: Tfjs, x: Held, w: Held, attrs: ConvAttributes): Planar {
  if (x.rank > 3) return [x, w, attrs];
  const lifted = (each: Held): Held =>
    tf.reshape(each, [...each.shape.slice(0, 2), 1, ...each.shape.slice(2)]);
  return [lifted(x), lifted(w), planarAttributes(attrs)];
}

function planarAttributes({ strides, pads, dilations, group }: ConvAttributes): ConvAttributes {
  return {
    strides: [1, ...strides],
    pads: [0, pads[0]!, 0, pads[1]!],
    dilations: [1, ...dilations],
    group,
  };
}

/** x [N, C, …] with its two or three spatial axes, w [M, C/group, …kernel]; the result is [N, M, …positions]. */
function convolved(tf: Tfjs, x: Held, w: Held, attrs: ConvAttributes): Held {
  const { strides, pads, dilations, group } = attrs;
  const wide = padded(tf, x, spatialPads(pads, 2));
  const [one, tight] = [strides, dilations].map((list) => list.every((each) => each === 1));
  const planes = strides.length === 2;
  if (group === 1 && planes && (one || tight)) {
    return channelsFirst(
      tf,
      tf.conv2d(
        channelsLast(tf, wide) as Tensor4D,
        kernelLast(tf, w) as Tensor4D,
        strides as [number, number],
        "valid",
        "NHWC",
        dilations as [number, number],
      ),
    );
  }
  if (group === 1 && tight) {
    return channelsFirst(
      tf,
      tf.conv3d(
        channelsLast(tf, wide) as Tensor5D,
        kernelLast(tf, w) as Tensor5D,
        strides as [number, number, number],
        "valid",
      ),
    );
  }
  // TensorFlow's depthwise kernels want equal strides.
  if (w.shape[1] === 1 && planes && tight && strides[0] === strides[1]) {
    const [m, , ...kernel] = w.shape as [number, number, number, number];
    const filters = tf.transpose(tf.reshape(w, [group, m / group, ...kernel]), [2, 3, 0, 1]);
    return channelsFirst(
      tf,
      tf.depthwiseConv2d(
        channelsLast(tf, wide) as Tensor4D,
        filters as Tensor4D,
        strides as [number, number],
        "valid",
      ),
    );
  }
  return byTaps(tf, wide, w, attrs);
}

function channelsLast(tf: Tfjs, x: Held): Held {
  const spatial = range(x.rank - 2).map((axis) => axis + 2);
  return tf.transpose(x, [0, ...spatial, 1]);
}

function channelsFirst(tf: Tfjs, y: Held): Held {
  const spatial = range(y.rank - 2).map((axis) => axis + 1);
  return tf.transpose(y, [0, y.rank - 1, ...spatial]);
}

/** [A, B, …kernel] as [… kernel, B, A]. */
function kernelLast(tf: Tfjs, w: Held): Held {
  const spatial = range(w.rank - 2).map((axis) => axis + 2);
  return tf.transpose(w, [...spatial, 1, 0]);
}

/** [group, M/group, taps · C/group] times [N, group, taps · C/group, positions]. */
function byTaps(tf: Tfjs, wide: Held, w: Held, attrs: ConvAttributes): Held {
  const [n, , ...extents] = wide.shape as [number, number, ...number[]];
  const [m, cg, ...kernel] = w.shape as [number, number, ...number[]];
  const { group, strides, dilations } = attrs;
  const taps = sizeOf(kernel);
  const positions = extents.map(
    (extent, axis) =>
      Math.floor((extent - reach(kernel[axis]!, dilations[axis]!)) / strides[axis]!) + 1,
  );
  const seen = tapsOf(kernel).map((tap) =>
    tf.reshape(underTap(tf, wide, tap, positions, attrs), [n, group, cg, sizeOf(positions)]),
  );
  const rows = tf.transpose(tf.reshape(w, [1, group, m / group, cg, taps]), [0, 1, 2, 4, 3]);
  const weights = tf.reshape(rows, [1, group, m / group, taps * cg]);
  // N stacks of `group` matrices beside one: here counting round is broadcasting.
  return tf.reshape(tf.matMul(weights, tf.concat(seen, 2)), [n, m, ...positions]);
}

/**
 * tfjs's kernel without groups and dilations; else a convolution with the turned kernel of the input with zeros
 * between its elements.
 */
export const convTranspose: Lowering<ConvTransposeAttributes> = (
  tf,
  [x, w],
  { attrs, outputs: [y] },
) => {
  const { pads, output_padding: extra } = attrs;
  if (x!.rank === 3) {
    const [flat, kernel, planar] = asPlanes(tf, x!, w!, attrs);
    const result = transposed(tf, flat, kernel, { ...planar, output_padding: [0, ...extra] });
    const from = { axis: 3, start: pads[0]!, count: y!.shape[2]!, step: 1 };
    return [tf.reshape(cut(tf, result, [from]), [...y!.shape])];
  }
  const crops = y!.shape
    .slice(2)
    .map((count, axis) => ({ axis: axis + 2, start: pads[axis]!, count, step: 1 }));
  return [cut(tf, transposed(tf, x!, w!, attrs), crops)];
};

/** Before the pads are cut off: extents stride · (extent − 1) + reach + output_padding. */
function transposed(tf: Tfjs, x: Held, w: Held, attrs: ConvTransposeAttributes): Held {
  const { strides, dilations, group, output_padding: extra } = attrs;
  const [n, c, ...extents] = x.shape as [number, number, ...number[]];
  const [, mg, ...kernel] = w.shape as [number, number, ...number[]];
  const reaches = kernel.map((taps, axis) => reach(taps, dilations[axis]!));
  if (group === 1 && kernel.length === 2 && dilations.every((each) => each === 1)) {
    const full = extents.map(
      (extent, axis) => strides[axis]! * (extent - 1) + reaches[axis]! + extra[axis]!,
    ) as [number, number];
    return channelsFirst(
      tf,
      tf.conv2dTranspose(
        channelsLast(tf, x) as Tensor4D,
        kernelLast(tf, w) as Tensor4D,
        [n, ...full, mg],
        strides as [number, number],
        "valid",
      ),
    );
  }
  const spread = extents.reduce((each, _, axis) => withGaps(tf, each, axis + 2, strides[axis]!), x);
  const margins = [
    ...reaches.map((span) => span - 1),
    ...reaches.map((span, axis) => span - 1 + extra[axis]!),
  ];
  const grouped = tf.reshape(w, [group, c / group, mg, sizeOf(kernel)]);
  // Turned about all axes is reversed in row-major order.
  const turned = tf.reverse(tf.transpose(grouped, [0, 2, 1, 3]), 3);
  const weights = tf.reshape(turned, [group * mg, c / group, ...kernel]);
  const ones = kernel.map(() => 1);
  return convolved(tf, spread, weights, { strides: ones, pads: margins, dilations, group });
}

/** step − 1 zeros between neighbours along an axis. */
function withGaps(tf: Tfjs, x: Held, axis: number, step: number): Held {
  const extent = x.shape[axis]!;
  if (step === 1 || extent === 1) return x;
  const [outer, inner] = [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis + 1))];
  const wide = tf.pad(tf.reshape(x, [outer, extent, 1, inner]), [
    [0, 0],
    [0, 0],
    [0, step - 1],
    [0, 0],
  ]);
  const spaced = tf.reshape(wide, [outer, extent * step, inner]);
  const kept = (extent - 1) * step + 1;
  const shape = [...x.shape.slice(0, axis), kept, ...x.shape.slice(axis + 1)];
  return tf.reshape(tf.slice(spaced, [0, 0, 0], [outer, kept, inner]), shape);
}
