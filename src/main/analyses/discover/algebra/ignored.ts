/**
 * Directions that the function ignores: then every motion along them, by whatever function of the state, is a symmetry,
 * c + 1 affine ones a direction. They are an ideal v ⊗ (all covectors) of the algebra, and hide what the others form; the
 * quotient by it acts on the state without those directions.
 */
import { Matrix } from "ml-matrix";
import { symmetricEigen } from "../../symmetricEigen";
import { inner } from "./structure";

export interface Ignored {
  /** Orthonormal, of c numbers each. */
  readonly directions: readonly (readonly number[])[];
  /** What the motions do to all else: homogeneous and independent; none where they do nothing more. */
  readonly rest: readonly Matrix[];
}

/**
 * @param basis orthonormal homogeneous matrices [[A, b], [0, 0]]
 * @returns null where nothing is ignored
 */
export function ignoredOf(basis: readonly Matrix[], tolerance: number): Ignored | null {
  const c = basis[0]!.rows - 1;
  // Candidates without shifts have no covector for them.
  const shifts = basis.some((m) => m.subMatrix(0, c - 1, c, c).norm() > tolerance);
  const width = shifts ? c + 1 : c;
  if (basis.length < width) return null;
  // Of v ⊗ w for all unit w, what lies outside the span, as a quadratic form in v: width·1 less the share inside.
  const outside = new Float64Array(c * c);
  for (let i = 0; i < c; i++) outside[i * c + i] = width;
  for (const m of basis) {
    for (let i = 0; i < c; i++) {
      for (let j = 0; j < c; j++) {
        let sum = 0;
        for (let w = 0; w < width; w++) sum += m.get(i, w) * m.get(j, w);
        outside[i * c + j]! -= sum;
      }
    }
  }
  const { values, vectors } = symmetricEigen(outside, c);
  const columns = Array.from(values, (_, k) => [...vectors.subarray(k * c, (k + 1) * c)]);
  // Values are squares of sines, summed over the covectors, but 1 − cos² is known to rounding only.
  const bound = width * Math.max(tolerance ** 2, 1e-10);
  const directions = columns.filter((_, k) => values[k]! < bound);
  // All motions of the whole space are an algebra with a name of its own.
  if (directions.length === 0 || directions.length === c) return null;
  const others = columns.filter((_, k) => values[k]! >= bound);
  return { directions, rest: quotientOf(basis, others, tolerance) };
}

/** The motions as they act on the other directions, as many as are independent. */
function quotientOf(
  basis: readonly Matrix[],
  others: readonly (readonly number[])[],
  tolerance: number,
): Matrix[] {
  const r = others.length;
  const frame = Matrix.zeros(basis[0]!.rows, r + 1);
  others.forEach((v, k) => {
    v.forEach((x, i) => frame.set(i, k, x));
  });
  frame.set(frame.rows - 1, r, 1);
  const acting = basis.map((m) => frame.transpose().mmul(m).mmul(frame));
  const gram = Float64Array.from({ length: basis.length ** 2 }, (_, at) =>
    inner(acting[Math.floor(at / basis.length)]!, acting[at % basis.length]!),
  );
  const { values, vectors } = symmetricEigen(gram, basis.length);
  return Array.from(values, (value, k) => ({ value, k }))
    .filter(({ value }) => value > Math.max(tolerance, 1e-5) ** 2)
    .map(({ k }) => {
      const out = Matrix.zeros(r + 1, r + 1);
      acting.forEach((m, i) => out.add(Matrix.mul(m, vectors[k * basis.length + i]!)));
      return out;
    });
}
