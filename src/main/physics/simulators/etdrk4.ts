/**
 * Exponential time differencing of fourth order for v_t = L v + N(v) with L diagonal: the linear part is exact however
 * stiff, so only N limits the step. Cox and Matthews 2002, J. Comput. Phys. 176, equations 26–29; the coefficients by
 * means over a circle about each hL, since their formulas cancel near 0: Kassam and Trefethen 2005, SIAM J. Sci. Comput. 26.
 */
import type { Spectrum } from "./fourier";

/** Points on the upper half of the circle of radius 1; 32 reach rounding. */
const CIRCLE = 32;

type Complex = readonly [number, number];

function times([a, b]: Complex, [c, d]: Complex): Complex {
  return [a * c - b * d, a * d + b * c];
}
function over([a, b]: Complex, [c, d]: Complex): Complex {
  const square = c * c + d * d;
  return [(a * c + b * d) / square, (b * c - a * d) / square];
}
function plus(...all: readonly Complex[]): Complex {
  return [all.reduce((sum, z) => sum + z[0], 0), all.reduce((sum, z) => sum + z[1], 0)];
}
function scaled([a, b]: Complex, factor: number): Complex {
  return [factor * a, factor * b];
}
function exponential([a, b]: Complex): Complex {
  return [Math.exp(a) * Math.cos(b), Math.exp(a) * Math.sin(b)];
}

/** Mean over the circle about z, both halves: L may be complex. */
function circleMean(z: Complex, of: (w: Complex) => Complex): Complex {
  let sum: Complex = [0, 0];
  for (let k = 0; k < 2 * CIRCLE; k++) {
    const angle = (Math.PI * (k + 0.5)) / CIRCLE;
    sum = plus(sum, of(plus(z, [Math.cos(angle), Math.sin(angle)])));
  }
  return scaled(sum, 1 / (2 * CIRCLE));
}

export class Etdrk4 {
  readonly #modes: number;
  readonly #nonlinear: (v: Spectrum) => Spectrum;
  readonly #e: Spectrum;
  readonly #half: Spectrum;
  readonly #q: Spectrum;
  readonly #f1: Spectrum;
  readonly #f2: Spectrum;
  readonly #f3: Spectrum;

  /** @param linear L of each mode, real and imaginary parts in turn @param step h */
  constructor(linear: Spectrum, step: number, nonlinear: (v: Spectrum) => Spectrum) {
    this.#modes = linear.length / 2;
    this.#nonlinear = nonlinear;
    const each = (of: (z: Complex) => Complex): Spectrum => {
      const out = new Float64Array(linear.length);
      for (let i = 0; i < this.#modes; i++) {
        const [a, b] = of([step * linear[2 * i]!, step * linear[2 * i + 1]!]);
        out[2 * i] = a;
        out[2 * i + 1] = b;
      }
      return out;
    };
    const cubed = (w: Complex): Complex => times(w, times(w, w));
    const f = (of: (w: Complex, e: Complex, w2: Complex) => Complex): Spectrum =>
      each((z) =>
        scaled(
          circleMean(z, (w) => over(of(w, exponential(w), times(w, w)), cubed(w))),
          step,
        ),
      );
    this.#e = each(exponential);
    this.#half = each((z) => exponential(scaled(z, 0.5)));
    this.#q = each((z) =>
      scaled(
        circleMean(z, (w) => over(plus(exponential(scaled(w, 0.5)), [-1, 0]), w)),
        step,
      ),
    );
    // f1 = (−4 − w + e(4 − 3w + w²))/w³, f2 = (2 + w + e(w − 2))/w³, f3 = (−4 − 3w − w² + e(4 − w))/w³.
    this.#f1 = f((w, e, w2) =>
      plus([-4, 0], scaled(w, -1), times(e, plus([4, 0], scaled(w, -3), w2))),
    );
    this.#f2 = f((w, e) => plus([2, 0], w, times(e, plus(w, [-2, 0]))));
    this.#f3 = f((w, e, w2) =>
      plus([-4, 0], scaled(w, -3), scaled(w2, -1), times(e, plus([4, 0], scaled(w, -1)))),
    );
  }

  /** v after one step. */
  step(v: Spectrum): Spectrum {
    const n = this.#nonlinear;
    const nv = n(v);
    const a = this.#sum([this.#half, v, 1], [this.#q, nv, 1]);
    const na = n(a);
    const b = this.#sum([this.#half, v, 1], [this.#q, na, 1]);
    const nb = n(b);
    const c = this.#sum([this.#half, a, 1], [this.#q, nb, 2], [this.#q, nv, -1]);
    const nc = n(c);
    return this.#sum(
      [this.#e, v, 1],
      [this.#f1, nv, 1],
      [this.#f2, na, 2],
      [this.#f2, nb, 2],
      [this.#f3, nc, 1],
    );
  }

  /** Σ of coefficient · spectrum · factor. */
  #sum(...terms: readonly (readonly [Spectrum, Spectrum, number])[]): Spectrum {
    const out = new Float64Array(2 * this.#modes);
    for (const [c, v, factor] of terms) {
      for (let i = 0; i < 2 * this.#modes; i += 2) {
        out[i]! += factor * (c[i]! * v[i]! - c[i + 1]! * v[i + 1]!);
        out[i + 1]! += factor * (c[i]! * v[i + 1]! + c[i + 1]! * v[i]!);
      }
    }
    return out;
  }
}
