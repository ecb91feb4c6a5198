/**
 * Bilinear forms that linear motions keep: AᵀB + BA = 0 with B symmetric. Rotations in skewed coordinates keep a skewed
 * form, by which they are recognised, and the form tells the coordinates in which they are rotations.
 */
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { largestAngle } from "../resampling";
import { symmetricEigen } from "../../symmetricEigen";
import type { Signature } from "./structure";

export interface InvariantForm {
  /** On the whole space, zero off the support; the largest eigenvalue has size 1. */
  readonly matrix: Matrix;
  readonly signature: Signature;
  /** Dimensions that the motions move. */
  readonly support: number;
  /** How many independent forms are kept. */
  readonly count: number;
  /** Largest ‖AᵀB + BA‖ for motions of norm 1. */
  readonly residual: number;
  /** Largest principal angle, in radians, between the motions and all those that keep the form; null where they are fewer. */
  readonly angle: number | null;
}

/** Forms on more dimensions than this are not looked for. */
const MOST_DIMENSIONS = 12;

/**
 * The form nearest to the Euclidean one among those that are kept; null where there is none, or none that is not
 * degenerate on the support.
 * @param motions d × d, the linear parts
 */
export function invariantFormOf(
  motions: readonly Matrix[],
  tolerance: number,
): InvariantForm | null {
  const moving = motions.filter((a) => a.norm() > tolerance);
  if (moving.length === 0) return null;
  const support = supportOf(moving, tolerance);
  const r = support.columns;
  if (r < 2 || r > MOST_DIMENSIONS) return null;
  // Vectors that no motion reaches from within the support would be lost: the support must be kept.
  const inside = moving.map((a) => support.transpose().mmul(a).mmul(support));
  const pairs = Array.from({ length: r }, (_, i) =>
    Array.from({ length: i + 1 }, (_, j): [number, number] => [i, j]),
  ).flat();
  const symmetric = pairs.map(([i, j]) => {
    const e = Matrix.zeros(r, r);
    e.set(i, j, i === j ? 1 : Math.SQRT1_2);
    e.set(j, i, i === j ? 1 : Math.SQRT1_2);
    return e;
  });
  const count = pairs.length;
  const gram = new Float64Array(count * count);
  for (const a of inside) {
    const kept = symmetric.map((b) => Matrix.add(a.transpose().mmul(b), b.mmul(a)).to1DArray());
    for (let p = 0; p < count; p++) {
      for (let q = 0; q < count; q++) {
        gram[p * count + q]! += kept[p]!.reduce((sum, value, k) => sum + value * kept[q]![k]!, 0);
      }
    }
  }
  const { values, vectors } = symmetricEigen(gram, count);
  const forms = Array.from(values, (value, k) => ({ value, k }))
    .filter(({ value }) => value < tolerance ** 2 * Math.max(values[count - 1]!, 1e-300))
    .map(({ k }) => vectors.subarray(k * count, (k + 1) * count));
  if (forms.length === 0) return null;
  // The projection of the unit matrix: its coordinates are 1 on the diagonal.
  const chosen = new Float64Array(count);
  for (const form of forms) {
    const share = pairs.reduce((sum, [i, j], k) => sum + (i === j ? form[k]! : 0), 0);
    for (let k = 0; k < count; k++) chosen[k]! += share * form[k]!;
  }
  // Of a single form the projection may vanish (a traceless one).
  if (forms.length === 1) chosen.set(forms[0]!);
  const b = Matrix.zeros(r, r);
  pairs.forEach((_, k) => b.add(Matrix.mul(symmetric[k]!, chosen[k]!)));
  const eigen = symmetricEigen(Float64Array.from(b.to1DArray()), r);
  const size = Math.max(...eigen.values.map(Math.abs));
  if (!(size > 0) || eigen.values.some((value) => Math.abs(value) < tolerance * size)) return null;
  const negative = eigen.values.filter((value) => value < 0).length;
  b.mul((2 * negative > r ? -1 : 1) / size);
  const residual = Math.max(
    ...inside.map((a) => Matrix.add(a.transpose().mmul(b), b.mmul(a)).norm() / a.norm()),
  );
  const minus = Math.min(negative, r - negative);
  return {
    matrix: support.mmul(b).mmul(support.transpose()),
    signature: { plus: r - minus, minus, zero: 0 },
    support: r,
    count: forms.length,
    residual,
    angle: angleToAll(inside, b),
  };
}

/** Orthonormal columns that span what the motions reach. */
export function supportOf(motions: readonly Matrix[], tolerance: number): Matrix {
  const d = motions[0]!.rows;
  const gram = Matrix.zeros(d, d);
  for (const a of motions) gram.add(a.mmul(a.transpose()));
  const { leftSingularVectors: u, diagonal } = new SingularValueDecomposition(gram);
  const rank = diagonal.filter((value) => value > tolerance ** 2 * diagonal[0]!).length;
  return u.subMatrix(0, d - 1, 0, rank - 1);
}

/** To so(B) = {B⁻¹S, S skew}, where the motions are as many. */
function angleToAll(motions: readonly Matrix[], b: Matrix): number | null {
  const r = b.rows;
  const flat = (matrix: Matrix): Float64Array => Float64Array.from(matrix.to1DArray());
  const inverse = new SingularValueDecomposition(b).inverse();
  const all = Array.from({ length: r }, (_, i) =>
    Array.from({ length: i }, (_, j) => {
      const s = Matrix.zeros(r, r);
      s.set(i, j, 1);
      s.set(j, i, -1);
      return flat(inverse.mmul(s));
    }),
  ).flat();
  return all.length === motions.length ? largestAngle(motions.map(flat), all) : null;
}
