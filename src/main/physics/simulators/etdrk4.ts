/**
 * Exponential time differencing of fourth order for v_t = L v + N(v) with L diagonal: the linear part is exact however
 * stiff, so only N limits the step. Cox and Matthews 2002, J. Comput. Phys. 176, equations 26–29, whose coefficients are
 * combinations of φ₁, φ₂ and φ₃ (Hochbruck and Ostermann 2010, Acta Numerica 19, section 2).
 */
import type { Spectrum } from "./fourier";
import { exponential, phi, type Complex } from "./phi";

/** Coefficients of one step length for every mode: complex, or real numbers where L is real. */
interface Weights {
  readonly e: Spectrum;
  readonly half: Spectrum;
  readonly q: Spectrum;
  readonly f1: Spectrum;
  readonly f2: Spectrum;
  readonly f3: Spectrum;
}

export class Etdrk4 {
  readonly #nonlinear: (v: Spectrum) => Spectrum;
  readonly #weights: Weights;

  /** @param linear L of each mode, real and imaginary parts in turn @param step h */
  constructor(linear: Spectrum, step: number, nonlinear: (v: Spectrum) => Spectrum) {
    this.#nonlinear = nonlinear;
    this.#weights = weightsOf(linear, step);
  }

  /** v after one step. */
  step(v: Spectrum): Spectrum {
    const n = this.#nonlinear;
    const { e, half, q, f1, f2, f3 } = this.#weights;
    const nv = n(v);
    const a = sum(half, v, q, nv);
    const na = n(a);
    const nb = n(sum(half, v, q, na));
    for (let i = 0; i < nb.length; i++) na[i]! += nb[i]!;
    const nc = n(sum(half, a, q, doubledLess(nb, nv)));
    return sum(e, v, f1, nv, f2, na, f3, nc);
  }
}

function weightsOf(linear: Spectrum, step: number): Weights {
  const weights = complexWeights(linear, step);
  if (linear.some((value, i) => i % 2 === 1 && value !== 0)) return weights;
  const real = (of: Spectrum): Spectrum => of.filter((_, i) => i % 2 === 0);
  const { e, half, q, f1, f2, f3 } = weights;
  return {
    ...{ e: real(e), half: real(half), q: real(q) },
    ...{ f1: real(f1), f2: real(f2), f3: real(f3) },
  };
}

function complexWeights(linear: Spectrum, step: number): Weights {
  const make = (): Spectrum => new Float64Array(linear.length);
  const weights = { e: make(), half: make(), q: make(), f1: make(), f2: make(), f3: make() };
  const put = (of: Spectrum, i: number, parts: readonly (readonly [Complex, number])[]): void => {
    for (const [[a, b], factor] of parts) {
      of[i]! += factor * a;
      of[i + 1]! += factor * b;
    }
  };
  for (let i = 0; i < linear.length; i += 2) {
    const z: Complex = [step * linear[i]!, step * linear[i + 1]!];
    const middle: Complex = [z[0] / 2, z[1] / 2];
    const [one, two, three] = phi(z);
    put(weights.e, i, [[exponential(z), 1]]);
    put(weights.half, i, [[exponential(middle), 1]]);
    put(weights.q, i, [[phi(middle)[0], step / 2]]);
    put(weights.f1, i, [[one, step], [two, -3 * step], [three, 4 * step]]); // prettier-ignore
    // Twice Cox and Matthews' second coefficient, which their sum has in front of it.
    put(weights.f2, i, [[two, 2 * step], [three, -4 * step]]); // prettier-ignore
    put(weights.f3, i, [[two, -step], [three, 4 * step]]); // prettier-ignore
  }
  return weights;
}

/** Σ of coefficient · spectrum, mode by mode. @param terms coefficient and spectrum in turn */
function sum(...terms: readonly Spectrum[]): Spectrum {
  const out = new Float64Array(terms[1]!.length);
  for (let k = 0; k < terms.length; k += 2) {
    const c = terms[k]!;
    const v = terms[k + 1]!;
    if (c.length < v.length) addReal(out, c, v);
    else addComplex(out, c, v);
  }
  return out;
}

function addReal(out: Spectrum, c: Float64Array, v: Spectrum): void {
  for (let i = 0; i < c.length; i++) {
    out[2 * i]! += c[i]! * v[2 * i]!;
    out[2 * i + 1]! += c[i]! * v[2 * i + 1]!;
  }
}

function addComplex(out: Spectrum, c: Spectrum, v: Spectrum): void {
  for (let i = 0; i < out.length; i += 2) {
    out[i]! += c[i]! * v[i]! - c[i + 1]! * v[i + 1]!;
    out[i + 1]! += c[i]! * v[i + 1]! + c[i + 1]! * v[i]!;
  }
}

/** 2a − b. */
function doubledLess(a: Spectrum, b: Spectrum): Spectrum {
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = 2 * a[i]! - b[i]!;
  return out;
}
