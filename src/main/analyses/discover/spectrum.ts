/**
 * The scale-free spectrum of candidates: C v = μ S v. √μ is the relative defect of the combination v, 0 for an exact
 * symmetry, about 1 for a motion that has nothing to do with the function. Combinations without any effect, S v = 0, are
 * set aside before: on these data they do not move the states at all.
 */
import type { Gram } from "./gram";
import { symmetricEigen } from "../symmetricEigen";

export interface Spectrum {
  /** μ ascending, not negative, [n]. */
  readonly values: Float64Array;
  /** The k-th combination of candidates, vᵀSv = 1, [Q]; formed when asked for, since most never are. */
  vector(k: number): Float64Array;
  /** Orthonormal combinations that act trivially, [t][Q]. */
  readonly trivial: readonly Float64Array[];
}

/** A candidate whose part independent of the others is below this share of its own S adds nothing to them. */
const DEPENDENT = 1e-12;

/** @param q number of candidates */
export function spectrumOf({ defect, scale }: Gram, q: number): Spectrum {
  const { order, factor, rank, unit } = pivotedCholesky(scale, q);
  const reduced = new Float64Array(rank * rank);
  for (let a = 0; a < rank; a++) {
    for (let b = 0; b < rank; b++) {
      const [i, j] = [order[a]!, order[b]!];
      reduced[a * rank + b] = defect[i * q + j]! * unit[i]! * unit[j]!;
    }
  }
  // L⁻¹ C L⁻ᵀ: the same solve for rows and, after transposing, for columns.
  for (let side = 0; side < 2; side++) {
    for (let row = 0; row < rank; row++) {
      const target = reduced.subarray(row * rank, (row + 1) * rank);
      for (let k = 0; k < row; k++) {
        const l = factor[row * q + k]!;
        if (l === 0) continue;
        const source = reduced.subarray(k * rank, (k + 1) * rank);
        for (let j = 0; j < rank; j++) target[j]! -= l * source[j]!;
      }
      const pivot = factor[row * q + row]!;
      for (let j = 0; j < rank; j++) target[j]! /= pivot;
    }
    transpose(reduced, rank);
  }
  const { values, vectors } = symmetricEigen(reduced, rank);
  const back = (u: Float64Array): Float64Array => {
    const v = Float64Array.from(u);
    for (let row = rank - 1; row >= 0; row--) {
      for (let k = row + 1; k < rank; k++) v[row]! -= factor[k * q + row]! * v[k]!;
      v[row]! /= factor[row * q + row]!;
    }
    const out = new Float64Array(q);
    for (let row = 0; row < rank; row++) out[order[row]!] = v[row]! * unit[order[row]!]!;
    return out;
  };
  const trivial = orthonormal(nullSpace(order, factor, rank, unit, q));
  return {
    values: values.map((value) => Math.max(0, value)),
    vector: (k) => without(back(vectors.subarray(k * rank, (k + 1) * rank)), trivial),
    trivial,
  };
}

interface Cholesky {
  /** Candidates, those that are kept first. */
  readonly order: readonly number[];
  /** Row a belongs to candidate order[a], [Q, Q]; only the first `rank` columns are used. */
  readonly factor: Float64Array;
  readonly rank: number;
  /** 1/√S_qq, 0 for a candidate without effect. */
  readonly unit: Float64Array;
}

/** S scaled to a unit diagonal = L Lᵀ, the candidate with the most of its own first. */
function pivotedCholesky(scale: Float64Array, q: number): Cholesky {
  let largest = 0;
  for (let i = 0; i < q; i++) largest = Math.max(largest, scale[i * q + i]!);
  const unit = Float64Array.from({ length: q }, (_, i) => {
    const own = scale[i * q + i]!;
    return own > Number.EPSILON ** 2 * largest ? 1 / Math.sqrt(own) : 0;
  });
  const order = Array.from({ length: q }, (_, i) => i);
  const factor = new Float64Array(q * q);
  const left = Float64Array.from(unit, (value) => (value > 0 ? 1 : 0));
  let rank = 0;
  for (; rank < q; rank++) {
    let best = rank;
    for (let a = rank + 1; a < q; a++) if (left[order[a]!]! > left[order[best]!]!) best = a;
    const pivot = left[order[best]!]!;
    if (!(pivot > DEPENDENT)) break;
    [order[rank], order[best]] = [order[best]!, order[rank]!];
    for (let k = 0; k < rank; k++) {
      const held = factor[rank * q + k]!;
      factor[rank * q + k] = factor[best * q + k]!;
      factor[best * q + k] = held;
    }
    const i = order[rank]!;
    const root = Math.sqrt(pivot);
    factor[rank * q + rank] = root;
    for (let a = rank + 1; a < q; a++) {
      const j = order[a]!;
      let sum = scale[j * q + i]! * unit[i]! * unit[j]!;
      for (let k = 0; k < rank; k++) sum -= factor[a * q + k]! * factor[rank * q + k]!;
      const value = sum / root;
      factor[a * q + rank] = value;
      left[j]! -= value ** 2;
    }
  }
  return { order, factor, rank, unit };
}

/** Each candidate that was left over, less the combination of kept ones that acts as it does. */
function nullSpace(
  order: readonly number[],
  factor: Float64Array,
  rank: number,
  unit: Float64Array,
  q: number,
): Float64Array[] {
  return order.slice(rank).map((candidate, left) => {
    const out = new Float64Array(q);
    out[candidate] = unit[candidate] === 0 ? 1 : unit[candidate]!;
    if (unit[candidate] === 0) return out;
    const w = Float64Array.from({ length: rank }, (_, k) => factor[(rank + left) * q + k]!);
    for (let row = rank - 1; row >= 0; row--) {
      for (let k = row + 1; k < rank; k++) w[row]! -= factor[k * q + row]! * w[k]!;
      w[row]! /= factor[row * q + row]!;
      out[order[row]!] = -w[row]! * unit[order[row]!]!;
    }
    return out;
  });
}

/** Gram–Schmidt, each twice; what is left of nothing is dropped. */
export function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const size = Math.hypot(...vector);
    const rest = without(without(vector, basis), basis);
    const left = Math.hypot(...rest);
    if (left > 1e-9 * size) basis.push(rest.map((value) => value / left));
  }
  return basis;
}

/** The part of v orthogonal to an orthonormal basis. */
function without(v: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const out = Float64Array.from(v);
  for (const one of basis) {
    let inner = 0;
    for (let k = 0; k < out.length; k++) inner += one[k]! * out[k]!;
    for (let k = 0; k < out.length; k++) out[k]! -= inner * one[k]!;
  }
  return out;
}

function transpose(matrix: Float64Array, n: number): void {
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < r; c++) {
      const held = matrix[r * n + c]!;
      matrix[r * n + c] = matrix[c * n + r]!;
      matrix[c * n + r] = held;
    }
  }
}
