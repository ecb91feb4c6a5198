/** Resize and its predecessor Upsample: which sizes and scales, over all axes. */
import type { Value } from "../../ir";
import { resample, type CoordinateMode, type ResizeSpec } from "../../resample";
import type { Call, Converter, Converters } from "./call";

type Mode = ResizeSpec["mode"];

function modeOf(call: Call): Mode {
  const mode = call.string("mode", "nearest");
  if (mode === "bilinear" || mode === "trilinear") return "linear";
  if (mode !== "nearest" && mode !== "linear" && mode !== "cubic")
    throw call.unsupported(`mode ${mode}`);
  return mode;
}

/** `given` for some axes, `rest` for the others. */
function overAll(
  rank: number,
  axes: readonly number[],
  given: readonly number[],
  rest: readonly number[],
): number[] {
  return Array.from({ length: rank }, (_, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? rest[axis]! : given[at]!;
  });
}

/** Scaled by `scales`, coordinates o/scale, neighbours by rounding down: Upsample, and Resize before opset 11. */
function legacy(call: Call, x: Value, scales: readonly number[]): Value {
  if (scales.length !== x.shape.length)
    throw call.malformed(`${scales.length} scales for ${x.shape.length} axes`);
  return resample(call.g, x, {
    mode: modeOf(call),
    sizes: x.shape.map((extent, axis) => Math.floor(extent * scales[axis]!)),
    scales,
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  });
}

/** An input that is there and not empty; exporters write an empty tensor for "not given". */
function given(call: Call, index: number): number[] | undefined {
  const value = call.optional(index);
  if (value === undefined || value.shape.includes(0)) return undefined;
  return call.numbers(index);
}

const Resize: Converter = (call) => {
  const x = call.input(0);
  if (call.opset < 11) return legacy(call, x, call.numbers(1));
  const rank = x.shape.length;
  const axes = call.axes(call.ints("axes") ?? x.shape.map((_, axis) => axis), rank);
  const spread = (list: readonly number[], rest: readonly number[]): number[] => {
    if (list.length !== axes.length)
      throw call.malformed(`${list.length} entries for ${axes.length} axes`);
    return overAll(rank, axes, list, rest);
  };
  const ones = x.shape.map(() => 1);
  const scaleInput = given(call, 2);
  const sizeInput = given(call, 3);
  let scales: number[];
  let sizes: number[];
  if (scaleInput !== undefined) {
    scales = spread(scaleInput, ones);
    sizes = x.shape.map((extent, axis) => Math.floor(extent * scales[axis]!));
  } else if (sizeInput !== undefined) {
    sizes = spread(rebatchedSizes(call, x, sizeInput), x.shape);
    scales = sizes.map((size, axis) => size / x.shape[axis]!);
    const policy = call.string("keep_aspect_ratio_policy", "stretch");
    if (policy !== "stretch") {
      const each = axes.map((axis) => scales[axis]!);
      const scale = policy === "not_larger" ? Math.min(...each) : Math.max(...each);
      sizes = spread(
        axes.map((axis) => Math.floor(scale * x.shape[axis]! + 0.5)),
        x.shape,
      );
      scales = spread(
        axes.map(() => scale),
        ones,
      );
    }
  } else throw call.malformed("it has neither scales nor sizes");

  const roi = given(call, 1);
  const zeros = x.shape.map(() => 0);
  const mode = call.string("coordinate_transformation_mode", "half_pixel");
  if (call.float("extrapolation_value", 0) !== 0) return cropped(call, x, sizes, scales, roi, axes);
  return resample(call.g, x, {
    mode: modeOf(call),
    sizes,
    scales,
    coordinate_transformation_mode: mode as CoordinateMode,
    aligns: call.fromPytorch ? "rounded size" : "scaled size",
    nearest_mode: call.string("nearest_mode", "round_prefer_floor") as NonNullable<
      ResizeSpec["nearest_mode"]
    >,
    cubic_coeff_a: call.float("cubic_coeff_a", -0.75),
    exclude_outside: call.flag("exclude_outside"),
    antialias: call.flag("antialias"),
    ...(roi === undefined
      ? {}
      : {
          roi: [
            ...overAll(rank, axes, roi.slice(0, axes.length), zeros),
            ...overAll(rank, axes, roi.slice(axes.length), ones),
          ],
        }),
  });
};

/** What lies outside the crop has a value of its own: shifted to 0 before and back after, for resizing is affine. */
function cropped(
  call: Call,
  x: Value,
  sizes: readonly number[],
  scales: readonly number[],
  roi: readonly number[] | undefined,
  axes: readonly number[],
): Value {
  const { g } = call;
  const rank = x.shape.length;
  const value = call.float("extrapolation_value");
  const zeros = x.shape.map(() => 0);
  const ones = x.shape.map(() => 1);
  const region = roi ?? [];
  const shifted = resample(g, g.sub(x, value), {
    mode: modeOf(call),
    sizes,
    scales,
    coordinate_transformation_mode: "tf_crop_and_resize",
    cubic_coeff_a: call.float("cubic_coeff_a", -0.75),
    roi: [
      ...overAll(rank, axes, region.slice(0, axes.length), zeros),
      ...overAll(rank, axes, region.slice(axes.length), ones),
    ],
  });
  return g.add(shifted, value);
}

/** Sizes in the file include its batch. */
function rebatchedSizes(call: Call, x: Value, sizes: readonly number[]): readonly number[] {
  const { rebatch } = call;
  const whole = sizes.length === x.shape.length && sizes[0] === rebatch?.from;
  return rebatch !== undefined && whole && x.shape[0] === rebatch.to
    ? [rebatch.to, ...sizes.slice(1)]
    : sizes;
}

export const resizing: Converters = {
  Resize,
  Upsample: (call) => legacy(call, call.input(0), call.floats("scales") ?? call.numbers(1)),
};
