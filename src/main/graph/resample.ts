/**
 * ONNX's Resize in terms of primitives. Every mode is separable and linear, so an axis is resized by a small
 * constant matrix; nearest neighbours that are evenly spaced or evenly repeated are a Slice or a Resize by
 * whole factors instead. Derivatives of every order follow from MatMul's.
 */
import { fromFloat64, sizeOf } from "../../shared/tensor";
import type { Builder } from "./builder";
import type { Value } from "./ir";

export type CoordinateMode =
  | "half_pixel"
  | "half_pixel_symmetric"
  | "pytorch_half_pixel"
  | "align_corners"
  | "asymmetric"
  | "tf_crop_and_resize";

/** Resize-19's attributes and inputs, resolved: one entry of the lists an axis of the tensor. */
export interface ResizeSpec {
  readonly mode: "nearest" | "linear" | "cubic";
  readonly sizes: readonly number[];
  /** sizes / extents by default; ONNX computes coordinates with the scales given, which may differ by rounding. */
  readonly scales?: readonly number[];
  readonly coordinate_transformation_mode?: CoordinateMode;
  /**
   * The last corner that align_corners means: of the size as it is (PyTorch, onnxruntime; the default), or of
   * extent · scale before it was rounded down (the standard's tests). They differ where that is not whole.
   */
  readonly aligns?: "rounded size" | "scaled size";
  readonly nearest_mode?: "round_prefer_floor" | "round_prefer_ceil" | "floor" | "ceil";
  /** −0.75 by default, as PyTorch; −0.5 is Keys's third-order choice. */
  readonly cubic_coeff_a?: number;
  /** Leaves out what lies beyond the border and renormalises, where the border is repeated otherwise. */
  readonly exclude_outside?: boolean;
  /** Widens the filter where it shrinks the axis. */
  readonly antialias?: boolean;
  /** [start of each axis…, end of each axis…] for tf_crop_and_resize; what lies outside x becomes 0. */
  readonly roi?: readonly number[];
}

/** x resized to `spec.sizes`. Axes are independent; those that stay as they are cost nothing. */
export function resample(g: Builder, x: Value, spec: ResizeSpec): Value {
  const factors = x.shape.map(() => 1);
  const strides: { axis: number; start: number; step: number; end: number }[] = [];
  const products: { axis: number; matrix: Float64Array }[] = [];
  x.shape.forEach((extent, axis) => {
    const scale = spec.scales?.[axis] ?? spec.sizes[axis]! / extent;
    const along = { extent, size: spec.sizes[axis]!, scale, axis, rank: x.shape.length };
    // ONNX leaves an axis of scale 1 alone, whatever the mode; a crop is another matter.
    if (spec.coordinate_transformation_mode !== "tf_crop_and_resize" && scale === 1) return;
    if (spec.mode === "nearest") {
      const from = nearestIndices(along, spec);
      const factor = along.size / extent;
      const step = from.length > 1 ? from[1]! - from[0]! : 1;
      if (from.every((index, o) => index === Math.floor(o / factor) && Number.isInteger(factor))) {
        factors[axis] = factor;
        return;
      }
      if (step > 0 && from.every((index, o) => index === from[0]! + o * step && index >= 0)) {
        strides.push({ axis, start: from[0]!, step, end: from.at(-1)! + 1 });
        return;
      }
    }
    products.push({ axis, matrix: axisMatrix(along, spec) });
  });
  // What shrinks comes first, what grows last, for the least work.
  const growth = (axis: number): number => spec.sizes[axis]! / x.shape[axis]!;
  products.sort((a, b) => growth(a.axis) - growth(b.axis));
  const sliced = strides.length > 0 ? g.slice(x, strides) : x;
  const resized = products.reduce(
    (value, { axis, matrix }) => timesMatrix(g, value, axis, spec.sizes[axis]!, matrix),
    sliced,
  );
  return factors.every((factor) => factor === 1)
    ? resized
    : g.node("Resize", [resized], { factors })[0]!;
}

/** y[…, o, …] = Σ_i matrix[o, i] x[…, i, …] along one axis. */
function timesMatrix(
  g: Builder,
  x: Value,
  axis: number,
  size: number,
  matrix: Float64Array,
): Value {
  const extent = x.shape[axis]!;
  const shape = [...x.shape.slice(0, axis), size, ...x.shape.slice(axis + 1)];
  const constant = g.constant(fromFloat64(x.dtype, [size, extent], matrix));
  const outer = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  if (inner === 1) {
    return g.reshape(g.matmul(g.reshape(x, [outer, extent]), g.transposeLast(constant)), shape);
  }
  return g.reshape(g.matmul(constant, g.reshape(x, [outer, extent, inner])), shape);
}

