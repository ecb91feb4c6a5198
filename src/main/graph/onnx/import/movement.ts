/** What moves elements without computing: reshaping, cutting, joining, repeating. */
import { sizeOf } from "../../../../shared/tensor";
import type { Cut } from "../../builder";
import type { Value } from "../../ir";
import { broadcastShape } from "../../ops/shapes";
import type { Call, Converters } from "./call";
import { rebatchedConcat, rebatchedShape } from "./rebatch";
import { wrapPadding } from "./wrap";

/** Some four million numbers can be known while importing; as a shape they would only be listed. */
const MOST_AXES = 64;

/** 0 copies the input's extent (unless allowzero), −1 takes what is left. */
function resolveShape(call: Call, x: Value, wanted: readonly number[]): number[] {
  if (wanted.length > MOST_AXES) throw call.malformed(`a shape of ${wanted.length} axes`);
  const keepsZero = call.flag("allowzero");
  const shape = wanted.map((extent, axis) => {
    if (extent !== 0 || keepsZero) return extent;
    const copied = x.shape[axis];
    if (copied === undefined)
      throw call.malformed(`shape [${wanted.join(", ")}] copies axis ${axis}`);
    return copied;
  });
  const open = shape.indexOf(-1);
  if (open >= 0) {
    const rest = sizeOf(shape.filter((_, axis) => axis !== open));
    shape[open] = rest === 0 ? 0 : sizeOf(x.shape) / rest;
  }
  if (!shape.every((extent) => Number.isInteger(extent) && extent >= 0)) {
    throw call.malformed(`[${x.shape.join(", ")}] does not fit the shape [${wanted.join(", ")}]`);
  }
  return shape;
}

/** A bound of ONNX's Slice in the terms of ours: negative counts from the end, beyond the ends is clamped. */
function cut(axis: number, extent: number, start: number, end: number, step: number): Cut {
  const from = start < 0 ? start + extent : start;
  const to = end < 0 ? end + extent : end;
  const clamp = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
  return step > 0
    ? { axis, start: clamp(from, 0, extent), end: clamp(to, 0, extent), step }
    : { axis, start: clamp(from, 0, extent - 1), end: clamp(to, -1, extent - 1), step };
}

function insert(shape: readonly number[], axes: readonly number[]): number[] {
  const result = [...shape];
  for (const axis of [...axes].sort((a, b) => a - b)) result.splice(axis, 0, 1);
  return result;
}

/** Crops where pads are negative, widens where they are positive. */
function pad(call: Call, x: Value, pads: readonly number[], mode: string, value: number): Value {
  const { g } = call;
  const rank = x.shape.length;
  const cuts = x.shape.flatMap((extent, axis): Cut[] => {
    const [start, end] = [Math.max(0, -pads[axis]!), extent + Math.min(0, pads[rank + axis]!)];
    return start === 0 && end === extent ? [] : [{ axis, start, end }];
  });
  const cropped = cuts.length > 0 ? g.slice(x, cuts) : x;
  const wider = pads.map((each) => Math.max(0, each));
  return wider.every((each) => each === 0) ? cropped : g.pad(cropped, wider, { mode, value });
}

function blockSize(call: Call): number {
  const size = call.int("blocksize");
  if (size < 1) throw call.malformed(`blocks of ${size}`);
  return size;
}

