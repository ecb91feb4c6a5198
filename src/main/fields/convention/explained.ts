/** How much of a change some terms with coefficients that are not negative explain, beyond what diffusion does. */
import { centred, gramOf, picked, smoothed, thinned, type Mesh } from "./gram";
import { moved, movesOf } from "./moves";
import { nonNegative } from "./nonNegative";
import type { Space } from "./flow";

/** What each reading leaves unexplained: 1 nothing explained, 0 all. */
export interface Explained {
  /** Of all samples together, one a reading. */
  readonly together: readonly number[];
  /** A row a reading, of one share a sample, under the coefficients of all together. */
  readonly bySample: readonly (readonly number[])[];
  /** The same as the least of `together` once the changes were moved to where they do not belong; one a move. */
  readonly byChance: readonly number[];
}

/**
 * Further passes of the filter (1, 2, 1)/4 along each axis, over all terms alike: a balance holds for filtered terms as
 * well, and what is finer than the flow moves in a step is no longer asked for.
 */
const FURTHER = [0, 8, 24, 64] as const;

/** A change that diffusion explains to this leaves nothing for the flow. */
const REST = 1e-3;

/** The terms of the flow; the Laplacian and the change come after them. */
const FLOW_TERMS = 3;

/**
 * Of the smoothings that one is taken under which some reading explains most.
 * @param samples the same fields of every sample
 * @param readings for each the terms as sums of the fields: three of the flow, the Laplacian, the change
 */
export function bySmoothing(
  samples: readonly Float64Array[][],
  readings: readonly (readonly (readonly number[])[])[],
  { shape, inside }: Space,
): Explained {
  let fields: readonly Float64Array[][] = samples;
  let mesh: Mesh = { shape, every: shape.map(() => 1) };
  let seen = inside;
  let best: { together: number[]; grams: Float64Array[]; at: Smoothed } | undefined;
  for (const passes of FURTHER) {
    if (passes > 0) {
      const finer = mesh;
      mesh = thinned(finer);
      fields = fields.map((sample) =>
        sample.map((field) => picked(smoothed(field, finer, passes), finer, mesh)),
      );
      seen = picked(seen, finer, mesh);
    }
    const grams = fields.map((sample) => gramOf(sample, seen));
    const total = summed(grams);
    const together = readings.map((rows) => shareOf(reduced(total, rows)));
    if (best === undefined || Math.min(...together) < Math.min(...best.together)) {
      best = { together, grams, at: { fields, mesh, seen } };
    }
  }
  const { together, grams, at } = best!;
  const total = summed(grams);
  return {
    together,
    byChance: leftByChance(total, readings, at),
    bySample: readings.map((rows) => {
      const { coefficients } = nonNegative(reduced(total, rows));
      return grams.map((gram) => shareOf(reduced(gram, rows), coefficients));
    }),
  };
}

/** Fields of every sample as one of the smoothings leaves them. */
interface Smoothed {
  readonly fields: readonly Float64Array[][];
  readonly mesh: Mesh;
  readonly seen: Float64Array;
}

/**
 * What the best of all readings leaves of changes that are moved along the grid, less what diffusion explains of them
 * where they belong. A few smooth samples have so few waves that three terms explain much of any change.
 */
function leftByChance(
  total: Float64Array,
  readings: readonly (readonly (readonly number[])[])[],
  { fields, mesh, seen }: Smoothed,
): number[] {
  const count = fields[0]!.length;
  const diffusion = reduced(total, readings[0]!).slice(FLOW_TERMS).map((row) => row.slice(FLOW_TERMS)); // prettier-ignore
  const [rate] = nonNegative(diffusion).coefficients as [number];
  const inner = readings.map((rows) => reduced(total, rows.slice(0, FLOW_TERMS)));
  const samples = fields.map((sample) => {
    const all = centred(sample, seen);
    const [bend, change] = [all[count - 2]!, all[count - 1]!];
    return { terms: all.slice(0, -2), rest: change.map((value, k) => value - rate * bend[k]!) };
  });
  return movesOf(mesh.shape).map((move) => {
    // ⟨field, moved rest⟩; last the rest's own.
    const products = new Float64Array(count);
    let own = 0;
    for (const { terms, rest } of samples) {
      const away = moved(rest, mesh.shape, move);
      terms.forEach((term, i) => (products[i]! += dot(term, away)));
      for (let k = 0; k < away.length; k++) own += seen[k]! * away[k]! ** 2;
    }
    if (!(own > 0)) return 1;
    const shares = readings.map((rows, i) => {
      const along = rows.slice(0, FLOW_TERMS).map((row) => dot(row, products));
      const gram = [...inner[i]!.map((row, p) => [...row, along[p]!]), [...along, own]];
      return nonNegative(gram).residual / own;
    });
    return Math.min(...shares);
  });
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}

function summed(grams: readonly Float64Array[]): Float64Array {
  const total = new Float64Array(grams[0]!.length);
  for (const gram of grams) gram.forEach((value, i) => (total[i]! += value));
  return total;
}

/** 1 less what the flow explains of what diffusion leaves. */
function shareOf(gram: readonly (readonly number[])[], coefficients?: readonly number[]): number {
  const change = gram.at(-1)!.at(-1)!;
  const diffusion = gram.slice(FLOW_TERMS).map((row) => row.slice(FLOW_TERMS));
  const rest = nonNegative(diffusion).residual;
  if (!(rest > REST * change)) return 1;
  const left =
    coefficients === undefined ? nonNegative(gram).residual : residualOf(gram, coefficients);
  return Math.max(0, left / rest);
}

/** ‖d − Σ cᵢfᵢ‖² */
function residualOf(gram: readonly (readonly number[])[], coefficients: readonly number[]): number {
  const weights = [...coefficients.map((c) => -c), 1];
  const of = (i: number): number =>
    weights.reduce((sum, b, j) => sum + weights[i]! * b * gram[i]![j]!, 0);
  return weights.reduce((sum, _, i) => sum + of(i), 0);
}

/** Inner products of sums of fields, from those of the fields. */
function reduced(
  gram: Float64Array,
  rows: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const count = rows[0]!.length;
  const sparse = rows.map((row) => row.flatMap((factor, at) => (factor === 0 ? [] : { factor, at }))); // prettier-ignore
  return sparse.map((a) =>
    sparse.map((b) => {
      let sum = 0;
      for (const p of a) for (const q of b) sum += p.factor * q.factor * gram[p.at * count + q.at]!;
      return sum;
    }),
  );
}