interface Axis {
  readonly extent: number;
  readonly size: number;
  readonly scale: number;
  readonly axis: number;
  readonly rank: number;
}

/** Where output element `o` lies on the input axis, in elements. */
function coordinate(
  o: number,
  { extent, size, scale, axis, rank }: Axis,
  spec: ResizeSpec,
): number {
  const halfPixel = (o + 0.5) / scale - 0.5;
  switch (spec.coordinate_transformation_mode ?? "half_pixel") {
    case "half_pixel":
      return halfPixel;
    case "half_pixel_symmetric":
      return (extent / 2) * (1 - size / (extent * scale)) + halfPixel;
    case "pytorch_half_pixel":
      return size > 1 ? halfPixel : 0;
    case "align_corners": {
      const scaled = extent * scale;
      // A scale in single precision misses a whole size by its rounding.
      const whole = spec.aligns !== "scaled size" || Math.abs(scaled - size) < 1e-4;
      const last = (whole ? size : scaled) - 1;
      return o === 0 ? 0 : (o * (extent - 1)) / last;
    }
    case "asymmetric":
      return o / scale;
    case "tf_crop_and_resize": {
      const [start, end] = [spec.roi?.[axis] ?? 0, spec.roi?.[rank + axis] ?? 1];
      if (size === 1) return 0.5 * (start + end) * (extent - 1);
      return start * (extent - 1) + (o * (end - start) * (extent - 1)) / (size - 1);
    }
  }
}

/** The input element each output element copies; −1 where a crop leaves the input. */
function nearestIndices(along: Axis, spec: ResizeSpec): number[] {
  return Array.from({ length: along.size }, (_, o) => {
    const x = coordinate(o, along, spec);
    if (isCropped(x, along, spec)) return -1;
    // Scales come in single precision; what misses an element or the middle between two by that is meant to hit.
    const half = Math.round(2 * x) / 2;
    const exact = Math.abs(x - half) <= 1e-6 * Math.max(1, Math.abs(x)) ? half : x;
    return Math.min(Math.max(rounded(exact, spec.nearest_mode), 0), along.extent - 1);
  });
}

function rounded(x: number, mode: ResizeSpec["nearest_mode"] = "round_prefer_floor"): number {
  switch (mode) {
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
    case "round_prefer_ceil":
      return Math.floor(x + 0.5);
    case "round_prefer_floor":
      return Math.ceil(x - 0.5);
  }
}

function isCropped(x: number, { extent }: Axis, spec: ResizeSpec): boolean {
  return spec.coordinate_transformation_mode === "tf_crop_and_resize" && (x < 0 || x > extent - 1);
}

/** The matrix [size, extent] that resizes one axis. */
export function axisMatrix(along: Axis, spec: ResizeSpec): Float64Array {
  const { extent, size, scale } = along;
  const matrix = new Float64Array(size * extent);
  if (spec.mode === "nearest") {
    nearestIndices(along, spec).forEach((index, o) => {
      if (index >= 0) matrix[o * extent + index] = 1;
    });
    return matrix;
  }
  const { filter, support } = filters(spec);
  const shrink = spec.antialias === true ? Math.min(1, scale) : 1;
  for (let o = 0; o < size; o++) {
    const x = coordinate(o, along, spec);
    if (isCropped(x, along, spec)) continue;
    const first = Math.ceil(x - support / shrink);
    const last = Math.floor(x + support / shrink);
    let total = 0;
    for (let i = first; i <= last; i++) {
      if (spec.exclude_outside === true && (i < 0 || i >= extent)) continue;
      const weight = filter((i - x) * shrink);
      matrix[o * extent + Math.min(Math.max(i, 0), extent - 1)]! += weight;
      total += weight;
    }
    // A widened filter, or one cut at the border, no longer adds up to 1.
    for (let i = 0; i < extent; i++) matrix[o * extent + i]! /= total;
  }
  return matrix;
}

/** The interpolating kernel and the distance at which it vanishes. Cubic: Keys 1981, doi:10.1109/TASSP.1981.1163711. */
function filters(spec: ResizeSpec): { filter: (t: number) => number; support: number } {
  if (spec.mode === "linear") return { filter: (t) => Math.max(0, 1 - Math.abs(t)), support: 1 };
  const a = spec.cubic_coeff_a ?? -0.75;
  const filter = (t: number): number => {
    const s = Math.abs(t);
    if (s <= 1) return ((a + 2) * s - (a + 3)) * s * s + 1;
    return s < 2 ? ((a * s - 5 * a) * s + 8 * a) * s - 4 * a : 0;
  };
  return { filter, support: 2 };
}
