/** One motion by itself, or one of several that commute: what its eigenvalues say it is. */
import { type Matrix, SingularValueDecomposition } from "ml-matrix";
import { eigenvaluesOf } from "./eigenvalues";

export type SingleKind =
  | "translation"
  | "rotation"
  | "screw"
  | "scaling"
  | "stretching"
  | "weighted scaling"
  | "spiral"
  | "shear"
  | "mixed";

export interface Single {
  readonly kind: SingleKind;
  readonly words: string;
}

/**
 * @param matrix homogeneous, [[A, b], [0, 0]]
 * @param tolerance relative to its norm
 */
export function singleOf(matrix: Matrix, tolerance: number): Single {
  const size = matrix.norm();
  const linear = matrix.subMatrix(0, matrix.rows - 2, 0, matrix.columns - 2);
  if (linear.norm() < tolerance * size) return { kind: "translation", words: "a translation" };
  const one = linearKind(linear, size, tolerance);
  return keepsAPoint(matrix, tolerance) ? one : drifting(one);
}

/** What keeps no point also goes along where its linear part goes nowhere; its orbits do not close. */
function drifting({ kind, words }: Single): Single {
  const along = `${words} together with a translation along what it leaves in place`;
  return kind === "rotation"
    ? { kind: "screw", words: `a screw, ${along}` }
    : { kind: "mixed", words: along };
}

/** Whether A x + b = 0 somewhere: b lies in the image of A. */
function keepsAPoint(matrix: Matrix, tolerance: number): boolean {
  const d = matrix.rows - 1;
  const linear = matrix.subMatrix(0, d - 1, 0, d - 1);
  const shift = matrix.subMatrix(0, d - 1, d, d);
  const { leftSingularVectors: left, diagonal } = new SingularValueDecomposition(linear);
  const cut = Math.sqrt(tolerance) * (diagonal[0] ?? 0);
  const outside = diagonal.flatMap((value, i) =>
    value > cut ? [] : [left.getColumnVector(i).dot(shift)],
  );
  return Math.hypot(...outside) <= Math.sqrt(tolerance) * matrix.norm();
}

/** @param size of the whole motion, beside which eigenvalues are small or not */
function linearKind(linear: Matrix, size: number, tolerance: number): Single {
  const eigenvalues = eigenvaluesOf(linear);
  // A k-fold eigenvalue of a matrix with rounding ε splits by ε^{1/k}; pairs are the rule.
  const small = Math.sqrt(tolerance) * size;
  const growing = eigenvalues.map(({ re }) => re).filter((value) => Math.abs(value) > small);
  const turning = eigenvalues.map(({ im }) => im).filter((value) => value > small);
  if (growing.length === 0 && turning.length === 0) return { kind: "shear", words: "a shear" };
  if (growing.length === 0) return { kind: "rotation", words: rotationOf(turning, small) };
  if (turning.length > 0) {
    return growing.length >= 2 * turning.length
      ? { kind: "spiral", words: "a rotation that grows" }
      : { kind: "mixed", words: "a rotation together with a stretching" };
  }
  const [first = 0] = growing;
  if (growing.every((value) => Math.abs(value - first) < small)) {
    return { kind: "scaling", words: "a scaling" };
  }
  const total = growing.reduce((sum, value) => sum + value, 0);
  if (growing.every((value) => Math.abs(Math.abs(value) - Math.abs(first)) < small)) {
    if (Math.abs(total) < small) {
      const words = "a stretching along some directions and shrinking along others";
      return { kind: "stretching", words };
    }
  }
  return { kind: "weighted scaling", words: `a scaling with the weights ${ratios(growing)}` };
}

/** @param speeds of each plane */
function rotationOf(speeds: readonly number[], small: number): string {
  if (speeds.length === 1) return "a rotation";
  const planes = `a rotation in ${speeds.length} planes at once`;
  const alike = speeds.every((speed) => Math.abs(speed - speeds[0]!) < small);
  return alike ? planes : `${planes}, with the speeds ${ratios(speeds)}`;
}

/** In units of the smallest, the most frequent sign positive. */
function ratios(values: readonly number[]): string {
  const least = Math.min(...values.map(Math.abs));
  const positive = values.filter((value) => value > 0).length;
  const unit = 2 * positive >= values.length ? least : -least;
  return values
    .map((value) => Number((value / unit).toPrecision(3)))
    .sort((a, b) => a - b)
    .map((value) => (value < 0 ? `−${-value}` : String(value)))
    .join(" : ");
}

/** As the algebra's name says it. */
export const singleNames: Readonly<Record<SingleKind, string>> = {
  translation: "translations(1)",
  rotation: "so(2)",
  screw: "R",
  scaling: "scalings",
  stretching: "so(1,1)",
  "weighted scaling": "scalings",
  spiral: "R",
  shear: "R",
  mixed: "R",
};
