/**
 * Writing by index into a copy of the data. With reduction "none" an index must not repeat (ONNX leaves the
 * result open then, and the derivatives here rely on it); with "add" it may.
 */
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { ShapeError, type BatchContext, type JvpContext, type OpRule } from "../rule";
import { expectWithin, numbered, stretched } from "./gather";
import { elementOffsets, tupleOffsets } from "./positions";
import { commonDType, expectAxis, expectInputs, sameShape } from "./shapes";

type Reduction = "none" | "add";
export type ScatterElementsAttributes = { axis: number; reduction: Reduction };
export type ScatterNDAttributes = { reduction: Reduction };

/** ScatterElements-18. y = data, then y[index[i, j, …], j, …] ← or += updates[i, j, …] for axis 0. */
export const ScatterElements: OpRule<ScatterElementsAttributes> = {
  infer(inputs, { axis }) {
    expectInputs(inputs, 3);
    const [data, index, updates] = inputs;
    const dtype = commonDType([data!, updates!]);
    expectAxis(axis, data!.shape.length);
    expectWithin(index!.shape, data!.shape, axis);
    if (!["int32", "int64"].includes(index!.dtype)) throw new ShapeError("takes integer indices");
    if (!sameShape(index!.shape, updates!.shape)) {
      throw new ShapeError(
        `updates [${updates!.shape.join(", ")}] for indices [${index!.shape.join(", ")}]`,
      );
    }
    return [{ dtype, shape: data!.shape }];
  },
  vjp(g, { inputs: [, index, updates], cotangents: [dy], attrs, wanted }) {
    const { axis, reduction } = attrs;
    return [
      reduction === "add"
        ? dy!
        : g.node("ScatterElements", [dy!, index!, g.zeros(updates!)], attrs)[0]!,
      null,
      wanted[2] ? g.node("GatherElements", [dy!, index!], { axis })[0]! : null,
    ];
  },
  jvp: (g, context) => g.node("ScatterElements", tangentsOf(g, context), context.attrs),
  batch: (g, { inputs, batched, size, attrs }) =>
    g.node("ScatterElements", stretched(g, inputs, batched, size), {
      ...attrs,
      axis: attrs.axis + 1,
    }),
  kernel([data, index, updates], { axis, reduction }) {
    const y = data!.data.slice();
    elementOffsets(index!, data!.shape, axis).forEach((offset, i) => {
      y[offset] = updates!.data[i]! + (reduction === "add" ? y[offset]! : 0);
    });
    return [y];
  },
};

/** Scatters are linear in data and updates together. */
function tangentsOf<A>(g: Builder, { inputs, tangents }: JvpContext<A>): Value[] {
  return inputs.map((x, i) => (i === 1 ? x : (tangents[i] ?? g.zeros(x))));
}

/** ScatterND-18. y = data, then the block of y at each tuple of the index ← or += its block of updates. */
export const ScatterND: OpRule<ScatterNDAttributes> = {
  infer(inputs) {
    expectInputs(inputs, 3);
    const [data, index, updates] = inputs;
    const dtype = commonDType([data!, updates!]);
    const tuple = index!.shape.at(-1) ?? 0;
    if (index!.dtype !== "int64") throw new ShapeError("takes int64 indices");
    const blocks = [...index!.shape.slice(0, -1), ...data!.shape.slice(tuple)];
    if (tuple < 1 || tuple > data!.shape.length || !sameShape(updates!.shape, blocks)) {
      throw new ShapeError(
        `updates [${updates!.shape.join(", ")}] at [${index!.shape.join(", ")}] of [${data!.shape.join(", ")}]`,
      );
    }
    return [{ dtype, shape: data!.shape }];
  },
  vjp: (g, { inputs: [, index, updates], cotangents: [dy], attrs, wanted }) => [
    attrs.reduction === "add"
      ? dy!
      : g.node("ScatterND", [dy!, index!, g.zeros(updates!)], attrs)[0]!,
    null,
    wanted[2] ? g.node("GatherND", [dy!, index!], { batch_dims: 0 })[0]! : null,
  ],
  jvp: (g, context) => g.node("ScatterND", tangentsOf(g, context), context.attrs),
  batch(g, { inputs, batched, size, attrs }: BatchContext<ScatterNDAttributes>) {
    const [data, index, updates] = stretched(g, inputs, batched, size);
    return g.node("ScatterND", [data!, numbered(g, index!, 0), updates!], attrs);
  },
  kernel([data, index, updates], { reduction }) {
    const y = data!.data.slice();
    const offsets = tupleOffsets(index!, data!.shape);
    const block = updates!.data.length / Math.max(offsets.length, 1);
    offsets.forEach((offset, row) => {
      for (let k = 0; k < block; k++) {
        const kept = reduction === "add" ? y[offset + k]! : 0;
        y[offset + k] = updates!.data[row * block + k]! + kept;
      }
    });
    return [y];
  },
};