export const movement: Converters = {
  Reshape(call) {
    const x = call.input(0);
    const shape = rebatchedShape(call, x) ?? resolveShape(call, x, call.intsOf("shape", 1) ?? []);
    return call.g.reshape(x, shape);
  },

  Flatten(call) {
    const x = call.input(0);
    const axis = call.int("axis", 1);
    const split = axis === x.shape.length ? axis : call.axis(axis, x.shape.length);
    return call.g.reshape(x, [sizeOf(x.shape.slice(0, split)), sizeOf(x.shape.slice(split))]);
  },

  Squeeze(call) {
    const x = call.input(0);
    const given = call.intsOf("axes", 1);
    const axes =
      given === undefined
        ? x.shape.flatMap((extent, axis) => (extent === 1 ? [axis] : []))
        : call.axes(given, x.shape.length);
    const long = axes.find((axis) => x.shape[axis] !== 1);
    if (long !== undefined)
      throw call.malformed(`axis ${long} of [${x.shape.join(", ")}] is not 1`);
    return call.g.reshape(
      x,
      x.shape.filter((_, axis) => !axes.includes(axis)),
    );
  },

  Unsqueeze(call) {
    const x = call.input(0);
    const given = call.intsOf("axes", 1) ?? [];
    return call.g.reshape(x, insert(x.shape, call.axes(given, x.shape.length + given.length)));
  },

  Transpose(call) {
    const x = call.input(0);
    const perm = call.ints("perm") ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
    return call.g.transpose(x, call.axes(perm, x.shape.length));
  },

  Concat(call) {
    const parts = rebatchedConcat(call, call.all());
    // The axis has a default before opset 4 alone.
    const given = call.opset < 4 ? call.int("axis", 1) : call.int("axis");
    const axis = call.axis(given, parts[0]!.shape.length);
    return wrapPadding(call.g, parts, axis) ?? call.g.concat(parts, axis);
  },

  Split(call) {
    const x = call.input(0);
    const axis = call.axis(call.int("axis", 0), x.shape.length);
    const extent = x.shape[axis]!;
    const pieces = call.int("num_outputs", call.outputs);
    const even = Math.ceil(extent / pieces);
    // All equal; since opset 18 the last may be smaller.
    const sizes =
      call.intsOf("split", 1) ??
      Array.from({ length: pieces }, (_, i) => Math.max(0, Math.min(even, extent - i * even)));
    if (sizes.reduce((a, b) => a + b, 0) !== extent) {
      throw call.malformed(`parts of ${sizes.join(", ")} do not make up ${extent}`);
    }
    let start = 0;
    return sizes.map((size) => call.g.slice(x, [{ axis, start, end: (start += size) }]));
  },

  /** Bounds are attributes before opset 10, then inputs. */
  Slice(call) {
    const x = call.input(0);
    const starts = call.intsOf("starts", 1) ?? [];
    const ends = call.intsOf("ends", 2) ?? [];
    const axes = call.axes(call.intsOf("axes", 3) ?? starts.map((_, axis) => axis), x.shape.length);
    const steps = (call.optional(4) && call.numbers(4)) ?? starts.map(() => 1);
    if (ends.length !== starts.length || axes.length !== starts.length || steps.includes(0)) {
      throw call.malformed("its bounds do not fit each other");
    }
    return call.g.slice(
      x,
      axes.map((axis, i) => cut(axis, x.shape[axis]!, starts[i]!, ends[i]!, steps[i]!)),
    );
  },

  /** Both sides stretch: an extent of 1 in the target keeps the input's. */
  Expand(call) {
    const x = call.input(0);
    const target = rebatchedShape(call, x) ?? call.numbers(1);
    return call.g.expand(x, broadcastShape([x.shape, target]));
  },

  /** Each axis becomes two, the first stretched, and both one again. */
  Tile(call) {
    const x = call.input(0);
    const repeats = call.numbers(1);
    if (repeats.length !== x.shape.length || repeats.some((times) => times < 0)) {
      throw call.malformed(`repeats [${repeats.join(", ")}] of [${x.shape.join(", ")}]`);
    }
    const split = x.shape.flatMap((extent) => [1, extent]);
    const stretched = x.shape.flatMap((extent, axis) => [repeats[axis]!, extent]);
    const { g } = call;
    return g.reshape(
      g.expand(g.reshape(x, split), stretched),
      x.shape.map((extent, axis) => extent * repeats[axis]!),
    );
  },

  /** Pads are an attribute before opset 11, then an input; since 18 they may be for some axes only. */
  Pad(call) {
    const x = call.input(0);
    const rank = x.shape.length;
    const given = call.intsOf("pads", 1) ?? [];
    const axes = call.optional(3)
      ? call.axes(call.numbers(3), rank)
      : x.shape.map((_, axis) => axis);
    if (given.length !== 2 * axes.length)
      throw call.malformed(`${given.length} pads for ${axes.length} axes`);
    const pads = new Array<number>(2 * rank).fill(0);
    axes.forEach((axis, i) => {
      pads[axis] = given[i]!;
      pads[rank + axis] = given[axes.length + i]!;
    });
    const value = call.optional(2) ? call.number(2) : call.float("value", 0);
    return pad(call, x, pads, call.string("mode", "constant"), value);
  },

  /** Cut or padded with zeros about the centre, to a shape for some axes. */
  CenterCropPad(call) {
    const x = call.input(0);
    const rank = x.shape.length;
    const axes = call.axes(call.ints("axes") ?? x.shape.map((_, axis) => axis), rank);
    const pads = new Array<number>(2 * rank).fill(0);
    call.numbers(1).forEach((wanted, i) => {
      const missing = wanted - x.shape[axes[i]!]!;
      // Of an odd number the larger part is at the end.
      pads[axes[i]!] = Math.trunc(missing / 2);
      pads[rank + axes[i]!] = missing - pads[axes[i]!]!;
    });
    return pad(call, x, pads, "constant", 0);
  },

  /** Blocks of channels become blocks of space. DCR: the block is the slow part of the channels, CRD: the fast one. */
  DepthToSpace(call) {
    const { g } = call;
    const x = call.input(0);
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const b = blockSize(call);
    const crd = call.string("mode", "DCR") === "CRD";
    const split = crd ? [n, c / (b * b), b, b, h, w] : [n, b, b, c / (b * b), h, w];
    const perm = crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
    return g.reshape(g.transpose(g.reshape(x, split), perm), [n, c / (b * b), h * b, w * b]);
  },

  SpaceToDepth(call) {
    const { g } = call;
    const x = call.input(0);
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const b = blockSize(call);
    const split = g.reshape(x, [n, c, h / b, b, w / b, b]);
    const perm = call.string("mode", "DCR") === "CRD" ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
    return g.reshape(g.transpose(split, perm), [n, c * b * b, h / b, w / b]);
  },
};
