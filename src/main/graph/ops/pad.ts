/**
 * Pad: a tensor widened along its axes by a number, its own border, its mirror image or its periodic
 * continuation. All four are separable, so the kernel and the transpose go axis by axis.
 */
import { isFloat, sizeOf } from "../../../shared/tensor";
import type { Builder } from "../builder";
import type { Value } from "../ir";
import { ShapeError, type OpRule } from "../rule";
import { circularConvolution } from "./circular";
import { expectInputs } from "./shapes";

const padModes = ["constant", "edge", "reflect", "wrap"] as const;
export type PadMode = (typeof padModes)[number];

export type PadAttributes = {
  /** [begin of each axis…, end of each axis…], none negative: cropping is Slice's. */
  pads: readonly number[];
  mode: PadMode;
  /** What `constant` writes; 0 in the other modes. */
  value: number;
};

/**
 * Pad-21 with static, non-negative pads; at most the extent (less one for `reflect`) where the tensor itself
 * is continued.  x̄ = the middle of ȳ, to which each continued element adds its cotangent.
 */
export const Pad: OpRule<PadAttributes> = {
  infer(inputs, { pads, mode, value }) {
    expectInputs(inputs, 1);
    const { dtype, shape } = inputs[0]!;
    if (pads.length !== 2 * shape.length) {
      throw new ShapeError(`${pads.length} pads for ${shape.length} axes`);
    }
    if (!pads.every((pad) => Number.isInteger(pad) && pad >= 0)) {
      throw new ShapeError(`pads [${pads.join(", ")}] are not all whole and non-negative`);
    }
    if (!padModes.includes(mode)) throw new ShapeError(`pad mode ${mode} is unknown`);
    if (value !== 0 && (mode !== "constant" || (dtype !== "float32" && dtype !== "int64"))) {
      throw new ShapeError(`pads ${dtype} in mode ${mode} with ${value}`);
    }
    const limits = { constant: Infinity, edge: Infinity, reflect: -1, wrap: 0 };
    pads.forEach((pad, i) => {
      const extent = shape[i % shape.length]!;
      // An empty axis has nothing to continue.
      const limit = extent === 0 && mode !== "constant" ? 0 : extent + limits[mode];
      if (pad > Math.max(0, limit))
        throw new ShapeError(`${mode} pads ${extent} elements by ${pad}`);
    });
    return [{ dtype, shape: shape.map((n, axis) => n + pads[axis]! + pads[shape.length + axis]!) }];
  },

  vjp: (g, { inputs: [x], cotangents: [dy], attrs }) => [unpad(g, dy!, x!.shape, attrs)],
  jvp: (g, { tangents: [dx], attrs }) => g.node("Pad", [dx!], { ...attrs, value: 0 }),

  batch(g, { inputs, attrs }) {
    const rank = attrs.pads.length / 2;
    const pads = [0, ...attrs.pads.slice(0, rank), 0, ...attrs.pads.slice(rank)];
    return g.node("Pad", inputs, { ...attrs, pads });
  },

  kernel([x], { pads, mode, value }) {
    const shape = [...x!.shape];
    let data = x!.data;
    x!.shape.forEach((extent, axis) => {
      const [before, after] = [pads[axis]!, pads[x!.shape.length + axis]!];
      if (before === 0 && after === 0) return;
      const source = Int32Array.from({ length: before + extent + after }, (_, i) =>
        sourceIndex(i - before, extent, mode),
      );
      const inner = sizeOf(shape.slice(axis + 1));
      data = gatherAxis(data, sizeOf(shape.slice(0, axis)), extent, inner, source, value);
      shape[axis] = source.length;
    });
    return [data];
  },

  onnx: ({ pads, mode, value }, [x]) => ({
    attributes: { mode },
    constants: [
      { dtype: "int64", shape: [pads.length], data: pads },
      ...(value === 0
        ? []
        : [{ dtype: isFloat(x!.dtype) ? "float32" : "int64", shape: [], data: [value] } as const]),
    ],
  }),
};

