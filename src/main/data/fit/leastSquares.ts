/**
 * Least squares by Householder's QR (Golub and Van Loan 2013, section 5.2), for several right sides. Columns that depend
 * on earlier ones get the coefficient 0, so that of features ordered by degree the lower ones are used.
 */

/** A column with less than this share of its norm left after the ones before it depends on them. */
const DEPENDENT = 1e-11;

/**
 * @param columns each [rows]; overwritten
 * @param sides each [rows]; overwritten
 * @returns coefficients of each side, [columns]
 */
export function leastSquares(
  columns: readonly Float64Array[],
  sides: readonly Float64Array[],
  step: () => void,
): Float64Array[] {
  const rows = columns[0]?.length ?? 0;
  const used: number[] = [];
  const diagonal: number[] = [];
  columns.forEach((column, j) => {
    step();
    const top = used.length;
    if (top === rows) return;
    const whole = norm(column, 0);
    const left = norm(column, top);
    if (!(left > DEPENDENT * whole)) return;
    const alpha = column[top]! > 0 ? -left : left;
    // v replaces the column below the diagonal; R's own entries stay above.
    column[top]! -= alpha;
    const beta = 2 / norm(column, top) ** 2;
    for (let k = j + 1; k < columns.length; k++) reflect(columns[k]!, column, top, beta);
    for (const side of sides) reflect(side, column, top, beta);
    used.push(j);
    diagonal.push(alpha);
  });
  return sides.map((side) => {
    const out = new Float64Array(columns.length);
    for (let a = used.length - 1; a >= 0; a--) {
      let value = side[a]!;
      for (let b = a + 1; b < used.length; b++) value -= columns[used[b]!]![a]! * out[used[b]!]!;
      out[used[a]!] = value / diagonal[a]!;
    }
    return out;
  });
}

function norm(v: Float64Array, from: number): number {
  let sum = 0;
  for (let k = from; k < v.length; k++) sum += v[k]! ** 2;
  return Math.sqrt(sum);
}

/** x ← x − β (vᵀx) v from row `top` on. */
function reflect(x: Float64Array, v: Float64Array, top: number, beta: number): void {
  let sum = 0;
  for (let k = top; k < x.length; k++) sum += v[k]! * x[k]!;
  sum *= beta;
  if (sum === 0) return;
  for (let k = top; k < x.length; k++) x[k]! -= sum * v[k]!;
}
