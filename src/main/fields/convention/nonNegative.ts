/** Least squares of a few terms whose coefficients must not be negative. */
import { Matrix, solve } from "ml-matrix";

/**
 * min ‖d − Σ cᵢfᵢ‖² over cᵢ ≥ 0, by trying every set of terms: with four there are sixteen.
 * @param gram of the terms, and of what they explain as its last row and column
 */
export function nonNegative(gram: readonly (readonly number[])[]): {
  residual: number;
  coefficients: readonly number[];
} {
  const terms = gram.length - 1;
  const whole = gram[terms]![terms]!;
  let best = { residual: whole, coefficients: new Array<number>(terms).fill(0) };
  for (let set = 1; set < 2 ** terms; set++) {
    const chosen = gram.flatMap((row, i) =>
      i < terms && (set >> i) & 1 && row[i]! > 0 ? [i] : [],
    );
    if (chosen.length === 0) continue;
    // Columns are scaled to norm 1 and a little is added, so that equal terms share instead of dividing by zero.
    const scale = chosen.map((i) => Math.sqrt(gram[i]![i]!));
    const normal = new Matrix(
      chosen.map((i, a) =>
        chosen.map((j, b) => gram[i]![j]! / (scale[a]! * scale[b]!) + (a === b ? 1e-12 : 0)),
      ),
    );
    const right = Matrix.columnVector(chosen.map((i, a) => gram[i]![terms]! / scale[a]!));
    const found = solve(normal, right).to1DArray();
    if (found.some((c) => !(c >= 0))) continue;
    const explained = found.reduce((sum, c, a) => sum + c * right.get(a, 0), 0);
    if (whole - explained < best.residual) {
      const coefficients = new Array<number>(terms).fill(0);
      chosen.forEach((i, a) => (coefficients[i] = found[a]! / scale[a]!));
      best = { residual: Math.max(0, whole - explained), coefficients };
    }
  }
  return best;
}
