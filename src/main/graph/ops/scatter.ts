/**
 * Writing by index into a copy of the data. With reduction "none" an index must not repeat (ONNX leaves the
 * result open then, and the derivatives here rely on it); with the others it may.
 */
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { ShapeError, type BatchContext, type JvpContext, type OpRule } from "../rule";
import { expectWithin, numbered, stretched } from "./gather";
import { elementOffsets, tupleOffsets } from "./positions";
import { commonDType, expectAxis, expectInputs, sameShape } from "./shapes";

/** What becomes of an element y when an update u arrives at it. */
const reductions = {
  none: (_: number, u: number) => u,
  add: (y: number, u: number) => y + u,
  mul: (y: number, u: number) => y * u,
  max: (y: number, u: number) => Math.max(y, u),
  min: (y: number, u: number) => Math.min(y, u),
};
export type Reduction = keyof typeof reductions;
export type ScatterElementsAttributes = { axis: number; reduction: Reduction };
/** The other reductions go through ScatterElements, see `scatterFlat` in ../rewrite.ts. */
export type ScatterNDAttributes = { reduction: "none" | "add" };

/**
 * ScatterElements-18. y = data, then y[index[i, j, …], j, …] ← updates[i, j, …] for axis 0, or +=, ×= and so on.
 * Equal extrema share the derivative evenly, as in PyTorch's scatter_reduce.
 */
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
  vjp(g, { inputs, outputs: [y], cotangents: [dy], attrs, wanted }) {
    const [, index, updates] = inputs;
    const arriving = (): Value => elementsAt(g, dy!, index!, attrs.axis);
    if (!isLinear(attrs)) {
      const { kept, taken } = slopes(g, inputs, y!, attrs);
      return [g.mul(dy!, kept), null, wanted[2] ? g.mul(arriving(), taken) : null];
    }
    return [
      attrs.reduction === "add"
        ? dy!
        : g.node("ScatterElements", [dy!, index!, g.zeros(updates!)], attrs)[0]!,
      null,
      wanted[2] ? arriving() : null,
    ];
  },
  jvp(g, context) {
    const { inputs, outputs, attrs } = context;
    const moved = tangentsOf(g, context);
    if (isLinear(attrs)) return g.node("ScatterElements", moved, attrs);
    const { kept, taken } = slopes(g, inputs, outputs[0]!, attrs);
    return [addedElements(g, g.mul(moved[0]!, kept), inputs[1]!, g.mul(moved[2]!, taken), attrs)];
  },
  batch: (g, { inputs, batched, size, attrs }) =>
    g.node("ScatterElements", stretched(g, inputs, batched, size), {
      ...attrs,
      axis: attrs.axis + 1,
    }),
  kernel([data, index, updates], { axis, reduction }) {
    const y = data!.data.slice();
    const join = reductions[reduction];
    elementOffsets(index!, data!.shape, axis).forEach((offset, i) => {
      y[offset] = join(y[offset]!, updates!.data[i]!);
    });
    return [y];
  },
};

/** Whether the result is linear in data and updates together. */
function isLinear({ reduction }: ScatterElementsAttributes): boolean {
  return reduction === "none" || reduction === "add";
}

function elementsAt(g: Builder, x: Value, index: Value, axis: number): Value {
  return g.node("GatherElements", [x, index], { axis })[0]!;
}

function addedElements(
  g: Builder,
  x: Value,
  index: Value,
  updates: Value,
  { axis }: ScatterElementsAttributes,
): Value {
  return g.node("ScatterElements", [x, index, updates], { axis, reduction: "add" })[0]!;
}

/** ∂y/∂data, of data's shape, and ∂y[index]/∂update, of the updates' shape, for the reductions that are not linear. */
function slopes(
  g: Builder,
  [data, index, updates]: readonly Value[],
  y: Value,
  attrs: ScatterElementsAttributes,
): { kept: Value; taken: Value } {
  const { dtype } = y;
  const at = (x: Value): Value => elementsAt(g, x, index!, attrs.axis);
  const add = (x: Value, more: Value): Value => addedElements(g, x, index!, more, attrs);
  if (attrs.reduction !== "mul") {
    const kept = g.cast(g.equal(data!, y), dtype);
    const taken = g.cast(g.equal(updates!, at(y)), dtype);
    const ties = add(kept, taken);
    return { kept: g.div(kept, ties), taken: g.div(taken, at(ties)) };
  }
  const multiplied = (x: Value, by: Value): Value =>
    g.node("ScatterElements", [x, index!, by], attrs)[0]!;
  // The product without one factor: divided by it where it is not 0, else without all zeros, if it is the only one.
  const zero = g.equal(updates!, 0);
  const filled = g.where(zero, 1, updates!);
  const isZero = g.cast(zero, dtype);
  const otherZeros = g.sub(at(add(g.zeros(y), isZero)), isZero);
  const others = g.div(at(multiplied(data!, filled)), filled);
  return {
    kept: multiplied(g.full(data!, 1), updates!),
    taken: g.where(g.greater(otherZeros, 0), 0, others),
  };
}

/** Data and updates moved, or zero where they stand still. */
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
