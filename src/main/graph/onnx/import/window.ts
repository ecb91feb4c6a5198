/** Convolutions and poolings: their defaults, automatic padding and rounding made explicit. */
import { fromFloat64, isFloat, sizeOf } from "../../../../shared/tensor";
import type { Value } from "../../ir";
import { reach, type WindowAttributes } from "../../ops/window";
import type { Call, Converter, Converters } from "./call";

interface Window extends WindowAttributes {
  /** Extents of the kernel. */
  readonly kernel: readonly number[];
}

/** Attributes of a window that slides over `extents`, pads resolved. */
function windowOf(call: Call, extents: readonly number[], kernel: readonly number[]): Window {
  const ones = extents.map(() => 1);
  const strides = call.ints("strides") ?? ones;
  const dilations = call.ints("dilations") ?? ones;
  const rank = extents.length;
  if ([strides, dilations, kernel].some((list) => list.length !== rank)) {
    throw call.malformed(`its attributes are not for ${rank} spatial axes`);
  }
  const auto = call.string("auto_pad", "NOTSET");
  const total = extents.map((extent, i) => {
    if (auto !== "SAME_UPPER" && auto !== "SAME_LOWER") return 0;
    const places = Math.ceil(extent / strides[i]!);
    return Math.max(0, (places - 1) * strides[i]! + reach(kernel[i]!, dilations[i]!) - extent);
  });
  return { kernel, strides, dilations, pads: explicitPads(call, auto, total) };
}

/** Half of `total` on each side, the odd one where auto_pad says; the file's own pads if it has none. */
function explicitPads(call: Call, auto: string, total: readonly number[]): number[] {
  const none = [...total, ...total].map(() => 0);
  if (auto === "NOTSET" || auto === "") return call.ints("pads") ?? none;
  if (auto === "VALID") return none;
  const fewer = total.map((each) => Math.floor(each / 2));
  const more = total.map((each, i) => each - fewer[i]!);
  return auto === "SAME_LOWER" ? [...more, ...fewer] : [...fewer, ...more];
}

/** One number a channel, added. */
function addBias(call: Call, y: Value, bias: Value | undefined): Value {
  if (bias === undefined) return y;
  const { g } = call;
  const spatial = y.shape.slice(2).map(() => 1);
  return g.add(y, g.reshape(bias, [1, y.shape[1]!, ...spatial]));
}

const Conv: Converter = (call) => {
  const [x, w] = [call.input(0), call.input(1)];
  const { strides, dilations, pads } = windowOf(call, x.shape.slice(2), w.shape.slice(2));
  const y = call.g.conv(x, w, { strides, dilations, pads, group: call.int("group", 1) });
  return addBias(call, y, call.optional(2));
};

const ConvTranspose: Converter = (call) => {
  const { g } = call;
  const [x, w] = [call.input(0), call.input(1)];
  const extents = x.shape.slice(2);
  const kernel = w.shape.slice(2);
  const ones = extents.map(() => 1);
  const strides = call.ints("strides") ?? ones;
  const dilations = call.ints("dilations") ?? ones;
  let outputPadding = call.ints("output_padding") ?? extents.map(() => 0);
  const auto = call.string("auto_pad", "NOTSET");
  const wanted =
    call.ints("output_shape")?.slice(-extents.length) ??
    (auto.startsWith("SAME") ? extents.map((extent, i) => extent * strides[i]!) : undefined);
  let pads = explicitPads(
    call,
    wanted === undefined ? auto : "VALID",
    extents.map(() => 0),
  );
  if (wanted !== undefined) {
    // The pads that make the output as large as it is wanted; where it must grow instead, output padding.
    const total = extents.map(
      (extent, i) =>
        strides[i]! * (extent - 1) +
        outputPadding[i]! +
        reach(kernel[i]!, dilations[i]!) -
        wanted[i]!,
    );
    outputPadding = outputPadding.map((each, i) => each + Math.max(0, -total[i]!));
    // Here, unlike in Conv, anything but SAME_UPPER puts the odd one first.
    const upper = auto === "SAME_UPPER";
    pads = explicitPads(
      call,
      upper ? "SAME_UPPER" : "SAME_LOWER",
      total.map((each) => Math.max(0, each)),
    );
  }
  const attrs = {
    strides,
    dilations,
    pads,
    group: call.int("group", 1),
    output_padding: outputPadding,
  };
  return addBias(call, g.node("ConvTranspose", [x, w], attrs)[0]!, call.optional(2));
};

/** With ceil_mode the last window may hang over the end, if it starts inside: pads that nothing is read from. */
function overhang(call: Call, extents: readonly number[], window: Window): number[] {
  if (!call.flag("ceil_mode")) return extents.map(() => 0);
  const rank = extents.length;
  return extents.map((extent, i) => {
    const [before, after, stride] = [window.pads[i]!, window.pads[rank + i]!, window.strides[i]!];
    const padded = extent + before + after;
    const span = reach(window.kernel[i]!, window.dilations[i]!);
    const places = Math.ceil((padded - span) / stride) + 1;
    const last = (places - 1) * stride;
    const kept = last >= extent + before ? places - 1 : places;
    return Math.max(0, (kept - 1) * stride + span - padded);
  });
}

function addEnd(pads: readonly number[], extra: readonly number[]): number[] {
  return pads.map((pad, i) => pad + (i < extra.length ? 0 : extra[i - extra.length]!));
}

