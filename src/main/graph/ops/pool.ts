/** Maxima and means over windows that slide along the last one to three axes. */
import { fromFloat64, isFloat, sizeOf, type TensorType } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { ShapeError, type OpRule } from "../rule";
import { expectInputs } from "./shapes";
import { expectWindow, positions, reach, slidingRuns, type WindowAttributes } from "./window";

/** Floor mode throughout: the importer turns ceil_mode into pads at the end. */
export type PoolAttributes = WindowAttributes & { kernel_shape: readonly number[] };

export type AveragePoolAttributes = PoolAttributes & {
  /** Whether pads count as zeros; if not, the mean is over the elements that a window meets. */
  count_include_pad: boolean;
};

/**
 * MaxPool-12: x [N, C, …] to y [N, C, …positions] and the int64 index of each maximum in the whole of x,
 * row-major. Of equal elements the first in row-major order counts, as in PyTorch and onnxruntime; NaN wins.
 * x̄ = ȳ added at those indices;  ẏ = ẋ read at them.
 */
export const MaxPool: OpRule<PoolAttributes> = {
  infer(inputs, attrs) {
    const type = poolType(inputs, attrs);
    return [type, { dtype: "int64", shape: type.shape }];
  },

  vjp(g, { inputs: [x], outputs: [, index], cotangents: [dy], attrs }) {
    if (dy === null || dy === undefined) return [null];
    const length = sizeOf(x!.shape);
    const flat = (value: Value): Value => g.reshape(value, [sizeOf(value.shape)]);
    // Where windows do not overlap each index comes once, and a plain scatter takes two thirds of the time.
    const reduction = overlaps(attrs) ? "add" : "none";
    const zeros = g.zeros({ dtype: dy.dtype, shape: [length] });
    const [dx] = g.node("ScatterElements", [zeros, flat(index!), flat(dy)], { axis: 0, reduction });
    return [g.reshape(dx!, x!.shape)];
  },

  jvp(g, { inputs: [x], outputs: [, index], tangents: [dx] }) {
    const flat = g.reshape(dx!, [sizeOf(x!.shape)]);
    return [g.node("Gather", [flat, index!], { axis: 0 })[0]!, null];
  },

  batch(g, { inputs: [x], size, attrs }) {
    const [y, index] = g.node("MaxPool", [merged(g, x!)], attrs) as [Value, Value];
    const apart = (value: Value): Value => separated(g, value, size);
    const offsets = Array.from({ length: size }, (_, i) => (i * sizeOf(x!.shape)) / size);
    const start = g.indices(offsets, [size, ...x!.shape.slice(1).map(() => 1)]);
    return [apart(y), g.sub(apart(index), start)];
  },

  kernel([x], attrs, [y]) {
    const big = x!.shape.slice(2);
    const small = y!.shape.slice(2);
    const runs = slidingRuns(big, small, attrs.kernel_shape, attrs);
    const best = new Float64Array(sizeOf(y!.shape)).fill(-Infinity);
    const index = new Float64Array(best.length).fill(-1);
    const [bigSize, smallSize] = [sizeOf(big), sizeOf(small)];
    for (let plane = 0; plane < y!.shape[0]! * y!.shape[1]!; plane++) {
      for (let r = 0; r < runs.count.length; r++) {
        let to = plane * smallSize + runs.small[r]!;
        const end = to + runs.count[r]!;
        for (let at = plane * bigSize + runs.big[r]!; to < end; to++, at += runs.step) {
          const value = x!.data[at]!;
          // −∞ is better than nothing, so that every window has an index.
          if (value > best[to]! || index[to]! < 0 || Number.isNaN(value)) {
            best[to] = value;
            index[to] = at;
          }
        }
      }
    }
    return [best, index];
  },

  onnx: (attrs) => ({ attributes: { ...attrs } }),
  work: (_, { kernel_shape }, [y]) => sizeOf(y!.shape) * sizeOf(kernel_shape),
};

/**
 * AveragePool-19: x [N, C, …] to y [N, C, …positions].
 * x̄: ȳ, divided by each window's count, given to all its elements.
 */
export const AveragePool: OpRule<AveragePoolAttributes> = {
  infer(inputs, attrs) {
    const type = poolType(inputs, attrs);
    if (!isFloat(type.dtype)) throw new ShapeError("takes floating-point numbers");
    return [type];
  },
  vjp: (g, { inputs: [x], cotangents: [dy], attrs }) => [dealtOut(g, dy!, x!, attrs)],
  jvp: (g, { tangents: [dx], attrs }) => g.node("AveragePool", [dx!], attrs),
  batch: (g, { inputs: [x], size, attrs }) => [
    separated(g, g.node("AveragePool", [merged(g, x!)], attrs)[0]!, size),
  ],

  kernel([x], attrs, [y]) {
    const big = x!.shape.slice(2);
    const small = y!.shape.slice(2);
    const runs = slidingRuns(big, small, attrs.kernel_shape, attrs);
    const counts = windowCounts(big, small, attrs);
    const out = new Float64Array(sizeOf(y!.shape));
    const [bigSize, smallSize] = [sizeOf(big), sizeOf(small)];
    for (let plane = 0; plane < y!.shape[0]! * y!.shape[1]!; plane++) {
      for (let r = 0; r < runs.count.length; r++) {
        let to = plane * smallSize + runs.small[r]!;
        const end = to + runs.count[r]!;
        for (let at = plane * bigSize + runs.big[r]!; to < end; to++, at += runs.step) {
          out[to]! += x!.data[at]!;
        }
      }
      for (let i = 0; i < smallSize; i++) out[plane * smallSize + i]! /= counts[i]!;
    }
    return [out];
  },

  onnx: ({ count_include_pad, ...attrs }) => ({
    attributes: { ...attrs, count_include_pad: Number(count_include_pad) },
  }),
  work: (_, { kernel_shape }, [y]) => sizeOf(y!.shape) * sizeOf(kernel_shape),
};

