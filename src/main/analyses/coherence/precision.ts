/**
 * How far rounding moves influence and cosine: a measured error of inner products (rounding.ts), carried through the
 * ridge-regularised inverse by first-order perturbation.
 *
 * Write the step on a_j as χ⁻¹a_j = A x_j, x_j its coefficients in the gradients, and T for the tangents, M = TᵀT/(nD).
 * Then Π = AᵀA X with (M + λG) X = G in the span, and errors of G and T move it by
 *
 *     dΠ = dG X + Xᵀ dG − λ Xᵀ dG X − Xᵀ (PᵀT + TᵀP + PᵀP) X/(nD).
 *
 * Entries of dG are taken as independent, off by ε of both norms and √2 of that on the diagonal: most come from tangents
 * against residuals, one product each, so that G is no longer made of vectors and near twins do not keep what they share.
 * M is made of vectors: the columns of P are independent, a product with one being off by ε of both norms. That gives,
 * with K = e_i x_jᵀ + x_i(e_j − λx_j)ᵀ, ⟨u, v⟩ = Σ_k G_kk u_k v_k, N = XᵀMX and Q_ij = Σ_k x_ki x_kj M_kk,
 *
 *     σ² = ε² [ Σ_kl G_kk G_ll K_kl (K_kl + K_lk) + Q_ii N_jj + Q_jj N_ii + 2 Q_ij N_ij ] + (ε² D)² Q_ii Q_jj,
 *
 * with ε_c² [ G_ii |A x_j|² + G_jj |A x_i|² ] for what rounding of the predictions does to the gradients a_i and a_j
 * themselves, which both ways of making a product share (rounding.ts). It is large where a step is a small difference of
 * large gradients, which is how a small ridge loses digits. The term with D is the noise that squaring adds to the metric,
 * D numbers of an output having √D times the error of their projection; against it a ridge must hold. Reported are two
 * standard deviations, and what directions that the span had to leave out could have added (unresolved.ts). How the energy
 * cut's own boundary moves is not in it.
 */
import { Matrix } from "ml-matrix";
import { cosineOf, DEVIATIONS } from "../span";
import { unresolvedErrors, type Precision, type Solved } from "./unresolved";

/**
 * Estimated error of every entry of Π, in its units; infinite where the inverse is.
 * @returns [n, n] row-major, symmetric
 */
export function influenceErrors(solved: Solved, ridge: number, precision: Precision): Float64Array {
  const { span, whitened, gram, metric } = solved;
  const { rounding, common, outputSize } = precision;
  const n = span.scales.length;
  const { rank } = span;
  if (rank === 0) return new Float64Array(n * n);
  const weighted = Matrix.from1DArray(rank, n, Array.from(whitened.columns));
  whitened.eigenvalues.forEach((mu, r) => weighted.mulRow(r, 1 / (Math.max(mu, 0) + ridge)));
  const steps = Matrix.from1DArray(n, rank, Array.from(whitened.combinations)).mmul(weighted);
  const norms = Array.from({ length: n }, (_, k) => gram[k * (n + 1)]!);
  /** Σ_k w_k x_ki x_kj. */
  const between = (weights: readonly number[]): Matrix =>
    steps.transpose().mmul(steps.clone().mulColumnVector(weights));
  const within = (products: Float64Array): Matrix =>
    steps.transpose().mmul(Matrix.from1DArray(n, n, Array.from(products)).mmul(steps));
  const changes = within(metric);
  const lengths = within(gram);
  const ofGradients = between(norms);
  const ofTangents = between(Array.from({ length: n }, (_, k) => metric[k * (n + 1)]!));
  const single = steps.clone().mulColumnVector(norms);
  /** ⟨x_i, e_j − λx_j⟩ */
  const rest = (i: number, j: number): number => single.get(j, i) - ridge * ofGradients.get(i, j);
  const errors = unresolvedErrors(solved, steps, ridge, precision);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const norm = i === j ? norms[i]! : 0;
      const restNorm = norms[j]! - ridge * (single.get(j, j) + rest(j, j));
      const gradients =
        norms[i]! * ofGradients.get(j, j) +
        ofGradients.get(i, i) * restNorm +
        2 * single.get(i, i) * rest(j, j) +
        single.get(i, j) ** 2 +
        rest(i, j) ** 2 +
        2 * (norm - ridge * single.get(i, j)) * ofGradients.get(i, j);
      const tangents =
        ofTangents.get(i, i) * changes.get(j, j) +
        ofTangents.get(j, j) * changes.get(i, i) +
        2 * ofTangents.get(i, j) * changes.get(i, j);
      const squared = (rounding * outputSize) ** 2 * ofTangents.get(i, i) * ofTangents.get(j, j);
      const moved =
        common ** 2 *
        (norms[i]! * lengths.get(j, j) + norms[j]! * lengths.get(i, i)) *
        (i === j ? 2 : 1);
      const error =
        DEVIATIONS *
        Math.sqrt(rounding ** 2 * (Math.max(gradients + tangents, 0) + squared) + moved);
      errors[i * n + j]! += Number.isNaN(error) ? Infinity : error;
    }
  }
  return errors;
}

/** Errors of a block of influences and of both self terms, [rows, columns], [rows] and [columns]. */
export interface BlockErrors {
  readonly influence: Float64Array;
  readonly self: Float64Array;
  readonly selfX: Float64Array;
}

/**
 * Error of a cosine from those of the influence and of both self terms, added as if independent; absolute, and 2 at
 * most, since no two cosines are farther apart.
 */
export function cosineErrors(
  errors: BlockErrors,
  block: { influence: Float64Array; self: Float64Array; selfX: Float64Array },
): Float64Array {
  const cosine = cosineOf(block.influence, block.self, block.selfX);
  const share = cosineOf(errors.influence, block.self, block.selfX);
  const columns = block.selfX.length;
  return share.map((own, k) => {
    const [i, j] = [Math.floor(k / columns), k % columns];
    const selves = Math.hypot(errors.self[i]! / block.self[i]!, errors.selfX[j]! / block.selfX[j]!);
    return Math.min(Math.hypot(own, (cosine[k]! * selves) / 2), 2);
  });
}

/** The largest errors of the results of one element. */
export interface ElementPrecision {
  /** Of influence, relative to the root of both self terms. */
  readonly influence: number;
  /** Of the cosine, absolute. */
  readonly cosine: number;
}

/** The largest of one block [n, n] of the arrays of a result; what was left out of it does not count. */
export function largestErrors(
  influenceError: Float64Array,
  cosineError: Float64Array,
  self: Float64Array,
  selfX: Float64Array,
): ElementPrecision {
  const largest = (values: Float64Array): number =>
    values.reduce((max, value) => (value > max ? value : max), 0);
  return {
    influence: largest(cosineOf(influenceError, self, selfX)),
    cosine: largest(cosineError),
  };
}

/** The largest of some elements over all batches; null where rounding was not measured. */
export function worstPrecision(
  batches: readonly { readonly precision: readonly ElementPrecision[] }[],
  elements: readonly number[],
): ElementPrecision | null {
  const all = batches.flatMap(({ precision }) => precision.filter((_, g) => elements.includes(g)));
  if (all.length === 0) return null;
  return {
    influence: Math.max(...all.map(({ influence }) => influence)),
    cosine: Math.max(...all.map(({ cosine }) => cosine)),
  };
}