/** Index of the element that stands at `i` of a continued axis; −1 for none. */
function sourceIndex(i: number, extent: number, mode: PadMode): number {
  if (i >= 0 && i < extent) return i;
  switch (mode) {
    case "constant":
      return -1;
    case "edge":
      return i < 0 ? 0 : extent - 1;
    case "reflect":
      return i < 0 ? -i : 2 * (extent - 1) - i;
    case "wrap":
      return i < 0 ? i + extent : i - extent;
  }
}

/** [outer, extent, inner] to [outer, source.length, inner]: block j is a copy of block source[j]. */
function gatherAxis(
  x: Float64Array,
  outer: number,
  extent: number,
  inner: number,
  source: Int32Array,
  value: number,
): Float64Array {
  const y = new Float64Array(outer * source.length * inner).fill(value);
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < source.length; j++, to += inner) {
      if (source[j]! < 0) continue;
      const from = (o * extent + source[j]!) * inner;
      if (inner === 1) y[to] = x[from]!;
      else y.set(x.subarray(from, from + inner), to);
    }
  }
  return y;
}

/** The transpose of Pad: `dy` folded back to `shape`. */
function unpad(
  g: Builder,
  dy: Value,
  shape: readonly number[],
  { pads, mode }: PadAttributes,
): Value {
  if (mode === "constant") {
    return g.slice(
      dy,
      shape.map((extent, axis) => ({ axis, start: pads[axis]!, end: pads[axis]! + extent })),
    );
  }
  const circular = mode === "wrap" ? circularConvolution(g, dy, shape, pads) : null;
  if (circular !== null) return circular;
  return shape.reduce(
    (folded, extent, axis) =>
      foldAxis(g, folded, axis, extent, pads[axis]!, pads[shape.length + axis]!, mode),
    dy,
  );
}

/** Values that are added to the elements from index `at` on, along the folded axis. */
type Overlay = { readonly at: number; readonly value: Value };

function foldAxis(
  g: Builder,
  dy: Value,
  axis: number,
  extent: number,
  before: number,
  after: number,
  mode: Exclude<PadMode, "constant">,
): Value {
  if (before === 0 && after === 0) return dy;
  const cut = (start: number, end: number): Value => g.slice(dy, [{ axis, start, end }]);
  const overlays: Overlay[] = [{ at: 0, value: cut(before, before + extent) }];
  const end = before + extent + after;
  const left = before > 0 ? cut(0, before) : null;
  const right = after > 0 ? cut(before + extent, end) : null;
  switch (mode) {
    case "wrap":
      if (left) overlays.push({ at: extent - before, value: left });
      if (right) overlays.push({ at: 0, value: right });
      break;
    case "reflect":
      if (left) overlays.push({ at: 1, value: g.flip(left, [axis]) });
      if (right) overlays.push({ at: extent - 1 - after, value: g.flip(right, [axis]) });
      break;
    case "edge":
      if (left) overlays.push({ at: 0, value: g.sum(left, [axis], true) });
      if (right) overlays.push({ at: extent - 1, value: g.sum(right, [axis], true) });
  }
  return joined(g, overlays, axis);
}

/**
 * The overlays summed. The axis is cut where one begins or ends, so that only what overlaps is added and the
 * rest is copied once.
 */
function joined(g: Builder, overlays: readonly Overlay[], axis: number): Value {
  const endOf = ({ at, value }: Overlay): number => at + value.shape[axis]!;
  const marks = [...new Set(overlays.flatMap((each) => [each.at, endOf(each)]))];
  marks.sort((a, b) => a - b);
  const segments = marks.slice(1).map((end, i) => {
    const start = marks[i]!;
    return overlays
      .filter((each) => each.at <= start && end <= endOf(each))
      .map(({ at, value }) => g.slice(value, [{ axis, start: start - at, end: end - at }]))
      .reduce((sum, term) => g.add(sum, term));
  });
  return g.concat(segments, axis);
}