function poolType(inputs: readonly TensorType[], attrs: PoolAttributes): TensorType {
  expectInputs(inputs, 1);
  const { dtype, shape } = inputs[0]!;
  const { kernel_shape, pads } = attrs;
  const [n, c, ...extents] = shape;
  if (extents.length !== kernel_shape.length) {
    throw new ShapeError(`a window over ${kernel_shape.length} axes on [${shape.join(", ")}]`);
  }
  expectWindow(kernel_shape, attrs);
  pads.forEach((pad, i) => {
    const taps = kernel_shape[i % kernel_shape.length]!;
    // Else a window could lie on pads altogether; onnxruntime refuses it, whatever the dilation.
    if (pad >= taps) throw new ShapeError(`pads of ${pad} under a window of ${taps}`);
  });
  return { dtype, shape: [n!, c!, ...positions(extents, kernel_shape, attrs)] };
}

/** Whether some element can lie in two windows. */
function overlaps({ kernel_shape, strides, dilations }: PoolAttributes): boolean {
  return kernel_shape.some((taps, axis) => reach(taps, dilations[axis]!) > strides[axis]!);
}

/** [size, N, …] as [size · N, …]. */
function merged(g: Builder, x: Value): Value {
  return g.reshape(x, [x.shape[0]! * x.shape[1]!, ...x.shape.slice(2)]);
}

/** [size · N, …] as [size, N, …]. */
function separated(g: Builder, y: Value, size: number): Value {
  return g.reshape(y, [size, y.shape[0]! / size, ...y.shape.slice(1)]);
}

/** By how much each window of a plane is divided. */
function windowCounts(
  big: readonly number[],
  small: readonly number[],
  attrs: AveragePoolAttributes,
): Float64Array {
  const taps = sizeOf(attrs.kernel_shape);
  const counts = new Float64Array(sizeOf(small));
  if (attrs.count_include_pad) return counts.fill(taps);
  const runs = slidingRuns(big, small, attrs.kernel_shape, attrs);
  runs.count.forEach((count, r) => {
    for (let i = 0; i < count; i++) counts[runs.small[r]! + i]!++;
  });
  return counts;
}

/** The transpose of AveragePool: each mean's cotangent, divided by its count, on every element it came from. */
function dealtOut(g: Builder, dy: Value, x: Value, attrs: AveragePoolAttributes): Value {
  const { kernel_shape, strides, pads, dilations } = attrs;
  const [n, c, ...extents] = x.shape as [number, number, ...number[]];
  const small = dy.shape.slice(2);
  const taps = sizeOf(kernel_shape);
  const counts = windowCounts(extents, small, attrs);
  const partial = counts.some((count) => count !== taps);
  const ratios = counts.map((count) => taps / count);
  // As if every window were full: what is left is the transpose of a mean over `taps`.
  const full = partial ? g.mul(dy, g.constant(fromFloat64(dy.dtype, small, ratios))) : dy;
  // The begin of the turned window answers to the begin of the other, the end to the end.
  const turned = pads.map((pad, i) => {
    const axis = i % small.length;
    return reach(kernel_shape[axis]!, dilations[axis]!) - 1 - pad;
  });
  const permitted = turned.every((pad, i) => pad < kernel_shape[i % small.length]!);
  if (permitted && strides.every((stride) => stride === 1)) {
    return g.node("AveragePool", [full], { ...attrs, pads: turned, count_include_pad: true })[0]!;
  }
  if (kernel_shape.every((extent, axis) => extent === strides[axis] && dilations[axis] === 1)) {
    return repeated(g, full, taps, x.shape, attrs);
  }
  const output_padding = extents.map((extent, axis) => {
    const padded = extent + pads[axis]! + pads[small.length + axis]!;
    return (padded - reach(kernel_shape[axis]!, dilations[axis]!)) % strides[axis]!;
  });
  const weights = g.full({ dtype: dy.dtype, shape: [1, 1, ...kernel_shape] }, 1 / taps);
  const planes = g.reshape(full, [n * c, 1, ...small]);
  const spread = { strides, pads, dilations, group: 1, output_padding };
  return g.reshape(g.node("ConvTranspose", [planes, weights], spread)[0]!, x.shape);
}

/** Where windows tile the axes: each mean on its whole tile, what lay on pads cut off. */
function repeated(
  g: Builder,
  dy: Value,
  taps: number,
  shape: readonly number[],
  { kernel_shape, pads }: PoolAttributes,
): Value {
  const factors = [1, 1, ...kernel_shape];
  const wide = g.node("Resize", [g.mul(dy, 1 / taps)], { factors })[0]!;
  const missing = shape.map(() => 0);
  const cuts = kernel_shape.map((_, i) => {
    const axis = i + 2;
    const end = Math.min(wide.shape[axis]!, pads[i]! + shape[axis]!);
    missing[axis] = shape[axis]! - (end - pads[i]!);
    return { axis, start: pads[i]!, end };
  });
  return g.pad(g.slice(wide, cuts), [...shape.map(() => 0), ...missing]);
}
