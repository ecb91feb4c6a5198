/**
 * Reading by index. Along an axis, indices count from 0, negative ones from the end. The transposes are the
 * scatters of scatter.ts with reduction "add", so an element that is read twice collects both cotangents.
 */
import { sizeOf, stridesOf } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { ShapeError, type OpRule } from "../rule";
import { elementOffsets, tupleOffsets, wrapped } from "./positions";
import { expectAxis, expectInputs, inversePermutation, range, sameShape } from "./shapes";

/** Gather-13. y[…, i, …] = x[…, index[i], …], the axes of `index` standing in for `axis`. */
export const Gather: OpRule<{ axis: number }> = {
  infer(inputs, { axis }) {
    expectInputs(inputs, 2);
    const [x, index] = inputs;
    expectAxis(axis, x!.shape.length);
    if (!["int32", "int64"].includes(index!.dtype)) throw new ShapeError("takes integer indices");
    const shape = [...x!.shape.slice(0, axis), ...index!.shape, ...x!.shape.slice(axis + 1)];
    return [{ dtype: x!.dtype, shape }];
  },
  vjp: (g, { inputs: [x, index], cotangents: [dy], attrs: { axis } }) => [
    scattered(g, x!, index!, dy!, axis),
    null,
  ],
  jvp: (g, { inputs: [, index], tangents: [dx], attrs }) => [
    dx === null ? null : g.gather(dx!, index!, attrs.axis),
  ],
  batch(g, { inputs: [x, index], batched, attrs: { axis } }) {
    if (!batched[1]) return [g.gather(x!, index!, axis + 1)];
    const rank = index!.shape.length;
    if (!batched[0]) {
      // The axes of x before `axis` come first; those of the index, with the batch axis, behind them.
      const y = g.gather(x!, index!, axis);
      const others = range(y.shape.length).filter((each) => each !== axis);
      return [g.transpose(y, [axis, ...others])];
    }
    // Both: tuples (i) into [size, extent, rest…] one a sample, then the index axes go back to their place.
    const rest = range(x!.shape.length).filter((each) => each !== 0 && each !== axis + 1);
    const front = g.transpose(x!, [0, axis + 1, ...rest]);
    const tuples = g.reshape(g.cast(index!, "int64"), [...index!.shape, 1]);
    const [y] = g.node("GatherND", [front, tuples], { batch_dims: 1 });
    const before = range(axis).map((each) => rank + each);
    const middle = range(rank - 1).map((each) => 1 + each);
    const after = range(x!.shape.length - 2 - axis).map((each) => rank + axis + each);
    return [g.transpose(y!, [0, ...before, ...middle, ...after])];
  },
  kernel([x, index], { axis }, [y]) {
    const out = new Float64Array(sizeOf(y!.shape));
    const extent = x!.shape[axis]!;
    const block = sizeOf(x!.shape.slice(axis + 1));
    const places = Array.from(index!.data, (i) => wrapped(i, extent) * block);
    let at = 0;
    for (let start = 0; start < x!.data.length; start += extent * block) {
      for (const place of places) {
        out.set(x!.data.subarray(start + place, start + place + block), at);
        at += block;
      }
    }
    return [out];
  },
};

/** The transpose of Gather: the axis in front, rows added at their indices, the axis back. */
function scattered(g: Builder, x: Value, index: Value, dy: Value, axis: number): Value {
  const rank = index.shape.length;
  const picked = range(rank).map((each) => axis + each);
  const others = range(dy.shape.length).filter((each) => !picked.includes(each));
  const updates = g.transpose(dy, [...picked, ...others]);
  const perm = [axis, ...range(x.shape.length).filter((each) => each !== axis)];
  const zeros = g.zeros({ dtype: x.dtype, shape: perm.map((each) => x.shape[each]!) });
  const tuples = g.reshape(g.cast(index, "int64"), [...index.shape, 1]);
  const [sum] = g.node("ScatterND", [zeros, tuples, updates], { reduction: "add" });
  return g.transpose(sum!, inversePermutation(perm));
}

