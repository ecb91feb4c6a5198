/**
 * Gathers and scatters. All but Gather address the row-major data by one flat index a row, which is computed from
 * what the operator is given; tfjs then needs one gather or scatter of rows.
 */
import { sizeOf, stridesOf } from "../../../../shared/tensor";
import type { ScatterElementsAttributes, ScatterNDAttributes } from "../../../graph/ops/scatter";
import { range } from "../../../graph/ops/shapes";
import { wrapped } from "./elementwise";
import {
  numbersAlong,
  whole,
  type Held,
  type Lowering,
  type PartialLowering,
  type Tfjs,
} from "./lowering";

export const gather: Lowering<{ axis: number }> = (tf, [x, index], { attrs: { axis } }) => [
  tf.gather(x!, wrapped(tf, index!, x!.shape[axis]!), axis),
];

/** Numbers 0, stride, 2·stride … along one axis of a tensor of `rank`. */
function counted(tf: Tfjs, extent: number, stride: number, axis: number, rank: number): Held {
  const numbers = Int32Array.from({ length: extent }, (_, i) => i * stride);
  return numbersAlong(tf, numbers, axis, rank);
}

/** For every element of `index` the flat index of the element of `shape` at its own place but for `axis`. */
function elementPlaces(tf: Tfjs, index: Held, shape: readonly number[], axis: number): Held {
  const strides = stridesOf(shape);
  const along = tf.mul(wrapped(tf, index, shape[axis]!), whole(tf, strides[axis]!));
  return range(shape.length)
    .filter((other) => other !== axis && index.shape[other]! > 1)
    .reduce(
      (sum, other) =>
        tf.add(sum, counted(tf, index.shape[other]!, strides[other]!, other, shape.length)),
      along,
    );
}

export const gatherElements: Lowering<{ axis: number }> = (tf, [x, index], { attrs: { axis } }) => {
  const places = elementPlaces(tf, index!, x!.shape, axis);
  return [tf.gather(tf.reshape(x!, [x!.size]), places)];
};

/** For every tuple along the last axis of `index` the flat index of its row among axes of these extents. */
function tuplePlaces(tf: Tfjs, index: Held, extents: readonly number[]): Held {
  const extent = tf.tensor(Int32Array.from(extents), [extents.length], "int32");
  const positive = tf.where(tf.less(index, whole(tf, 0)), tf.add(index, extent), index);
  const strides = tf.tensor(Int32Array.from(stridesOf(extents)), [extents.length], "int32");
  return tf.sum(tf.mul(positive, strides), -1);
}

export const gatherND: Lowering<{ batch_dims: number }> = (
  tf,
  [x, index],
  { attrs: { batch_dims: common }, outputs },
) => {
  const tuple = index!.shape.at(-1)!;
  const addressed = x!.shape.slice(common, common + tuple);
  const strides = stridesOf(x!.shape.slice(0, common + tuple));
  const places = range(common).reduce(
    (sum, axis) => tf.add(sum, counted(tf, x!.shape[axis]!, strides[axis]!, axis, index!.rank - 1)),
    tuplePlaces(tf, index!, addressed),
  );
  const rows = sizeOf(x!.shape.slice(0, common + tuple));
  const picked = tf.gather(
    tf.reshape(x!, [rows, x!.size / rows]),
    tf.reshape(places, [places.size]),
  );
  return [tf.reshape(picked, [...outputs[0]!.shape])];
};

/**
 * Rows [count, length] written into the data's [rows, length] at their places, or added there. tf.scatterND adds up
 * rows of one place among zeros; what it reached is found by scattering ones.
 */
function scattered(
  tf: Tfjs,
  data: Held,
  places: Held,
  updates: Held,
  rows: number,
  adds: boolean,
): Held {
  const count = places.size;
  const shape: [number, number] = [rows, data.size / rows];
  const at = tf.reshape(places, [count, 1]);
  // Bools add as numbers, and come back below.
  const numbers = data.dtype === "bool" ? tf.cast(updates, "int32") : updates;
  const sum = tf.scatterND(at, tf.reshape(numbers, [count, shape[1]]), shape);
  const before = tf.reshape(data, shape);
  if (adds) return tf.reshape(tf.add(before, sum), data.shape);
  const reached = tf.greater(tf.scatterND(at, tf.ones([count, 1]), [rows, 1]), 0);
  return tf.reshape(tf.where(reached, tf.cast(sum, data.dtype), before), data.shape);
}

export const scatterElements: PartialLowering<ScatterElementsAttributes> = {
  lower(tf, [data, index, updates], { attrs: { axis, reduction } }) {
    const places = elementPlaces(tf, index!, data!.shape, axis);
    return [scattered(tf, data!, places, updates!, data!.size, reduction === "add")];
  },
  // tfjs cannot scatter by product, maximum or minimum.
  onHost: ({ attrs: { reduction } }) => reduction !== "none" && reduction !== "add",
};

export const scatterND: Lowering<ScatterNDAttributes> = (
  tf,
  [data, index, updates],
  { attrs: { reduction } },
) => {
  const addressed = data!.shape.slice(0, index!.shape.at(-1));
  const places = tuplePlaces(tf, index!, addressed);
  return [scattered(tf, data!, places, updates!, sizeOf(addressed), reduction === "add")];
};
