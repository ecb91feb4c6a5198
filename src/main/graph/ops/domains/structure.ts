/** Domains of products, reductions, moves and scans. */
import type { OpName } from "..";
import { range } from "../shapes";
import { floats, type Domain } from "./domain";
import { between, distinct, type Draw, type Random } from "./random";

const smooth = between(-1.5, 1.5);

function reduction(draw: Draw): Domain {
  return (random) => {
    const shape = random.shape(1, 4);
    return {
      inputs: [floats(shape, draw)],
      attrs: { axes: random.axes(shape.length), keepdims: random.chance() },
    };
  };
}

function alongAxis(draw: Draw, flags: readonly string[] = []): Domain {
  return (random) => {
    const shape = random.shape(1, 4);
    const attrs = {
      axis: random.whole(0, shape.length - 1),
      ...Object.fromEntries(flags.map((flag) => [flag, random.chance()])),
    };
    return { inputs: [floats(shape, draw)], attrs };
  };
}

/** The shape with neighbouring axes joined and axes of 1 put in. */
function regrouped(random: Random, shape: readonly number[]): number[] {
  const result: number[] = [];
  for (const extent of shape) {
    if (result.length > 0 && random.chance(0.4)) result[result.length - 1]! *= extent;
    else result.push(extent);
    if (random.chance(0.2)) result.push(1);
  }
  return result;
}

export const structure = {
  ArgMax: alongAxis(distinct, ["keepdims", "select_last_index"]),
  ArgMin: alongAxis(distinct, ["keepdims", "select_last_index"]),
  Concat: (random) => {
    const shape = random.shape(1, 4);
    const axis = random.whole(0, shape.length - 1);
    const inputs = range(random.whole(1, 3)).map(() => {
      const part = [...shape];
      part[axis] = random.whole(1, 3);
      return floats(part, smooth);
    });
    return { inputs, attrs: { axis } };
  },
  CumSum: alongAxis(smooth, ["exclusive", "reverse"]),
  Expand: (random) => {
    const shape = random.shape(0, 4);
    return { inputs: [floats(random.narrower(shape), smooth)], attrs: { shape } };
  },
  LogSoftmax: alongAxis(smooth),
  MatMul: (random) => {
    const stack = random.shape(0, 2);
    const [m, k, n] = [random.whole(1, 4), random.whole(1, 4), random.whole(1, 4)];
    // A plain matrix beside a stack is the common case, and has shortcuts of its own.
    const other = random.chance() ? [] : random.narrower(stack);
    const [a, b] = random.shuffled([stack, other]);
    return { inputs: [floats([...a!, m, k], smooth), floats([...b!, k, n], smooth)], attrs: {} };
  },
  ReduceMax: reduction(distinct),
  ReduceMean: reduction(smooth),
  ReduceMin: reduction(distinct),
  ReduceProd: reduction(smooth),
  ReduceSum: reduction(smooth),
  Reshape: (random) => {
    const shape = random.shape(0, 4);
    return { inputs: [floats(shape, smooth)], attrs: { shape: regrouped(random, shape) } };
  },
  Slice: (random) => {
    const shape = random.shape(1, 4).map((extent) => extent + random.whole(0, 3));
    const axes = random.shuffled(random.axes(shape.length));
    const cuts = axes.map((axis) => {
      const [from, to] = [random.whole(0, shape[axis]! - 1), random.whole(0, shape[axis]! - 1)];
      const size = random.whole(1, 3);
      return from <= to
        ? { start: from, end: to + 1, step: size }
        : { start: from, end: to - 1, step: -size };
    });
    return {
      inputs: [floats(shape, smooth)],
      attrs: {
        axes,
        starts: cuts.map(({ start }) => start),
        ends: cuts.map(({ end }) => end),
        steps: cuts.map(({ step }) => step),
      },
    };
  },
  Softmax: alongAxis(smooth),
  Transpose: (random) => {
    const shape = random.shape(0, 4);
    const perm = random.shuffled(range(shape.length));
    return { inputs: [floats(shape, smooth)], attrs: { perm } };
  },
} satisfies Partial<Record<OpName, Domain>>;
