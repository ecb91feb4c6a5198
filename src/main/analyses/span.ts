/**
 * Influence in a span of gradients, from Gram matrices alone.
 *
 * The columns of A are gradients a_i, G = AᵀA and M = AᵀηA for a metric η ≥ 0. With G = VΛVᵀ cut at rank s,
 * N = Λ^{-½}VᵀMVΛ^{-½} = R diag(μ) Rᵀ and Y = RᵀΛ^{½}Vᵀ, the influence in the span Q of the kept left singular
 * vectors is Π = AᵀQ (Qᵀ(η + λ)Q)⁻¹ QᵀA = Yᵀ diag(1/(μ + λ)) Y: no matrix as long as a gradient appears.
 */
import { EVD, Matrix } from "ml-matrix";

export interface SpanCut {
  /** Largest fraction of Σσ² that the span may leave out. */
  readonly energy: number;
  /** Scale every column to unit norm before the cut, so that large columns cannot push small ones out. */
  readonly unitColumns: boolean;
  /**
   * Relative error of the inner products: standard deviation of G_ij over √(G_ii G_jj), √2 of that on the diagonal.
   * Absent: that of float64 arithmetic alone.
   */
  readonly rounding?: number;
}

/** A direction that the energy asks for and rounding does not let see: left out of the span. */
export interface Unresolved {
  /** Combination c of the columns [n]; the direction is Ac. */
  readonly combination: Float64Array;
  /** Its products with the columns, AᵀAc [n], were it as long as rounding allows. */
  readonly reach: Float64Array;
}

export interface Span {
  readonly rank: number;
  /** ‖Qᵀa_i‖² for each column, in the gradients' own units; never above G_ii but for rounding. */
  readonly keptNorms: Float64Array;
  /** Columns after scaling, in the basis of singular vectors: Λ^{½}Vᵀ [rank, n]. */
  readonly coordinates: Matrix;
  /** VΛ^{-½} [n, rank]: the combinations of (scaled) columns that form the orthonormal basis. */
  readonly combinations: Matrix;
  /** By what each column was divided; 1 without `unitColumns`, and for a zero column. */
  readonly scales: Float64Array;
  readonly unresolved: readonly Unresolved[];
}

/** A direction is seen where its σ² is farther from zero than so many standard deviations. */
export const DEVIATIONS = 2;

/**
 * The smallest leading singular subspace of the columns that keeps 1 − energy of Σσ².
 * Directions below the rounding of the Gram matrix are never kept, whatever the energy asks: their σ² is noise, and
 * with it how much of the influence would seem to come from them.
 * @param gram [n, n] row-major, symmetric, finite
 */
export function spanOf(gram: Float64Array, n: number, cut: SpanCut): Span {
  const scales = Float64Array.from({ length: n }, (_, i) => {
    const norm = Math.sqrt(Math.max(gram[i * n + i]!, 0));
    return cut.unitColumns && norm > 0 ? norm : 1;
  });
  const evd = new EVD(scaled(gram, n, scales), { assumeSymmetric: true });
  const order = Array.from(evd.realEigenvalues.keys()).sort(
    (a, b) => evd.realEigenvalues[b]! - evd.realEigenvalues[a]!,
  );
  const squares = order.map((k) => Math.max(evd.realEigenvalues[k]!, 0));
  // A zero column gets exact zeros; the eigensolver's rounding would make it a direction of its own.
  const vectors = order.map((k) =>
    Float64Array.from(scales, (_, i) =>
      gram[i * n + i]! > 0 ? evd.eigenvectorMatrix.get(i, k) : 0,
    ),
  );
  const noise = vectors.map((vector) => {
    let norm = 0;
    vector.forEach((v, i) => (norm += (v ** 2 * gram[i * n + i]!) / scales[i]! ** 2));
    return Math.max(
      DEVIATIONS * Math.SQRT2 * (cut.rounding ?? 0) * norm,
      n * Number.EPSILON * squares[0]!,
    );
  });
  const rank = rankAtEnergy(squares, noise, cut.energy);
  const coordinates = Matrix.zeros(rank, n);
  const combinations = Matrix.zeros(n, rank);
  const keptNorms = new Float64Array(n);
  for (let r = 0; r < rank; r++) {
    const sigma = Math.sqrt(squares[r]!);
    vectors[r]!.forEach((v, i) => {
      coordinates.set(r, i, sigma * v);
      combinations.set(i, r, v / sigma);
      keptNorms[i]! += (sigma * v * scales[i]!) ** 2;
    });
  }
  const unresolved = unseen(squares, noise, cut.energy, rank).map((r) => ({
    combination: vectors[r]!.map((v, i) => v / scales[i]!),
    reach: vectors[r]!.map((v, i) => v * scales[i]! * noise[r]!),
  }));
  return { rank, keptNorms, coordinates, combinations, scales, unresolved };
}

