/** Reading and writing by index. */
import { sizeOf, stridesOf } from "../../../../shared/tensor";
import type { Reduction } from "../../ops/scatter";
import { scatterFlat } from "../../rewrite";
import type { Call, Converter, Converters } from "./call";

function scatterReduction(call: Call): Reduction {
  const reduction = call.string("reduction", "none");
  if (!isReduction(reduction)) throw call.unsupported(`reduction ${reduction}`);
  return reduction;
}

function isReduction(name: string): name is Reduction {
  return ["none", "add", "mul", "max", "min"].includes(name);
}

const ScatterElements: Converter = (call) => {
  const x = call.input(0);
  return call.g.node("ScatterElements", [x, call.input(1), call.input(2)], {
    axis: call.axis(call.int("axis", 0), x.shape.length),
    reduction: scatterReduction(call),
  });
};

const ScatterND: Converter = (call) => {
  const { g } = call;
  const [x, tuples, updates] = [call.input(0), g.cast(call.input(1), "int64"), call.input(2)];
  const reduction = scatterReduction(call);
  return reduction === "none"
    ? g.node("ScatterND", [x, tuples, updates], { reduction })
    : scatterFlat(g, x, tuples, updates, reduction);
};

/** Before opset 10 k is an attribute; before 11 the largest alone. */
const TopK: Converter = (call) => {
  const x = call.input(0);
  const axis = call.axis(call.int("axis", -1), x.shape.length);
  const k = call.opset < 10 ? call.int("k") : call.number(1);
  return call.g.node("TopK", [x], { axis, k, largest: call.flag("largest", true) });
};

/** Of each sample the first `length` steps in reverse, the rest as they are. */
const ReverseSequence: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const rank = x.shape.length;
  const time = call.axis(call.int("time_axis", 0), rank);
  const batch = call.axis(call.int("batch_axis", 1), rank);
  if (time === batch) throw call.malformed("its time is its batch axis");
  const along = (axis: number): number[] => x.shape.map((extent, at) => (at === axis ? extent : 1));
  const steps = Array.from({ length: x.shape[time]! }, (_, t) => t);
  const t = g.indices(steps, along(time));
  const lengths = g.reshape(g.cast(call.input(1), "int64"), along(batch));
  const from = g.where(g.less(t, lengths), g.sub(g.sub(lengths, t), 1), t);
  return g.node("GatherElements", [x, g.expand(from, x.shape)], { axis: time });
};

/** What the condition picks along an axis, or of all elements in a row; the condition must be known. */
const Compress: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const axis = call.has("axis") ? call.axis(call.int("axis"), x.shape.length) : undefined;
  const from = axis === undefined ? g.reshape(x, [sizeOf(x.shape)]) : x;
  const places = call.numbers(1).flatMap((kept, i) => (kept === 0 ? [] : [i]));
  return g.gather(from, g.indices(places), axis ?? 0);
};

/** Indices [rank, count] of what is not 0; the number of them is a shape, so the input must be known. */
const NonZero: Converter = (call) => {
  const { shape } = call.input(0);
  const places = call.numbers(0).flatMap((x, i) => (x === 0 ? [] : [i]));
  const indices = stridesOf(shape).flatMap((stride, axis) =>
    places.map((place) => Math.floor(place / stride) % shape[axis]!),
  );
  return call.g.indices(indices, [shape.length, places.length]);
};

export const indexing: Converters = {
  Gather(call) {
    const { g } = call;
    const [x, index] = [call.input(0), call.input(1)];
    const axis = call.axis(call.int("axis", 0), x.shape.length);
    // One known index is a cut, whose gradient is cheaper than a scatter.
    if (index.source.kind === "constant" && sizeOf(index.shape) === 1) {
      const at = call.number(1);
      const extent = x.shape[axis]!;
      if (at < -extent || at >= extent) throw call.malformed(`index ${at} is not one of ${extent}`);
      const start = at < 0 ? at + extent : at;
      const shape = [...x.shape.slice(0, axis), ...index.shape, ...x.shape.slice(axis + 1)];
      return g.reshape(g.slice(x, [{ axis, start, end: start + 1 }]), shape);
    }
    return g.gather(x, index, axis);
  },

  GatherElements(call) {
    const x = call.input(0);
    const axis = call.axis(call.int("axis", 0), x.shape.length);
    return call.g.node("GatherElements", [x, call.input(1)], { axis });
  },

  GatherND: (call) =>
    call.g.node("GatherND", [call.input(0), call.g.cast(call.input(1), "int64")], {
      batch_dims: call.int("batch_dims", 0),
    }),

  ScatterElements,
  /** Its name before opset 11. */
  Scatter: ScatterElements,
  ScatterND,
  TopK,
  ReverseSequence,
  Compress,
  NonZero,
};
