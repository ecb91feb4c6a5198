/**
 * Eigenvalues of a small real matrix without symmetry, by the QR iteration in complex arithmetic with Wilkinson's shift
 * (Golub and Van Loan 2013, §7.5) and a bound on its steps. ml-matrix's own iteration has none: on the complex structure
 * of u(3) in rotated coordinates, three pairs ±i, it never ends.
 */
import type { Matrix } from "ml-matrix";

export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** A shift that is far from the last one breaks the rare cycles. */
const UNUSUAL = 10;
/** Steps an eigenvalue; two or three are the rule. */
const MOST_STEPS = 300;

/** @param matrix n × n, finite @returns n, pairs next to each other only by accident */
export function eigenvaluesOf(matrix: Matrix): Complex[] {
  const n = matrix.rows;
  const h = new Hessenberg(matrix);
  const found: Complex[] = [];
  let steps = 0;
  for (let last = n - 1; last >= 0;) {
    let first = last;
    while (first > 0 && !h.splits(first)) first--;
    if (first === last) {
      found.push(h.at(last, last));
      last--;
      steps = 0;
      continue;
    }
    if (++steps > MOST_STEPS) throw new Error(`No eigenvalue of ${matrix.toString()}`);
    h.step(first, last, steps % UNUSUAL === 0 ? h.unusual(last) : h.wilkinson(last));
  }
  return found;
}

/** A complex matrix with zeros below its first subdiagonal. */
class Hessenberg {
  readonly #n: number;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  /** What is far below this is rounding. */
  readonly #size: number;

  constructor(matrix: Matrix) {
    const n = matrix.rows;
    this.#n = n;
    this.#re = Float64Array.from(matrix.to1DArray());
    this.#im = new Float64Array(n * n);
    this.#size = matrix.norm();
    // Each entry below the subdiagonal is turned into the one on it, by a rotation of rows and of columns.
    for (let column = 0; column < n - 2; column++) {
      for (let row = column + 2; row < n; row++) {
        const turn = rotation(this.at(column + 1, column), this.at(row, column));
        this.#rows(column + 1, row, turn, 0);
        this.#columns(column + 1, row, turn, n - 1);
        this.#set(row, column, zero);
      }
    }
  }

  at(row: number, column: number): Complex {
    const k = row * this.#n + column;
    return { re: this.#re[k]!, im: this.#im[k]! };
  }

  /** Whether the block that begins at k stands apart from the one above; what is left between them is then dropped. */
  splits(k: number): boolean {
    const neighbours = magnitude(this.at(k, k)) + magnitude(this.at(k - 1, k - 1));
    const bound = Number.EPSILON * Math.max(neighbours, Number.EPSILON * this.#size);
    if (magnitude(this.at(k, k - 1)) > bound) return false;
    this.#set(k, k - 1, zero);
    return true;
  }

  /** The eigenvalue of the last two rows and columns that is closer to the last entry. */
  wilkinson(k: number): Complex {
    const [a, d] = [this.at(k - 1, k - 1), this.at(k, k)];
    const half = scaled(minus(a, d), 0.5);
    const product = times(this.at(k - 1, k), this.at(k, k - 1));
    const root = squareRoot(plus(times(half, half), product));
    const [one, other] = [plus(half, root), minus(half, root)];
    return plus(d, magnitude(one) < magnitude(other) ? one : other);
  }

  /** Francis's remedy: as far away as the subdiagonal is large. */
  unusual(k: number): Complex {
    const far = magnitude(this.at(k, k - 1));
    return plus(this.at(k, k), { re: 0.75 * far, im: 0.4375 * far });
  }

  /** H − σ = Q R, then R Q + σ, on rows and columns first … last. */
  step(first: number, last: number, shift: Complex): void {
    for (let k = first; k <= last; k++) this.#set(k, k, minus(this.at(k, k), shift));
    const turns: Rotation[] = [];
    for (let k = first; k < last; k++) {
      const turn = rotation(this.at(k, k), this.at(k + 1, k));
      turns.push(turn);
      this.#rows(k, k + 1, turn, k);
      this.#set(k + 1, k, zero);
    }
    turns.forEach((turn, i) => {
      const k = first + i;
      this.#columns(k, k + 1, turn, Math.min(k + 1, last));
    });
    for (let k = first; k <= last; k++) this.#set(k, k, plus(this.at(k, k), shift));
  }

  #set(row: number, column: number, value: Complex): void {
    this.#re[row * this.#n + column] = value.re;
    this.#im[row * this.#n + column] = value.im;
  }

  /** (a; b) ↦ (c a + s̄ b; −s a + c b), from that column on. */
  #rows(i: number, j: number, { c, s }: Rotation, from: number): void {
    for (let column = from; column < this.#n; column++) {
      const [a, b] = [this.at(i, column), this.at(j, column)];
      this.#set(i, column, plus(scaled(a, c), times(conjugate(s), b)));
      this.#set(j, column, minus(scaled(b, c), times(s, a)));
    }
  }

  /** By the rotation's inverse from the right, down to that row. */
  #columns(i: number, j: number, { c, s }: Rotation, to: number): void {
    for (let row = 0; row <= to; row++) {
      const [a, b] = [this.at(row, i), this.at(row, j)];
      this.#set(row, i, plus(scaled(a, c), times(s, b)));
      this.#set(row, j, minus(scaled(b, c), times(conjugate(s), a)));
    }
  }
}

/** Real cosine and complex sine. */
interface Rotation {
  readonly c: number;
  readonly s: Complex;
}

/** That turns (a; b) into (r; 0). */
function rotation(a: Complex, b: Complex): Rotation {
  const [p, q] = [magnitude(a), magnitude(b)];
  if (q === 0) return { c: 1, s: zero };
  const r = Math.hypot(p, q);
  // With a = 0 the two are exchanged.
  const phase = p === 0 ? { re: 1, im: 0 } : scaled(conjugate(a), 1 / p);
  return { c: p / r, s: scaled(times(phase, b), 1 / r) };
}

const zero: Complex = { re: 0, im: 0 };

function magnitude({ re, im }: Complex): number {
  return Math.hypot(re, im);
}
function conjugate({ re, im }: Complex): Complex {
  return { re, im: -im };
}
function scaled({ re, im }: Complex, by: number): Complex {
  return { re: re * by, im: im * by };
}
function plus(a: Complex, b: Complex): Complex {
  return { re: a.re + b.re, im: a.im + b.im };
}
function minus(a: Complex, b: Complex): Complex {
  return { re: a.re - b.re, im: a.im - b.im };
}
function times(a: Complex, b: Complex): Complex {
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}
/** With a real part that is not negative. */
function squareRoot({ re, im }: Complex): Complex {
  const size = Math.hypot(re, im);
  const root = Math.sqrt((size + Math.abs(re)) / 2);
  if (root === 0) return zero;
  const other = im / (2 * root);
  return re >= 0 ? { re: root, im: other } : { re: Math.abs(other), im: im < 0 ? -root : root };
}
