/**
 * The Lie algebra that matrices span: structure constants [E_i, E_j] = Σ c_ij^k E_k in an orthonormal basis, how well it
 * closes, and what does not depend on the basis: derived algebra, centre, and the signature of the Killing form
 * κ_ij = Σ c_ik^l c_jl^k.
 */
import { Matrix } from "ml-matrix";
import { symmetricEigen } from "../../symmetricEigen";

export interface Signature {
  readonly plus: number;
  readonly minus: number;
  readonly zero: number;
}

export interface Structure {
  readonly dimension: number;
  /** c_ij^k at [(i · K + j) · K + k]. */
  readonly constants: Float64Array;
  /** Largest ‖[E_i, E_j] − Σ c_ij^k E_k‖ over the largest ‖E_i‖‖E_j‖: 0 where the span is an algebra. */
  readonly closure: number;
  /** Orthonormal coordinates of the derived algebra [g, g] and of the centre, one a row. */
  readonly derived: readonly Float64Array[];
  readonly centre: readonly Float64Array[];
  readonly killing: Signature;
}

/**
 * @param matrices independent, all n × n; they are made orthonormal here and the results refer to that basis
 * @param tolerance relative, below which a rank or an eigenvalue counts as zero
 */
export function structureOf(matrices: readonly Matrix[], tolerance: number): Structure {
  const k = matrices.length;
  const basis = orthonormalMatrices(matrices);
  const constants = new Float64Array(k ** 3);
  let closure = 0;
  basis.forEach((a, i) => {
    basis.forEach((b, j) => {
      if (j <= i) return;
      const bracket = Matrix.sub(a.mmul(b), b.mmul(a));
      const rest = bracket.clone();
      basis.forEach((e, l) => {
        const c = inner(e, bracket);
        constants[(i * k + j) * k + l] = c;
        constants[(j * k + i) * k + l] = -c;
        rest.sub(Matrix.mul(e, c));
      });
      closure = Math.max(closure, rest.norm());
    });
  });
  return { dimension: k, closure, constants, ...invariantsOf(constants, k, tolerance) };
}

/** The parts of a structure that follow from its constants alone. */
export function invariantsOf(
  constants: Float64Array,
  k: number,
  tolerance: number,
): Pick<Structure, "derived" | "centre" | "killing"> {
  const c = (i: number, j: number, l: number): number => constants[(i * k + j) * k + l]!;
  // Brackets are rows of a k² × k matrix B: [g, g] is its row space; the centre what brackets with all to nothing.
  const spanned = new Float64Array(k * k);
  const central = new Float64Array(k * k);
  const killing = new Float64Array(k * k);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < k; b++) {
      for (let i = 0; i < k; i++) {
        for (let j = 0; j < k; j++) {
          spanned[a * k + b]! += c(i, j, a) * c(i, j, b);
          central[a * k + b]! += c(a, i, j) * c(b, i, j);
          killing[a * k + b]! += c(a, i, j) * c(b, j, i);
        }
      }
    }
  }
  // Squares of singular values for the first two, so the tolerance is squared.
  const kept = eigenspace(spanned, k, (value, size) => value > tolerance ** 2 * size);
  const centre = eigenspace(central, k, (value, size) => value <= tolerance ** 2 * size);
  const { values } = symmetricEigen(killing, k);
  const size = Math.max(...values.map(Math.abs), BRACKETS_OF_UNITS * tolerance);
  return {
    derived: kept,
    centre,
    killing: {
      plus: values.filter((value) => value > tolerance * size).length,
      minus: values.filter((value) => value < -tolerance * size).length,
      zero: values.filter((value) => Math.abs(value) <= tolerance * size).length,
    },
  };
}

/** Brackets of unit matrices are of this order; what is far smaller is rounding. */
const BRACKETS_OF_UNITS = 0.1;

function eigenspace(
  gram: Float64Array,
  k: number,
  wanted: (value: number, size: number) => boolean,
): Float64Array[] {
  const { values, vectors } = symmetricEigen(gram, k);
  const size = Math.max(values[k - 1]!, BRACKETS_OF_UNITS);
  return Array.from(values, (value, i) => ({ value, i }))
    .filter(({ value }) => wanted(value, size))
    .map(({ i }) => vectors.slice(i * k, (i + 1) * k));
}

/** ⟨A, B⟩ = tr AᵀB. */
export function inner(a: Matrix, b: Matrix): number {
  let sum = 0;
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) sum += a.get(i, j) * b.get(i, j);
  }
  return sum;
}

/** Gram–Schmidt, each twice. */
export function orthonormalMatrices(matrices: readonly Matrix[]): Matrix[] {
  const basis: Matrix[] = [];
  for (const matrix of matrices) {
    const rest = matrix.clone();
    for (let pass = 0; pass < 2; pass++) {
      for (const e of basis) rest.sub(Matrix.mul(e, inner(e, rest)));
    }
    basis.push(rest.div(rest.norm()));
  }
  return basis;
}

/** Σ v_i E_i. */
export function combinationOf(basis: readonly Matrix[], v: ArrayLike<number>): Matrix {
  const out = Matrix.zeros(basis[0]!.rows, basis[0]!.columns);
  basis.forEach((e, i) => out.add(Matrix.mul(e, v[i]!)));
  return out;
}
