/** Operators that only move elements: slices, pads, repetitions. */
import { sizeOf } from "../../../../shared/tensor";
import type { PadMode } from "../../../graph/ops/pad";
import type { SliceAttributes } from "../../../graph/ops/movement";
import type { Held, Lowering, Tfjs } from "./lowering";

export const reshape: Lowering<unknown> = (tf, [x], { outputs: [y] }) => [
  tf.reshape(x!, [...y!.shape]),
];

export const transpose: Lowering<{ perm: readonly number[] }> = (tf, [x], { attrs: { perm } }) => [
  tf.transpose(x!, [...perm]),
];

export const expand: Lowering<unknown> = (tf, [x], { outputs: [y] }) => [
  tf.broadcastTo(x!, [...y!.shape] as [number]),
];

export const concat: Lowering<{ axis: number }> = (tf, inputs, { attrs: { axis } }) => [
  tf.concat([...inputs], axis),
];

/** Elements start, start + step … of one axis, `count` of them; step is positive. */
export interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

export function cut(tf: Tfjs, x: Held, cuts: readonly Cut[]): Held {
  const begin = x.shape.map(() => 0);
  const end = [...x.shape];
  const step = x.shape.map(() => 1);
  for (const { axis, start, count, step: stride } of cuts) {
    begin[axis] = start;
    end[axis] = start + (count - 1) * stride + 1;
    step[axis] = stride;
  }
  if (begin.every((first, axis) => first === 0 && end[axis] === x.shape[axis] && step[axis] === 1))
    return x;
  if (step.every((stride) => stride === 1)) {
    return tf.slice(
      x,
      begin,
      end.map((last, axis) => last - begin[axis]!),
    );
  }
  return tf.stridedSlice(x, begin, end, step);
}

/** Where a step is negative the same elements are taken forwards, then reversed. */
export const slice: Lowering<SliceAttributes> = (tf, [x], { attrs, outputs: [y] }) => {
  const { axes, starts, steps } = attrs;
  const cuts = axes.map((axis, i) => {
    const count = y!.shape[axis]!;
    const [start, step] = [starts[i]!, steps[i]!];
    return {
      axis,
      start: step < 0 ? start + (count - 1) * step : start,
      count,
      step: Math.abs(step),
    };
  });
  const reversed = axes.filter((_, i) => steps[i]! < 0);
  const taken = cut(tf, x!, cuts);
  return [reversed.length === 0 ? taken : tf.reverse(taken, reversed)];
};

/** Widens by `value`; [begin of each axis…, end of each axis…]. */
export function padded(tf: Tfjs, x: Held, pads: readonly number[], value = 0): Held {
  if (pads.every((pad) => pad === 0)) return x;
  return tf.pad(
    x,
    x.shape.map((_, axis) => [pads[axis]!, pads[x.rank + axis]!] as [number, number]),
    value,
  );
}

/** tfjs continues by a constant, and by mirror images in few ranks; here axis by axis, from slices. */
export const pad: Lowering<{ pads: readonly number[]; mode: PadMode; value: number }> = (
  tf,
  [x],
  { attrs: { pads, mode, value } },
) => {
  if (mode === "constant") return [padded(tf, x!, pads, value)];
  const continued = x!.shape.reduce((wide, extent, axis) => {
    const [before, after] = [pads[axis]!, pads[x!.rank + axis]!];
    const piece = (start: number, count: number): Held[] =>
      count === 0 ? [] : [cut(tf, wide, [{ axis, start, count, step: 1 }])];
    const turned = (pieces: Held[]): Held[] => pieces.map((each) => tf.reverse(each, axis));
    const sides = {
      edge: () => [
        [...Array<Held[]>(before).fill(piece(0, 1))].flat(),
        [...Array<Held[]>(after).fill(piece(extent - 1, 1))].flat(),
      ],
      reflect: () => [turned(piece(1, before)), turned(piece(extent - 1 - after, after))],
      wrap: () => [piece(extent - before, before), piece(0, after)],
    };
    const [left, right] = sides[mode]();
    return tf.concat([...left!, wide, ...right!], axis);
  }, x!);
  return [continued];
};

/** Every element `factor` times in a row along each axis; one axis after the other, since TensorFlow tiles few axes. */
export const resize: Lowering<{ factors: readonly number[] }> = (tf, [x], { attrs, outputs }) => {
  const repeated = attrs.factors.reduce((each, factor, axis) => {
    if (factor === 1) return each;
    const inner = sizeOf(x!.shape.slice(axis + 1));
    const blocks = tf.reshape(each, [each.size / inner, 1, inner]);
    return tf.tile(blocks, [1, factor, 1]);
  }, x!);
  return [tf.reshape(repeated, [...outputs[0]!.shape])];
};