/** GatherElements-13. y[i, j, …] = x[index[i, j, …], j, …] for axis 0; the result has the shape of the index. */
export const GatherElements: OpRule<{ axis: number }> = {
  infer(inputs, { axis }) {
    expectInputs(inputs, 2);
    const [x, index] = inputs;
    expectAxis(axis, x!.shape.length);
    expectWithin(index!.shape, x!.shape, axis);
    if (!["int32", "int64"].includes(index!.dtype)) throw new ShapeError("takes integer indices");
    return [{ dtype: x!.dtype, shape: index!.shape }];
  },
  vjp: (g, { inputs: [x, index], cotangents: [dy], attrs: { axis } }) => [
    g.node("ScatterElements", [g.zeros(x!), index!, dy!], { axis, reduction: "add" })[0]!,
    null,
  ],
  jvp: (g, { inputs: [, index], tangents: [dx], attrs }) =>
    dx === null ? [null] : g.node("GatherElements", [dx!, index!], attrs),
  batch: (g, { inputs, batched, size, attrs }) =>
    g.node("GatherElements", stretched(g, inputs, batched, size), { axis: attrs.axis + 1 }),
  kernel([x, index], { axis }) {
    const offsets = elementOffsets(index!, x!.shape, axis);
    return [Float64Array.from(offsets, (offset) => x!.data[offset]!)];
  },
};

/** Indices of `shape` address elements of `within`: no longer in any axis but `axis`. */
export function expectWithin(
  shape: readonly number[],
  within: readonly number[],
  axis: number,
): void {
  const fits =
    shape.length === within.length &&
    shape.every((extent, at) => at === axis || extent <= within[at]!);
  if (!fits) {
    throw new ShapeError(
      `indices [${shape.join(", ")}] reach beyond [${within.join(", ")}] off axis ${axis}`,
    );
  }
}

/** Every input with the batch axis. */
export function stretched(
  g: Builder,
  inputs: readonly Value[],
  batched: readonly boolean[],
  size: number,
): Value[] {
  return inputs.map((x, i) => (batched[i] ? x : g.expand(x, [size, ...x.shape])));
}

/**
 * GatherND-13. The last axis of the index holds tuples that address the leading axes of x behind the
 * `batch_dims` axes common to both; each picks the block of the remaining axes.
 */
export const GatherND: OpRule<{ batch_dims: number }> = {
  infer(inputs, { batch_dims: common }) {
    expectInputs(inputs, 2);
    const [x, index] = inputs;
    const tuple = index!.shape.at(-1) ?? 0;
    if (index!.dtype !== "int64") throw new ShapeError("takes int64 indices");
    if (tuple < 1 || index!.shape.length <= common || common + tuple > x!.shape.length) {
      throw new ShapeError(
        `indices [${index!.shape.join(", ")}] do not address [${x!.shape.join(", ")}]`,
      );
    }
    if (!sameShape(x!.shape.slice(0, common), index!.shape.slice(0, common))) {
      throw new ShapeError(`the first ${common} axes differ`);
    }
    const shape = [...index!.shape.slice(0, -1), ...x!.shape.slice(common + tuple)];
    return [{ dtype: x!.dtype, shape }];
  },
  vjp(g, { inputs: [x, index], cotangents: [dy], attrs: { batch_dims: common } }) {
    let tuples = index!;
    for (let axis = common - 1; axis >= 0; axis--) tuples = numbered(g, tuples, axis);
    return [g.node("ScatterND", [g.zeros(x!), tuples, dy!], { reduction: "add" })[0]!, null];
  },
  jvp: (g, { inputs: [, index], tangents: [dx], attrs }) =>
    dx === null ? [null] : g.node("GatherND", [dx!, index!], attrs),
  batch(g, { inputs, batched, size, attrs: { batch_dims: common } }) {
    if (!batched[0] && common === 0) return g.node("GatherND", inputs, { batch_dims: 0 });
    return g.node("GatherND", stretched(g, inputs, batched, size), { batch_dims: common + 1 });
  },
  kernel([x, index], { batch_dims: common }, [y]) {
    const out = new Float64Array(sizeOf(y!.shape));
    const tuple = index!.shape.at(-1)!;
    const block = sizeOf(x!.shape.slice(common + tuple));
    const batches = sizeOf(x!.shape.slice(0, common));
    const rows = sizeOf(index!.shape.slice(common, -1));
    const offsets = tupleOffsets(index!, x!.shape.slice(common));
    const stride = common === 0 ? 0 : stridesOf(x!.shape)[common - 1]!;
    offsets.forEach((offset, row) => {
      const from = offset + (batches > 1 ? Math.floor(row / rows) * stride : 0);
      out.set(x!.data.subarray(from, from + block), row * block);
    });
    return [out];
  },
};

/** Index tuples with the position along `axis` of the index put in front of each. */
export function numbered(g: Builder, tuples: Value, axis: number): Value {
  const column = [...tuples.shape.slice(0, -1), 1];
  const numbers = g.indices(
    range(tuples.shape[axis]!),
    column.map((extent, at) => (at === axis ? extent : 1)),
  );
  return g.concat([g.expand(numbers, column), tuples], tuples.shape.length - 1);
}
