/** From inner products of gradients to influence, cosine, self terms and what the span keeps. */
import type { GramBlock } from "./grams";
import { cosineErrors, influenceErrors } from "./precision";
import { cosineOf, influenceOf, spanOf, whiten } from "../span";
import type { Precision } from "./unresolved";

export interface InfluenceOptions {
  readonly metric: "gauss-newton" | "identity";
  readonly ridge: number;
  readonly energy: number;
  readonly unitColumns: boolean;
  /** Relative error of the inner products; see SpanCut. */
  readonly rounding?: number;
  /** Estimate errors from it; the identity metric, which inverts nothing, has none. */
  readonly precision?: Precision;
}

/** The gradients that one span is made of, in groups of n columns: kets x first, then bras. */
export interface ColumnSet {
  readonly n: number;
  readonly groups: number;
  /** [groups·n, groups·n] row-major. */
  readonly gram: Float64Array;
  /** The same with η between; null without a metric. */
  readonly metric: Float64Array | null;
}

/** Influence of kets on one group of bras, and the self terms in the same inverse metric. */
export interface Influence {
  /** [n, n], rows bras. */
  readonly influence: Float64Array;
  readonly self: Float64Array;
  readonly selfX: Float64Array;
  readonly cosine: Float64Array;
  readonly rank: number;
  /** Fractions of the kets' and the bras' squared norm within the span. */
  readonly energyKept: readonly [number, number];
  /** Estimated errors [n, n] of influence and cosine; null where none were asked for. */
  readonly errors: { readonly influence: Float64Array; readonly cosine: Float64Array } | null;
}

/**
 * The set of columns from blocks, `block(i, j)` with i ≥ j being rows of group i against columns of group j.
 * @param metricOf the metric matrix of a block, for instance a mean over slices
 */
export function columnSet(
  n: number,
  groups: number,
  block: (i: number, j: number) => GramBlock,
  metricOf: ((block: GramBlock) => Float64Array) | null,
): ColumnSet {
  const size = groups * n;
  const gram = new Float64Array(size * size);
  const metric = metricOf === null ? null : new Float64Array(size * size);
  const place = (into: Float64Array, values: Float64Array, i: number, j: number): void => {
    for (let r = 0; r < n; r++) {
      for (let c = 0; c < n; c++) {
        into[(i * n + r) * size + j * n + c] = values[r * n + c]!;
        into[(j * n + c) * size + i * n + r] = values[r * n + c]!;
      }
    }
  };
  for (let i = 0; i < groups; i++) {
    for (let j = 0; j <= i; j++) {
      const products = block(i, j);
      place(gram, products.gram, i, j);
      if (metric !== null) place(metric, metricOf!(products), i, j);
    }
  }
  return { n, groups, gram, metric };
}

/** Mean of the metric over some of its slices, all by default. */
export function meanMetric(block: GramBlock, slices = [...block.metric.keys()]): Float64Array {
  const mean = new Float64Array(block.gram.length);
  for (const slice of slices) {
    block.metric[slice]!.forEach((value, k) => (mean[k]! += value / slices.length));
  }
  return mean;
}

/**
 * Influence on each group of bras for each ridge. A column whose products are not all finite is left out of the span
 * and NaN in the result; so is every column that is not in `used`.
 * @returns [ridge][group]; group 0 is the kets on themselves
 */
