/** Domains of gathers and scatters. Indices along an axis are drawn from either end. */
import { sizeOf } from "../../../../shared/tensor";
import type { OpName } from "..";
import { range } from "../shapes";
import { floats, type CaseInput, type Domain } from "./domain";
import { between, distinct, lattice, offZero, wholes, type Draw, type Random } from "./random";

const smooth = between(-1.5, 1.5);

/** All different by 0.15 or more, and from the multiples of 0.2 by 0.02. */
const distinctOdd: Draw = (random, size) =>
  random
    .shuffled(range(size))
    .map((i) => 0.2 * (i - Math.floor(size / 2)) + 0.1 + random.uniform(-0.02, 0.02));

function indices(shape: readonly number[], draw: Draw): CaseInput {
  return { dtype: "int64", shape, draw };
}

/** Along an axis of `extent`, from either end. */
const along = (extent: number): Draw => wholes(-extent, extent - 1);

/** Index tuples into axes of these extents; different ones if asked. */
function tuples(extents: readonly number[], repeat: boolean): Draw {
  return (random, size) => {
    const all = sizeOf(extents);
    const count = size / extents.length;
    const places = repeat
      ? range(count).map(() => random.whole(0, all - 1))
      : random.shuffled(range(all)).slice(0, count);
    return places.flatMap((place) => {
      const tuple: number[] = [];
      for (const extent of extents.toReversed()) {
        tuple.unshift(place % extent);
        place = Math.floor(place / extent);
      }
      return tuple;
    });
  };
}

/** Data, and a shape of indices that is no longer than it off `axis`. */
function elements(random: Random): { data: number[]; index: number[]; axis: number } {
  const data = random.shape(1, 3);
  const axis = random.whole(0, data.length - 1);
  const index = data.map((extent, at) =>
    at === axis ? random.whole(1, 4) : random.whole(1, extent),
  );
  return { data, index, axis };
}

export const indexing = {
  Gather: (random) => {
    const shape = random.shape(1, 3);
    const axis = random.whole(0, shape.length - 1);
    const index = indices(random.shape(0, 2), along(shape[axis]!));
    return { inputs: [floats(shape, smooth), index], attrs: { axis } };
  },
  GatherElements: (random) => {
    const { data, index, axis } = elements(random);
    return {
      inputs: [floats(data, smooth), indices(index, along(data[axis]!))],
      attrs: { axis },
    };
  },
  GatherND: (random) => {
    const common = random.shape(0, 1);
    const addressed = random.shape(1, 2);
    const index = [...common, ...random.shape(0, 2), addressed.length];
    return {
      inputs: [
        floats([...common, ...addressed, ...random.shape(0, 1)], smooth),
        indices(index, tuples(addressed, true)),
      ],
      attrs: { batch_dims: common.length },
    };
  },
  ScatterElements: (random) => {
    const reduction = random.pick(["none", "add", "mul", "max", "min"]);
    const { data, index, axis } = elements(random);
    // Along a vector without repetition, or anywhere with it; extrema without ties.
    if (reduction !== "none") {
      const kept = reduction === "add" || reduction === "mul" ? smooth : lattice(0.2, 0, 6);
      const arriving = kept === smooth ? offZero : distinctOdd;
      return {
        inputs: [floats(data, kept), indices(index, along(data[axis]!)), floats(index, arriving)],
        attrs: { axis, reduction },
      };
    }
    const extent = random.whole(2, 6);
    const count = [random.whole(1, extent)];
    return {
      inputs: [
        floats([extent], smooth),
        indices(count, tuples([extent], false)),
        floats(count, smooth),
      ],
      attrs: { axis: 0, reduction },
    };
  },
  ScatterND: (random) => {
    const reduction = random.pick(["none", "add"]);
    const addressed = random.shape(1, 2);
    const rest = random.shape(0, 1);
    const count = random.whole(1, reduction === "add" ? 5 : sizeOf(addressed));
    return {
      inputs: [
        floats([...addressed, ...rest], smooth),
        indices([count, addressed.length], tuples(addressed, reduction === "add")),
        floats([count, ...rest], smooth),
      ],
      attrs: { reduction },
    };
  },
  TopK: (random) => {
    const shape = random.shape(1, 3);
    const axis = random.whole(0, shape.length - 1);
    const k = random.whole(1, shape[axis]!);
    return { inputs: [floats(shape, distinct)], attrs: { axis, k, largest: random.chance() } };
  },
} satisfies Partial<Record<OpName, Domain>>;
