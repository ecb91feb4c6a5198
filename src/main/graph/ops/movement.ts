/** Operators that only move elements: linear, with their transposes among themselves (and Pad). */
import { sizeOf, stridesOf } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { ShapeError, type Numbers, type OpRule } from "../rule";
import {
  broadcastShape,
  broadcastStrides,
  commonDType,
  expectAxes,
  expectAxis,
  expectInputs,
  inversePermutation,
  sameShape,
} from "./shapes";
import { walk } from "./walk";

/** Reshape-21 to a full shape (no 0 or −1).  x̄ = ȳ in the shape of x. */
export const Reshape: OpRule<{ shape: readonly number[] }> = {
  infer(inputs, { shape }) {
    expectInputs(inputs, 1);
    const x = inputs[0]!;
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      throw new ShapeError(
        `[${x.shape.join(", ")}] has ${sizeOf(x.shape)} elements, [${shape.join(", ")}] ${sizeOf(shape)}`,
      );
    }
    return [{ dtype: x.dtype, shape }];
  },
  vjp: (g, { inputs: [x], cotangents: [dy] }) => [g.reshape(dy!, x!.shape)],
  jvp: (g, { tangents: [dx], attrs }) => [g.reshape(dx!, attrs.shape)],
  batch: (g, { inputs: [x], size, attrs }) => [g.reshape(x!, [size, ...attrs.shape])],
  kernel: ([x]) => [x!.data],
  // allowzero, since an extent of 0 means 0 here and not "as before".
  onnx: ({ shape }) => ({
    attributes: { allowzero: 1 },
    constants: [{ dtype: "int64", shape: [shape.length], data: shape }],
  }),
  work: () => 0,
};

/** Transpose-21. y[i_perm] = x[i];  x̄ = ȳ transposed by the inverse permutation. */
export const Transpose: OpRule<{ perm: readonly number[] }> = {
  infer(inputs, { perm }) {
    expectInputs(inputs, 1);
    const x = inputs[0]!;
    expectAxes(perm, x.shape.length);
    if (perm.length !== x.shape.length) {
      throw new ShapeError(`permutation ${perm.join(", ")} of ${x.shape.length} axes`);
    }
    return [{ dtype: x.dtype, shape: perm.map((axis) => x.shape[axis]!) }];
  },
  vjp: (g, { cotangents: [dy], attrs }) => [g.transpose(dy!, inversePermutation(attrs.perm))],
  jvp: (g, { tangents: [dx], attrs }) => [g.transpose(dx!, attrs.perm)],
  batch: (g, { inputs: [x], attrs }) => [
    g.transpose(x!, [0, ...attrs.perm.map((axis) => axis + 1)]),
  ],
  kernel([x], { perm }, [y]) {
    const strides = stridesOf(x!.shape);
    return [
      gathered(
        x!,
        y!.shape,
        perm.map((axis) => strides[axis]!),
      ),
    ];
  },
};

/** Expand-13 to a full shape, which x must broadcast to.  x̄ = ȳ summed over the stretched axes. */
export const Expand: OpRule<{ shape: readonly number[] }> = {
  infer(inputs, { shape }) {
    expectInputs(inputs, 1);
    const x = inputs[0]!;
    if (!sameShape(broadcastShape([x.shape, shape]), shape)) {
      throw new ShapeError(`[${x.shape.join(", ")}] does not expand to [${shape.join(", ")}]`);
    }
    return [{ dtype: x.dtype, shape }];
  },
  vjp: (g, { inputs: [x], cotangents: [dy] }) => [g.sumTo(dy!, x!.shape)],
  jvp: (g, { tangents: [dx], attrs }) => [g.expand(dx!, attrs.shape)],
  batch(g, { inputs: [x], size, attrs }) {
    const sample = x!.shape.slice(1);
    const ones = new Array<number>(attrs.shape.length - sample.length).fill(1);
    return [g.expand(g.reshape(x!, [size, ...ones, ...sample]), [size, ...attrs.shape])];
  },
  kernel: ([x], { shape }) => [gathered(x!, shape, broadcastStrides(x!.shape, shape))],
  onnx: ({ shape }) => ({ constants: [{ dtype: "int64", shape: [shape.length], data: shape }] }),
};

/** y of `shape`, its elements read from x by strides. */
function gathered(
  x: Numbers,
  shape: readonly number[],
  strides: readonly number[],
  base = 0,
): Float64Array {
  const y = new Float64Array(sizeOf(shape));
  let at = 0;
  walk(
    shape,
    [strides],
    (offsets, steps, length) => {
      const from = offsets[0]!;
      const step = steps[0]!;
      if (step === 1) y.set(x.data.subarray(from, from + length), at);
      else for (let k = 0; k < length; k++) y[at + k] = x.data[from + k * step]!;
      at += length;
    },
    [base],
  );
  return y;
}

/**
 * One entry an axis that is cut; the elements taken are start, start + step … before end. Resolved: starts are
 * indices of the axis, and with a negative step the end may be −1, before the first element.
 */
export type SliceAttributes = {
  axes: readonly number[];
  starts: readonly number[];
  ends: readonly number[];
  steps: readonly number[];
};

