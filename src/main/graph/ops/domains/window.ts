/** Domains of what slides a window, pads or repeats. Few elements: their second derivatives are large graphs. */
import type { OpName } from "..";
import { range } from "../shapes";
import { positions } from "../window";
import { floats, type Domain } from "./domain";
import { between, distinct, type Random } from "./random";

const smooth = between(-1.5, 1.5);

/** A window that fits axes of the returned extents; now and then its positions tile them. */
function window(random: Random, mayPad: boolean) {
  const rank = random.pick([1, 1, 2, 2, 2, 3]);
  const each = (low: number, high: number): number[] =>
    range(rank).map(() => random.whole(low, high));
  const kernel = each(1, 3);
  const tiling = random.chance(0.2);
  const dilations = tiling || random.chance(0.6) ? kernel.map(() => 1) : each(1, 2);
  const strides = tiling ? kernel : random.chance(0.4) ? kernel.map(() => 1) : each(1, 3);
  const begin = kernel.map((extent) => (mayPad ? random.whole(0, extent - 1) : 0));
  const end = kernel.map((extent) => (mayPad ? random.whole(0, extent - 1) : 0));
  const extents = kernel.map(
    (extent, axis) => (extent - 1) * dilations[axis]! + random.whole(1, 3),
  );
  return {
    extents,
    kernel,
    attrs: { strides, pads: [...begin, ...end], dilations },
  };
}

function pooling(mayPad: boolean, extra: (random: Random) => Record<string, boolean>): Domain {
  return (random) => {
    const { extents, kernel, attrs } = window(random, mayPad);
    const shape = [random.whole(1, 2), random.whole(1, 2), ...extents];
    return {
      inputs: [floats(shape, distinct)],
      attrs: { ...attrs, kernel_shape: kernel, ...extra(random) },
    };
  };
}

export const windows = {
  AveragePool: pooling(true, (random) => ({ count_include_pad: random.chance() })),
  Conv: (random) => {
    const { extents, kernel, attrs } = window(random, true);
    const group = random.whole(1, 2);
    const [c, m] = [group * random.whole(1, 2), group * random.whole(1, 2)];
    // Wider than the kernel reaches, now and then: the turned kernel then has no pads to answer with.
    const wide = random.chance(0.2) ? 2 : 0;
    return {
      inputs: [
        floats([random.whole(1, 2), c, ...extents], smooth),
        floats([m, c / group, ...kernel], smooth),
      ],
      attrs: { ...attrs, pads: attrs.pads.map((pad) => pad + wide), group },
    };
  },
  ConvTranspose: (random) => {
    const { extents, kernel, attrs } = window(random, false);
    // Cuts the result, which is at least as wide as the kernel reaches.
    const cut = extents.map(() => random.chance(0.3));
    const pads = [...cut, ...cut.map(() => false)].map((crop, i) =>
      crop && extents[i % extents.length]! > 1 ? 1 : 0,
    );
    const group = random.whole(1, 2);
    const c = group * random.whole(1, 2);
    return {
      inputs: [
        floats([random.whole(1, 2), c, ...extents], smooth),
        floats([c, random.whole(1, 2), ...kernel], smooth),
      ],
      attrs: {
        ...attrs,
        pads,
        group,
        output_padding: attrs.strides.map((stride) => random.whole(0, stride - 1)),
      },
    };
  },
  ConvWeight: (random) => {
    const { extents, kernel, attrs } = window(random, true);
    const group = random.whole(1, 2);
    const [n, c, m] = [random.whole(1, 2), group * random.whole(1, 2), group * random.whole(1, 2)];
    return {
      inputs: [
        floats([n, c, ...extents], smooth),
        floats([n, m, ...positions(extents, kernel, attrs)], smooth),
      ],
      attrs: { ...attrs, group, kernel },
    };
  },
  MaxPool: pooling(true, () => ({})),
  Pad: (random) => {
    const shape = random.shape(1, 3).map((extent) => extent + 1);
    const mode = random.pick(["constant", "edge", "reflect", "wrap"]);
    const pads = [...shape, ...shape].map((extent) => random.whole(0, Math.min(2, extent - 1)));
    return { inputs: [floats(shape, smooth)], attrs: { pads, mode, value: 0 } };
  },
  Resize: (random) => {
    const shape = random.shape(1, 4);
    return {
      inputs: [floats(shape, smooth)],
      attrs: { factors: shape.map(() => random.whole(1, 3)) },
    };
  },
} satisfies Partial<Record<OpName, Domain>>;
