/** exp of affine motions: x ↦ Ax + b moves points for the time s by x ↦ Ex + c with (E c; 0 1) = exp(s(A b; 0 0)). */

/** A matrix and a shift, row-major. */
export interface Affine {
  /** [n, n] */
  readonly matrix: Float64Array;
  /** [n] */
  readonly shift: Float64Array;
}

/** Terms of the series; at norm ½ the first left out is 1e-17 of the sum. */
const TERMS = 14;

/**
 * By scaling and squaring of Taylor's series: halved until its norm is below ½, and squared as often. Rounding grows
 * with the norm, as the solution's own condition does.
 */
export function affineExponential({ matrix, shift }: Affine, s: number): Affine {
  const n = shift.length;
  const m = n + 1;
  const slope = new Float64Array(m * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) slope[i * m + j] = s * matrix[i * n + j]!;
    slope[i * m + n] = s * shift[i]!;
  }
  const norm = rowNorm(slope, m);
  const halvings = norm > 0.5 ? Math.ceil(Math.log2(norm / 0.5)) : 0;
  const small = slope.map((value) => value / 2 ** halvings);
  let sum = identity(m);
  // Horner: 1 + S(1 + S/2(1 + S/3(…))).
  for (let k = TERMS; k > 0; k--) {
    sum = product(small, sum, m).map((value) => value / k);
    for (let i = 0; i < m; i++) sum[i * m + i]! += 1;
  }
  for (let k = 0; k < halvings; k++) sum = product(sum, sum, m);
  const out = { matrix: new Float64Array(n * n), shift: new Float64Array(n) };
  for (let i = 0; i < n; i++) {
    out.matrix.set(sum.subarray(i * m, i * m + n), i * n);
    out.shift[i] = sum[i * m + n]!;
  }
  return out;
}

function rowNorm(a: Float64Array, m: number): number {
  let most = 0;
  for (let i = 0; i < m; i++) {
    most = Math.max(
      most,
      a.subarray(i * m, (i + 1) * m).reduce((sum, x) => sum + Math.abs(x), 0),
    );
  }
  return most;
}

function identity(m: number): Float64Array {
  return Float64Array.from({ length: m * m }, (_, k) => (k % (m + 1) === 0 ? 1 : 0));
}

/** Motions of particles are mostly zeros, which are stepped over. */
function product(a: Float64Array, b: Float64Array, m: number): Float64Array {
  const out = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < m; k++) {
      const factor = a[i * m + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < m; j++) out[i * m + j]! += factor * b[k * m + j]!;
    }
  }
  return out;
}