/** Slice-13 with static bounds.  x̄ = ȳ put back among zeros. */
export const Slice: OpRule<SliceAttributes> = {
  infer(inputs, attrs) {
    expectInputs(inputs, 1);
    const { dtype, shape } = inputs[0]!;
    expectAxes(attrs.axes, shape.length);
    const result = [...shape];
    attrs.axes.forEach((axis, i) => {
      const [start, end, step] = [attrs.starts[i]!, attrs.ends[i]!, attrs.steps[i]!];
      const extent = Math.max(0, Math.ceil((end - start) / step));
      const last = start + (extent - 1) * step;
      if (step === 0) throw new ShapeError("steps by 0");
      if (extent > 0 && (start < 0 || start >= shape[axis]! || last < 0 || last >= shape[axis]!)) {
        throw new ShapeError(
          `${start}:${end}:${step} leaves axis ${axis} of [${shape.join(", ")}]`,
        );
      }
      result[axis] = extent;
    });
    return [{ dtype, shape: result }];
  },
  vjp: (g, { inputs: [x], cotangents: [dy], attrs }) => [unslice(g, dy!, x!.shape, attrs)],
  jvp: (g, { tangents: [dx], attrs }) => g.node("Slice", [dx!], attrs),
  batch: (g, { inputs, attrs }) =>
    g.node("Slice", inputs, { ...attrs, axes: attrs.axes.map((axis) => axis + 1) }),
  kernel([x], { axes, starts, steps }, [y]) {
    const strides = stridesOf(x!.shape);
    let base = 0;
    axes.forEach((axis, i) => {
      base += starts[i]! * strides[axis]!;
      strides[axis]! *= steps[i]!;
    });
    return [gathered(x!, y!.shape, strides, base)];
  },
  onnx({ axes, starts, ends, steps }, [x]) {
    const vector = (data: readonly number[]) =>
      ({ dtype: "int64", shape: [data.length], data }) as const;
    // In ONNX an end of −1 is the last element; what lies before the first is any lower number.
    const written = ends.map((end, i) => (end < 0 ? -x!.shape[axes[i]!]! - 1 : end));
    return { constants: [vector(starts), vector(written), vector(axes), vector(steps)] };
  },
};

/** The transpose of Slice: `dy` at its places in zeros of `shape`. */
function unslice(
  g: Builder,
  dy: Value,
  shape: readonly number[],
  { axes, starts, steps }: SliceAttributes,
): Value {
  const before = shape.map(() => 0);
  const after = shape.map(() => 0);
  let spaced = dy;
  axes.forEach((axis, i) => {
    const taken = dy.shape[axis]!;
    const step = Math.abs(steps[i]!);
    if (steps[i]! < 0) spaced = g.flip(spaced, [axis]);
    spaced = withGaps(g, spaced, axis, step);
    const first = steps[i]! > 0 ? starts[i]! : starts[i]! - (taken - 1) * step;
    before[axis] = taken === 0 ? 0 : first;
    after[axis] = shape[axis]! - before[axis] - spaced.shape[axis]!;
  });
  return g.pad(spaced, [...before, ...after]);
}

/** step − 1 zeros between neighbours along an axis. */
function withGaps(g: Builder, x: Value, axis: number, step: number): Value {
  const extent = x.shape[axis]!;
  if (step === 1 || extent <= 1) return x;
  const split = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const pads = new Array<number>(2 * split.length).fill(0);
  pads[split.length + axis + 1] = step - 1;
  const joined = x.shape.map((each, at) => (at === axis ? extent * step : each));
  const spaced = g.reshape(g.pad(g.reshape(x, split), pads), joined);
  return g.slice(spaced, [{ axis, end: (extent - 1) * step + 1 }]);
}

/** Concat-13.  Each x̄ is its slice of ȳ. */
export const Concat: OpRule<{ axis: number }> = {
  infer(inputs, { axis }) {
    if (inputs.length === 0) throw new ShapeError("takes at least one input");
    const dtype = commonDType(inputs);
    const shape = [...inputs[0]!.shape];
    expectAxis(axis, shape.length);
    for (const other of inputs.slice(1)) {
      const fits =
        other.shape.length === shape.length &&
        other.shape.every((extent, at) => at === axis || extent === shape[at]);
      if (!fits) {
        throw new ShapeError(
          `[${other.shape.join(", ")}] does not continue [${inputs[0]!.shape.join(", ")}] along axis ${axis}`,
        );
      }
      shape[axis]! += other.shape[axis]!;
    }
    return [{ dtype, shape }];
  },
  vjp(g, { inputs, cotangents: [dy], attrs: { axis }, wanted }) {
    let start = 0;
    return inputs.map((x, i) => {
      const end = start + x.shape[axis]!;
      const part = wanted[i] ? g.slice(dy!, [{ axis, start, end }]) : null;
      start = end;
      return part;
    });
  },
  jvp: (g, { inputs, tangents, attrs }) => [
    g.concat(
      inputs.map((x, i) => tangents[i] ?? g.zeros(x)),
      attrs.axis,
    ),
  ],
  batch: (g, { inputs, batched, size, attrs }) => [
    g.concat(
      inputs.map((x, i) => (batched[i] ? x : g.expand(x, [size, ...x.shape]))),
      attrs.axis + 1,
    ),
  ],
  kernel(inputs, { axis }, [y]) {
    const out = new Float64Array(sizeOf(y!.shape));
    const stride = sizeOf(y!.shape.slice(axis));
    let start = 0;
    for (const x of inputs) {
      const block = sizeOf(x.shape.slice(axis));
      for (let from = 0, to = start; from < x.data.length; from += block, to += stride) {
        out.set(x.data.subarray(from, from + block), to);
      }
      start += block;
    }
    return [out];
  },
};