export function influenceWithin(
  set: ColumnSet,
  options: InfluenceOptions,
  ridges: readonly number[] = [options.ridge],
  used: readonly number[] = Array.from({ length: set.n }, (_, i) => i),
): Influence[][] {
  const { n, groups } = set;
  const size = n * groups;
  const wanted = new Set(used);
  const columns = Array.from({ length: size }, (_, k) => k).filter(
    (k) => wanted.has(k % n) && isUsable(set, k),
  );
  const all = Array.from({ length: groups }, (_, g) => g);
  const gram = pick(set.gram, size, columns);
  if (options.metric === "identity") {
    const full = spread(gram, size, columns);
    const rank = columns.length;
    const read = all.map((g) => readGroup(full, set, g, rank, [1, 1]));
    return ridges.map(() => read);
  }
  const span = spanOf(gram, columns.length, options);
  const metric = pick(set.metric!, size, columns);
  const whitened = whiten(span, metric, columns.length);
  const kept = (group: number): number => {
    let inside = 0;
    let total = 0;
    columns.forEach((column, k) => {
      if (Math.floor(column / n) !== group) return;
      inside += span.keptNorms[k]!;
      total += set.gram[column * size + column]!;
    });
    return inside / total;
  };
  return ridges.map((ridge) => {
    const m = columns.length;
    const full = spread(influenceOf(whitened, m, ridge), size, columns);
    const { precision } = options;
    const errors =
      precision === undefined
        ? null
        : spread(
            influenceErrors({ span, whitened, gram, metric }, ridge, precision),
            size,
            columns,
          );
    return all.map((g) => {
      const read = readGroup(full, set, g, span.rank, [kept(0), kept(g)]);
      if (errors === null) return read;
      const own = blockOf(errors, set, g);
      const cosine = cosineErrors(own, read);
      // With itself a gradient has a cosine of 1, whatever rounding does to it.
      if (g === 0) for (let i = 0; i < n; i++) cosine[i * (n + 1)] = 0;
      return { ...read, errors: { influence: own.influence, cosine } };
    });
  });
}

/** Finite against itself in both products; a zero gradient stays, as a column of zeros. */
function isUsable({ gram, metric, n, groups }: ColumnSet, k: number): boolean {
  const self = k * n * groups + k;
  return Number.isFinite(gram[self]) && (metric === null || Number.isFinite(metric[self]));
}

function pick(values: Float64Array, size: number, columns: readonly number[]): Float64Array {
  const m = columns.length;
  const picked = new Float64Array(m * m);
  columns.forEach((row, i) => {
    columns.forEach((column, j) => (picked[i * m + j] = values[row * size + column]!));
  });
  return picked;
}

/** The inverse of `pick`, NaN where nothing was picked. */
function spread(values: Float64Array, size: number, columns: readonly number[]): Float64Array {
  const m = columns.length;
  const full = new Float64Array(size * size).fill(NaN);
  columns.forEach((row, i) => {
    columns.forEach((column, j) => (full[row * size + column] = values[i * m + j]!));
  });
  return full;
}

function readGroup(
  full: Float64Array,
  set: ColumnSet,
  g: number,
  rank: number,
  energyKept: readonly [number, number],
): Influence {
  const block = blockOf(full, set, g);
  const cosine = cosineOf(block.influence, block.self, block.selfX);
  return { ...block, cosine, rank, energyKept, errors: null };
}

/** Of a matrix over all columns: group g against the kets, and both diagonals. */
function blockOf(
  full: Float64Array,
  { n, groups }: ColumnSet,
  g: number,
): Pick<Influence, "influence" | "self" | "selfX"> {
  const size = n * groups;
  const influence = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    influence.set(full.subarray((g * n + i) * size, (g * n + i) * size + n), i * n);
  }
  const diagonal = (group: number): Float64Array =>
    Float64Array.from({ length: n }, (_, i) => full[(group * n + i) * (size + 1)]!);
  return { influence, self: diagonal(g), selfX: diagonal(0) };
}

/**
 * Diagonal of a cosine less its mean over the columns of other trajectories: what g·x_i shares with x_i and not with
 * just any state. Where no other trajectory is in the batch, other samples stand in.
 * @param trajectories of each sample; null where the data have none
 */
export function excessOf(
  cosine: Float64Array,
  trajectories: readonly (number | null)[],
): Float64Array {
  const n = trajectories.length;
  return Float64Array.from({ length: n }, (_, i) => {
    const own = trajectories[i] ?? null;
    const others = [...trajectories.keys()].filter((j) => j !== i);
    const strangers = others.filter((j) => own !== null && trajectories[j] !== own);
    const unrelated = (strangers.length > 0 ? strangers : others)
      .map((j) => cosine[i * n + j]!)
      .filter((value) => !Number.isNaN(value));
    const mean = unrelated.reduce((sum, value) => sum + value, 0) / unrelated.length;
    return cosine[i * n + i]! - mean;
  });
}