const MaxPool: Converter = (call) => {
  const given = call.input(0);
  // Of integers onnxruntime pools bytes alone; doubles hold all that the program computes with.
  const x = isFloat(given.dtype) ? given : call.g.cast(given, "float64");
  const extents = x.shape.slice(2);
  const window = windowOf(call, extents, call.ints("kernel_shape") ?? []);
  const { kernel, strides, dilations } = window;
  const pads = addEnd(window.pads, overhang(call, extents, window));
  const attrs = { kernel_shape: kernel, strides, dilations, pads };
  const [y, index] = call.g.node("MaxPool", [x], attrs) as [Value, Value];
  const largest = call.g.cast(y, given.dtype);
  return [largest, call.flag("storage_order") ? columnMajor(call, index, extents) : index];
};

/** Row-major indices over [N·C, …extents] as those that count the first spatial axis fastest. */
function columnMajor({ g }: Call, index: Value, extents: readonly number[]): Value {
  const plane = sizeOf(extents);
  const remainder = (value: Value, by: number): Value =>
    g.node("Mod", [value, g.indices([by], [])], { fmod: false })[0]!;
  const inPlane = remainder(index, plane);
  let result = g.sub(index, inPlane);
  extents.forEach((extent, axis) => {
    const stride = sizeOf(extents.slice(axis + 1));
    const place = remainder(g.div(inPlane, stride), extent);
    result = g.add(result, g.mul(place, sizeOf(extents.slice(0, axis))));
  });
  return result;
}

const AveragePool: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const extents = x.shape.slice(2);
  const window = windowOf(call, extents, call.ints("kernel_shape") ?? []);
  const extra = overhang(call, extents, window);
  const { kernel, strides, dilations } = window;
  const attrs = { kernel_shape: kernel, strides, dilations };
  const counted = call.flag("count_include_pad");
  if (counted && call.fromPytorch && extra.some((each) => each > 0)) {
    // PyTorch and onnxruntime count the pads but not what hangs over them, the standard's tests the whole window.
    const rank = extents.length;
    const widths = [0, 0, ...window.pads.slice(0, rank), 0, 0, ...window.pads.slice(rank)];
    const pads = addEnd(
      window.pads.map(() => 0),
      extra,
    );
    return g.node("AveragePool", [g.pad(x, widths)], { ...attrs, pads, count_include_pad: false });
  }
  return g.node("AveragePool", [x], {
    ...attrs,
    pads: addEnd(window.pads, extra),
    count_include_pad: counted,
  });
};

/** (Σ |x|^p)^(1/p) over windows: a mean times the number of taps. */
const LpPool: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const extents = x.shape.slice(2);
  const window = windowOf(call, extents, call.ints("kernel_shape") ?? []);
  const { kernel, strides, dilations } = window;
  const p = call.int("p", 2);
  const [means] = g.node("AveragePool", [powers(call, x, p)], {
    kernel_shape: kernel,
    strides,
    dilations,
    pads: addEnd(window.pads, overhang(call, extents, window)),
    count_include_pad: true,
  });
  return root(call, g.mul(means!, sizeOf(kernel)), p);
};

/** |x|^p, with derivatives at 0 where p allows. */
function powers({ g }: Call, x: Value, p: number): Value {
  if (p === 2) return g.mul(x, x);
  return p === 1 ? g.abs(x) : g.pow(g.abs(x), p);
}

function root({ g }: Call, x: Value, p: number): Value {
  if (p === 2) return g.sqrt(x);
  return p === 1 ? x : g.pow(x, 1 / p);
}

const spatialAxes = (x: Value): number[] => x.shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));

/** Of the kernel that puts a column's taps in their places. */
const MOST_WEIGHTS = 1 << 24;

/**
 * Columns [N, C·taps, positions] added up to an image: the transpose of cutting it into blocks. Each channel's
 * taps are one ConvTranspose with a kernel of one 1 a tap.
 */
const Col2Im: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const [image, kernel] = [call.extents(1), call.extents(2)];
  const ones = image.map(() => 1);
  const strides = call.ints("strides") ?? ones;
  const dilations = call.ints("dilations") ?? ones;
  const pads = call.ints("pads") ?? [...image, ...image].map(() => 0);
  const rank = image.length;
  const taps = sizeOf(kernel);
  const channels = x.shape[1]! / taps;
  if (kernel.length !== rank || !Number.isInteger(channels) || x.shape.length !== 3) {
    throw call.malformed(
      `columns [${x.shape.join(", ")}] of blocks [${kernel.join(", ")}] of an image [${image.join(", ")}]`,
    );
  }
  if (channels * taps * taps > MOST_WEIGHTS) {
    throw call.unsupported(`its ${channels} channels of ${taps} taps would be written out`);
  }
  const free = image.map(
    (extent, i) => extent + pads[i]! + pads[rank + i]! - reach(kernel[i]!, dilations[i]!),
  );
  const places = free.map((room, i) => Math.floor(room / strides[i]!) + 1);
  const unit = new Float64Array(channels * taps * taps);
  for (let k = 0; k < channels * taps; k++) unit[k * taps + (k % taps)] = 1;
  const w = g.constant(fromFloat64(x.dtype, [channels * taps, 1, ...kernel], unit));
  return g.node("ConvTranspose", [g.reshape(x, [x.shape[0]!, x.shape[1]!, ...places]), w], {
    strides,
    dilations,
    pads,
    group: channels,
    output_padding: free.map((room, i) => room % strides[i]!),
  });
};

export const windows: Converters = {
  Col2Im,
  Conv,
  ConvTranspose,
  MaxPool,
  AveragePool,
  GlobalAveragePool: (call) => call.g.mean(call.input(0), spatialAxes(call.input(0)), true),
  LpPool,
  GlobalLpPool(call) {
    const p = call.int("p", 2);
    const x = call.input(0);
    return root(call, call.g.sum(powers(call, x, p), spatialAxes(x), true), p);
  },
  GlobalMaxPool: (call) =>
    call.g.node("ReduceMax", [call.input(0)], { axes: spatialAxes(call.input(0)), keepdims: true }),
};
