/**
 * What rounding hides: directions that the energy asks for, but whose length the products of gradients do not show, so
 * that the span had to leave them out. The tangents still show them, for M keeps what near twins share.
 *
 * With one more direction d = Ac the inverse would gain
 *
 *     (dᵀa_i − dᵀχA x_i)(dᵀa_j − dᵀχA x_j)/S,   S = what the span leaves of dᵀχd,
 *
 * A x_j being the step on a_j. The numerator has dᵀηA x = cᵀMx and dᵀa, no more than rounding allows; S has cᵀMc less the
 * span's share, and λ|d|², where |d|² is at least cᵀMc over the largest eigenvalue of η. Derived here, and held against
 * float64 in precision.test.ts.
 */
import { Matrix } from "ml-matrix";
import { DEVIATIONS, type Span, type WhitenedSpan } from "../span";

/** What a precision estimate starts from. */
export interface Precision {
  /** ε, relative standard error of one inner product of gradients. */
  readonly rounding: number;
  /** ε_c, the same for a gradient that rounding of its prediction has moved. */
  readonly common: number;
  /** D, elements of one output sample. */
  readonly outputSize: number;
}

/** A span of n columns and the products that it was read from. */
export interface Solved {
  readonly span: Span;
  readonly whitened: WhitenedSpan;
  /** G [n, n] row-major. */
  readonly gram: Float64Array;
  /** M [n, n] row-major. */
  readonly metric: Float64Array;
}

/**
 * How far the influence may be off for the directions left out, as if each were the only one. One that the tangents do
 * not tell from nothing either is none: its columns are equal as far as the executor can see.
 * @param steps X [n, n], coefficients of each column's step
 * @returns [n, n] row-major
 */
export function unresolvedErrors(
  { span, whitened, metric }: Solved,
  steps: Matrix,
  ridge: number,
  { rounding, outputSize }: Precision,
): Float64Array {
  const n = span.scales.length;
  const errors = new Float64Array(n * n);
  const matrix = Matrix.from1DArray(n, n, Array.from(metric));
  const basis = Matrix.from1DArray(n, span.rank, Array.from(whitened.combinations));
  const largest = whitened.eigenvalues.at(-1) ?? 0;
  // Eigenvectors are float64 whatever the executor.
  const relative = Math.max(rounding, n * Number.EPSILON);
  for (const { combination, reach } of span.unresolved) {
    const change = matrix.mmul(Matrix.columnVector(combination));
    const size = combination.reduce((sum, c, k) => sum + c * change.get(k, 0), 0);
    const noise = combination.reduce((sum, c, k) => sum + c ** 2 * metric[k * (n + 1)]!, 0);
    // D numbers off by ε each, squared.
    const floor = relative ** 2 * outputSize * noise;
    if (size <= DEVIATIONS ** 2 * floor) continue;
    const shared = basis
      .transpose()
      .mmul(change)
      .to1DArray()
      .reduce(
        (sum, value, r) => sum + value ** 2 / (Math.max(whitened.eigenvalues[r]!, 0) + ridge),
        0,
      );
    const left = Math.max(size - shared, floor) + (ridge * size) / largest;
    const missed = steps.transpose().mmul(change).to1DArray();
    const most = missed.map((value, i) => Math.abs(value) + Math.abs(reach[i]!));
    most.forEach((row, i) => {
      most.forEach((column, j) => (errors[i * n + j]! += (row * column) / left));
    });
  }
  return errors;
}