/** Smallest s with Σ_{i<s} λ_i ≥ (1 − energy) Σ λ_i, ending where noise begins; `squares` descend. */
function rankAtEnergy(
  squares: readonly number[],
  noise: readonly number[],
  energy: number,
): number {
  const total = sum(squares);
  let left = total;
  let rank = 0;
  while (rank < squares.length && left > energy * total && squares[rank]! > noise[rank]!) {
    left -= squares[rank++]!;
  }
  return rank;
}

/** From `rank` on, those in the noise without which, if it were all real, the energy would not be kept. */
function unseen(
  squares: readonly number[],
  noise: readonly number[],
  energy: number,
  rank: number,
): number[] {
  const allowed = energy * sum(squares);
  let beyond = 0;
  const found: number[] = [];
  for (let r = squares.length - 1; r >= rank; r--) {
    beyond += Math.max(squares[r]!, noise[r]!);
    if (beyond > allowed && squares[r]! <= noise[r]!) found.push(r);
  }
  return found;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Eigenvalues μ of Qᵀ η Q and the columns in their basis, from which Π follows for any ridge. */
export interface WhitenedSpan {
  /** Ascending, not clamped. */
  readonly eigenvalues: Float64Array;
  /** Y Diag(scales) [rank, n] row-major. */
  readonly columns: Float64Array;
  /** The combinations of unscaled columns that form that basis [n, rank] row-major. */
  readonly combinations: Float64Array;
}

/** Diagonalises the metric within the span. @param metric M = AᵀηA [n, n] row-major */
export function whiten(span: Span, metric: Float64Array, n: number): WhitenedSpan {
  const { rank, coordinates, combinations, scales } = span;
  if (rank === 0) {
    const none = new Float64Array(0);
    return { eigenvalues: none, columns: none, combinations: none };
  }
  const inner = combinations
    .transpose()
    .mmul(scaled(metric, n, scales))
    .mmul(combinations);
  const evd = new EVD(symmetric(inner), { assumeSymmetric: true });
  const y = evd.eigenvectorMatrix.transpose().mmul(coordinates);
  const turned = combinations.mmul(evd.eigenvectorMatrix);
  const columns = new Float64Array(rank * n);
  const basis = new Float64Array(n * rank);
  for (let r = 0; r < rank; r++) {
    for (let i = 0; i < n; i++) {
      columns[r * n + i] = y.get(r, i) * scales[i]!;
      basis[i * rank + r] = turned.get(i, r) / scales[i]!;
    }
  }
  return { eigenvalues: Float64Array.from(evd.realEigenvalues), columns, combinations: basis };
}

/**
 * Π = Yᵀ diag(1/(max(μ, 0) + ridge)) Y [n, n] row-major: every column against every other.
 * With ridge 0 a direction that the metric does not see gives infinities; they are the caller's data.
 */
export function influenceOf(span: WhitenedSpan, n: number, ridge: number): Float64Array {
  const influence = new Float64Array(n * n);
  span.eigenvalues.forEach((mu, r) => {
    const weight = 1 / (Math.max(mu, 0) + ridge);
    for (let i = 0; i < n; i++) {
      const left = weight * span.columns[r * n + i]!;
      for (let j = 0; j < n; j++) influence[i * n + j]! += left * span.columns[r * n + j]!;
    }
  });
  return influence;
}

function scaled(values: Float64Array, n: number, scales: Float64Array): Matrix {
  const result = Matrix.zeros(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      result.set(i, j, values[i * n + j]! / (scales[i]! * scales[j]!));
    }
  }
  return result;
}

/** Products leave an asymmetry of rounding, which the symmetric eigensolver would read from one triangle only. */
function symmetric(matrix: Matrix): Matrix {
  return Matrix.add(matrix, matrix.transpose()).mul(0.5);
}

/** ⟨a_i, a_j⟩ / √(⟨a_i, a_i⟩⟨b_j, b_j⟩) for a rectangular block; NaN where a self term is not positive. */
export function cosineOf(
  block: Float64Array,
  rowSelf: ArrayLike<number>,
  columnSelf: ArrayLike<number>,
): Float64Array {
  const columns = columnSelf.length;
  return block.map((value, k) => {
    const row = rowSelf[Math.floor(k / columns)]!;
    const column = columnSelf[k % columns]!;
    return row > 0 && column > 0 ? value / Math.sqrt(row * column) : NaN;
  });
}
