/** One motion by itself, or one of several that commute: what its eigenvalues say it is. */
import { EigenvalueDecomposition, type Matrix } from "ml-matrix";

export type SingleKind =
  "translation" | "rotation" | "scaling" | "stretching" | "spiral" | "shear" | "mixed";

/**
 * @param matrix homogeneous, [[A, b], [0, 0]]
 * @param tolerance relative to its norm
 */
export function kindOf(matrix: Matrix, tolerance: number): SingleKind {
  const size = matrix.norm();
  const linear = matrix.subMatrix(0, matrix.rows - 2, 0, matrix.columns - 2);
  if (linear.norm() < tolerance * size) return "translation";
  const { realEigenvalues: real, imaginaryEigenvalues: imaginary } = new EigenvalueDecomposition(
    linear,
  );
  // A k-fold eigenvalue of a matrix with rounding ε splits by ε^{1/k}; pairs are the rule.
  const small = Math.sqrt(tolerance) * size;
  const growing = real.filter((value) => Math.abs(value) > small);
  const turning = imaginary.filter((value) => Math.abs(value) > small);
  if (growing.length === 0 && turning.length === 0) return "shear";
  if (growing.length === 0) return "rotation";
  if (turning.length === 0) {
    const [first] = growing;
    return growing.every((value) => Math.abs(value - first!) < small) ? "scaling" : "stretching";
  }
  return growing.length >= turning.length ? "spiral" : "mixed";
}

/** As the algebra's name says it. */
export const singleNames: Readonly<Record<SingleKind, string>> = {
  translation: "translations(1)",
  rotation: "so(2)",
  scaling: "scalings",
  stretching: "so(1,1)",
  spiral: "R",
  shear: "R",
  mixed: "R",
};

export const singleWords: Readonly<Record<SingleKind, string>> = {
  translation: "a translation",
  rotation: "a rotation",
  scaling: "a scaling",
  stretching: "a stretching along some directions and shrinking along others",
  spiral: "a rotation that grows",
  shear: "a shear",
  mixed: "a rotation together with a stretching",
};
