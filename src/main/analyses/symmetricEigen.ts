/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to tridiagonal form, then implicit QL with
 * Wilkinson's shift (Golub and Van Loan 2013, sections 8.3.1 and 8.3.3). Eigenvectors are kept as rows, so that every
 * inner loop runs along memory: a spectrum of 930 candidates takes seconds, where a library of matrix objects took five
 * times as long.
 */

export interface Eigen {
  /** Ascending, [n]. */
  readonly values: Float64Array;
  /** Orthonormal, the i-th row belongs to the i-th value, [n, n] row-major. */
  readonly vectors: Float64Array;
}

/** An off-diagonal element needs two or three sweeps; this many are a matrix that is not finite. */
const MOST_SWEEPS = 60;

/**
 * @param matrix [n, n] row-major; its lower triangle is read
 * @throws RangeError where it is not finite
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  if (!matrix.every(Number.isFinite)) throw new RangeError("the matrix is not finite");
  const { diagonal, beside, vectors } = tridiagonal(matrix, n);
  implicitQl(diagonal, beside, vectors, n);
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[a]! - diagonal[b]!);
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (i) => diagonal[i]!), vectors: sorted };
}

/** T = QᵀAQ; `vectors` holds Qᵀ, `beside` the element before each diagonal one. */
function tridiagonal(
  matrix: Float64Array,
  n: number,
): { diagonal: Float64Array; beside: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(matrix);
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const reflectors: { readonly v: Float64Array; readonly beta: number }[] = [];
  const p = new Float64Array(n);
  // From the last row up: row i becomes (…, beside_i, diagonal_i).
  for (let i = n - 1; i > 0; i--) {
    diagonal[i] = a[i * n + i]!;
    const row = a.subarray(i * n, i * n + i);
    let tail = 0;
    for (let k = 0; k < i - 1; k++) tail += row[k]! ** 2;
    const last = row[i - 1]!;
    if (tail === 0) {
      beside[i] = last;
      continue;
    }
    const norm = Math.sqrt(tail + last ** 2);
    const alpha = last > 0 ? -norm : norm;
    beside[i] = alpha;
    const v = Float64Array.from(row);
    v[i - 1] = last - alpha;
    const beta = 2 / (tail + v[i - 1]! ** 2);
    reflectors.push({ v, beta });
    // p = βAv from the lower triangle alone, then A ← A − vwᵀ − wvᵀ with w = p − (β pᵀv / 2) v.
    p.fill(0, 0, i);
    for (let r = 0; r < i; r++) {
      const start = r * n;
      const vr = v[r]!;
      let sum = a[start + r]! * vr;
      for (let c = 0; c < r; c++) {
        const value = a[start + c]!;
        sum += value * v[c]!;
        p[c]! += value * vr;
      }
      p[r]! += sum;
    }
    let inner = 0;
    for (let r = 0; r < i; r++) {
      p[r]! *= beta;
      inner += p[r]! * v[r]!;
    }
    const half = (beta * inner) / 2;
    for (let r = 0; r < i; r++) p[r]! -= half * v[r]!;
    for (let r = 0; r < i; r++) {
      const start = r * n;
      const [vr, wr] = [v[r]!, p[r]!];
      for (let c = 0; c <= r; c++) a[start + c]! -= vr * p[c]! + wr * v[c]!;
    }
  }
  diagonal[0] = a[0]!;
  return { diagonal, beside, vectors: product(reflectors, n) };
}

/** Qᵀ of Q = H₁H₂…, each H = 1 − βvvᵀ with v shorter than the one before. */
function product(
  reflectors: readonly { readonly v: Float64Array; readonly beta: number }[],
  n: number,
): Float64Array {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  // From the last one, whose support is the smallest: only the leading block of Q is other than 1.
  for (const { v, beta } of [...reflectors].reverse()) {
    const size = v.length;
    const sums = new Float64Array(size);
    for (let r = 0; r < size; r++) {
      const vr = v[r]!;
      const start = r * n;
      for (let c = 0; c < size; c++) sums[c]! += vr * q[start + c]!;
    }
    for (let r = 0; r < size; r++) {
      const factor = beta * v[r]!;
      const start = r * n;
      for (let c = 0; c < size; c++) q[start + c]! -= factor * sums[c]!;
    }
  }
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < r; c++) {
      const held = q[r * n + c]!;
      q[r * n + c] = q[c * n + r]!;
      q[c * n + r] = held;
    }
  }
  return q;
}

/** Diagonalises in place; `vectors` has one eigenvector a row in the end. */
function implicitQl(d: Float64Array, beside: Float64Array, vectors: Float64Array, n: number): void {
  const e = new Float64Array(n);
  e.set(beside.subarray(1));
  let size = 0;
  for (let i = 0; i < n; i++) size = Math.max(size, Math.abs(d[i]!) + Math.abs(e[i]!));
  const negligible = Number.EPSILON * size;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > negligible * 0.5) m++;
      if (m === l) break;
      if (sweep === MOST_SWEEPS) throw new RangeError("the QL iteration does not converge");
      const g0 = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let g = d[m]! - d[l]! + e[l]! / (g0 + Math.sign(g0 || 1) * Math.hypot(g0, 1));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        const r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        const t = (d[i]! - g) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = g + p;
        g = c * t - b;
        rotate(vectors, i * n, (i + 1) * n, n, c, s);
      }
      if (i >= l) continue;
      d[l]! -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
}

function rotate(rows: Float64Array, a: number, b: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const f = rows[b + k]!;
    const g = rows[a + k]!;
    rows[b + k] = s * g + c * f;
    rows[a + k] = c * g - s * f;
  }
}
