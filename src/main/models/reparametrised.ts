/**
 * Weights that PyTorch keeps as what they are computed from, as the tensors that a network without that has: weight
 * normalisation as w = g v/‖v‖, spectral normalisation in evaluation as w/σ with σ = uᵀWv. Both have an older form
 * (names with _g, _v, _orig, _u) and one as parametrisations.
 * torch/nn/utils/weight_norm.py, spectral_norm.py and parametrizations.py of PyTorch 1.13 to 2.13.
 */
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import { permuted } from "./permute";
import type { StoredTensor } from "./stored";

/** The names of what a weight is computed from; by the first of them it is found. */
interface Form {
  readonly first: RegExp;
  /** Of the weight and of the others, by the groups of `first`. */
  readonly weight: string;
  readonly others: readonly string[];
  /** Whether the parts' extents are those of each other. */
  readonly fit: (shapes: readonly (readonly number[])[]) => boolean;
  readonly make: (parts: readonly Tensor[]) => Tensor;
  /** Which of the parts has the weight's extents. */
  readonly like: number;
}

const forms: readonly Form[] = [
  { first: /^(.*)_g$/, weight: "$1", others: ["$1_v"], fit: areScales, make: normalised, like: 1 },
  {
    first: /^(.*?)parametrizations\.([^.]+)\.original0$/,
    weight: "$1$2",
    others: ["$1parametrizations.$2.original1"],
    fit: areScales,
    make: normalised,
    like: 1,
  },
  {
    first: /^(.*)_orig$/,
    weight: "$1",
    others: ["$1_u", "$1_v"],
    fit: areSingular,
    make: spectral,
    like: 0,
  },
  {
    first: /^(.*?)parametrizations\.([^.]+)\.original$/,
    weight: "$1$2",
    others: ["$1parametrizations.$2.0._u", "$1parametrizations.$2.0._v"],
    fit: areSingular,
    make: spectral,
    like: 0,
  },
];

/**
 * The tensors with plain weights in the place of what they are computed from, where a network has none of the latter.
 * @param places names of the network's tensors
 */
export function plainWeights(
  all: ReadonlyMap<string, StoredTensor>,
  places: readonly string[],
): ReadonlyMap<string, StoredTensor> {
  if (places.some((name) => forms.some(({ first }) => first.test(name)))) return all;
  const plain = new Map<string, readonly [string, StoredTensor]>();
  const used = new Set<string>();
  for (const name of all.keys()) {
    for (const { first, weight, others, fit, make, like } of forms) {
      if (!first.test(name)) continue;
      const names = [name, ...others.map((other) => name.replace(first, other))];
      const parts = names.flatMap((part) => all.get(part) ?? []);
      const own = name.replace(first, weight);
      if (parts.length < names.length || all.has(own)) continue;
      if (!fit(parts.map(({ shape }) => shape))) continue;
      plain.set(name, [own, made(parts, parts[like]!, make)]);
      for (const part of names) used.add(part);
      break;
    }
  }
  if (plain.size === 0) return all;
  const tensors = [...all].flatMap(([name, tensor]) => {
    const own = plain.get(name);
    if (own !== undefined) return [own];
    return used.has(name) ? [] : [[name, tensor] as const];
  });
  return new Map(tensors);
}

function made(
  parts: readonly StoredTensor[],
  { dtype, shape, storedType }: StoredTensor,
  make: Form["make"],
): StoredTensor {
  const why = parts.find(({ unreadable }) => unreadable !== undefined)?.unreadable;
  return {
    dtype,
    shape,
    storedType,
    ...(why === undefined ? {} : { unreadable: why }),
    async read() {
      return make(await Promise.all(parts.map((part) => part.read())));
    },
  };
}

/** One number for all of v, or along some axes of v one each. */
function areScales([g, v]: readonly (readonly number[])[]): boolean {
  const same = g!.length === 0 || g!.length === v!.length;
  return same && g!.every((extent, axis) => extent === 1 || extent === v![axis]);
}

/** g v/‖v‖, the norm over all axes but those that g has. */
function normalised([g, v]: readonly Tensor[]): Tensor {
  const [scales, values] = [toFloat64(g!), toFloat64(v!)];
  const { shape } = v!;
  /** Where an element's scale is: g has the axes of v with extents of one, or none. */
  const scaleOf = (at: number): number => {
    let index = 0;
    for (const [axis, extent] of shape.entries()) {
      const own = g!.shape[axis] ?? 1;
      const along = Math.floor(at / sizeOf(shape.slice(axis + 1))) % extent;
      index = index * own + (own === 1 ? 0 : along);
    }
    return index;
  };
  const squares = new Float64Array(scales.length);
  const places = values.map((_, at) => scaleOf(at));
  for (const [at, x] of values.entries()) squares[places[at]!]! += x * x;
  const factors = squares.map((sum, i) => scales[i]! / Math.sqrt(sum));
  const weights = values.map((x, at) => x * factors[places[at]!]!);
  return fromFloat64(v!.dtype, shape, weights);
}

/** Axes of W that can be its rows. */
function rowsOf(w: readonly number[], rows: number): number[] {
  return w.flatMap((extent, axis) =>
    extent === rows && (axis === 0 || (axis === 1 && w.length > 2)) ? [axis] : [],
  );
}

function areSingular([w, u, v]: readonly (readonly number[])[]): boolean {
  const vectors = u!.length === 1 && v!.length === 1;
  return vectors && rowsOf(w!, u![0]!).length > 0 && u![0]! * v![0]! === sizeOf(w!);
}

/**
 * W/σ with σ = uᵀWv, where W has an axis of the weight as its rows: the second of transposed convolutions. Where u has
 * the length of either, it is the one for which u and v are the better singular vectors.
 */
function spectral([w, u, v]: readonly Tensor[]): Tensor {
  const [left, right] = [toFloat64(u!), toFloat64(v!)];
  const axes = rowsOf(w!.shape, left.length);
  const sigma = Math.max(
    ...axes.map((axis) => {
      const others = w!.shape.map((_, k) => k).filter((k) => k !== axis);
      const matrix = toFloat64(permuted(w!, [axis, ...others]));
      let sum = 0;
      for (const [row, a] of left.entries())
        for (const [column, b] of right.entries())
          sum += a * b * matrix[row * right.length + column]!;
      return sum;
    }),
  );
  const weights = toFloat64(w!).map((x) => x / sigma);
  return fromFloat64(w!.dtype, w!.shape, weights);
}
