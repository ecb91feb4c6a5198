/** Discrete Fourier transforms of real periodic fields on a line or a plane, and the wave numbers of their modes. */
import FFT from "fft.js";
import { assertPowerOfTwo } from "./powerOfTwo";

/** Complex numbers, real and imaginary parts in turn. */
export type Spectrum = Float64Array;

export class Fourier {
  /** Points an axis, [n] or [ny, nx]. */
  readonly size: readonly number[];
  readonly points: number;
  /** Of every side. */
  readonly length: number;
  /** Wave numbers 2πk/L of each mode, x first; a Nyquist mode counts as 0, as its slope is. */
  readonly wave: readonly Float64Array[];
  /** 1 for modes whose products of two cannot alias onto modes that are kept (|k| < n/3 along every axis), else 0. */
  readonly resolved: Float64Array;
  /** 1 below the Nyquist mode along every axis, else 0: where derivatives of every order are what they should be. */
  readonly belowNyquist: Float64Array;
  readonly #transforms: readonly FFT[];
  /** Room for a line along each axis and its transform, and for two fields at once. */
  readonly #lines: readonly Float64Array[];
  readonly #transformed: readonly Float64Array[];
  readonly #both: Spectrum;

  /**
   * @param size powers of two, one axis or two @param length of every side
   * @throws UserError "simulate/size"
   */
  constructor(size: readonly number[], length: number) {
    size.forEach(assertPowerOfTwo);
    this.size = size;
    this.length = length;
    this.points = size.reduce((product, n) => product * n, 1);
    this.#transforms = size.map((n) => new FFT(n));
    this.#lines = size.map((n) => new Float64Array(2 * n));
    this.#transformed = size.map((n) => new Float64Array(2 * n));
    this.#both = new Float64Array(2 * this.points);
    const index = (i: number, axis: number): number => {
      const j = Math.floor(i / this.#stride(axis)) % size[axis]!;
      return j <= size[axis]! / 2 ? j : j - size[axis]!;
    };
    const where = (holds: (k: number, n: number) => boolean): Float64Array =>
      Float64Array.from({ length: this.points }, (_, i) =>
        size.every((n, axis) => holds(Math.abs(index(i, axis)), n)) ? 1 : 0,
      );
    this.wave = size
      .map((n, axis) =>
        Float64Array.from({ length: this.points }, (_, i) => {
          const k = index(i, axis);
          return 2 * k === n ? 0 : (2 * Math.PI * k) / length;
        }),
      )
      .reverse();
    this.resolved = where((k, n) => 3 * k < n);
    this.belowNyquist = where((k, n) => 2 * k < n);
  }

  forward(field: Float64Array): Spectrum {
    const spectrum = new Float64Array(2 * this.points);
    for (let i = 0; i < this.points; i++) spectrum[2 * i] = field[i]!;
    return this.#along(spectrum, false);
  }

  /** The real part, which is all there is of a real field's spectrum. */
  inverse(spectrum: Spectrum): Float64Array {
    const values = this.#along(spectrum.slice(), true);
    const field = new Float64Array(this.points);
    for (let i = 0; i < this.points; i++) field[i] = values[2 * i]!;
    return field;
  }

  /** Two real fields by one transform: that of a + ib is theirs as real and imaginary part. */
  inversePair(a: Spectrum, b: Spectrum): [Float64Array, Float64Array] {
    const both = this.#both;
    for (let i = 0; i < both.length; i += 2) {
      both[i] = a[i]! - b[i + 1]!;
      both[i + 1] = a[i + 1]! + b[i]!;
    }
    this.#along(both, true);
    const [real, imaginary] = [new Float64Array(this.points), new Float64Array(this.points)];
    for (let i = 0; i < this.points; i++) {
      real[i] = both[2 * i]!;
      imaginary[i] = both[2 * i + 1]!;
    }
    return [real, imaginary];
  }

  /** Spectrum of ∂, x being axis 0. */
  derivative(spectrum: Spectrum, axis: number): Spectrum {
    const wave = this.wave[axis]!;
    const out = new Float64Array(spectrum.length);
    for (let i = 0; i < this.points; i++) {
      out[2 * i] = -wave[i]! * spectrum[2 * i + 1]!;
      out[2 * i + 1] = wave[i]! * spectrum[2 * i]!;
    }
    return out;
  }

  /** Spectrum of u(x − shift), exact below the Nyquist modes. @param shift along each axis, x first */
  shifted(spectrum: Spectrum, shift: readonly number[]): Spectrum {
    const out = new Float64Array(spectrum.length);
    for (let i = 0; i < this.points; i++) {
      const angle = -shift.reduce((sum, by, axis) => sum + by * this.wave[axis]![i]!, 0);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [a, b] = [spectrum[2 * i]!, spectrum[2 * i + 1]!];
      out[2 * i] = cos * a - sin * b;
      out[2 * i + 1] = sin * a + cos * b;
    }
    return out;
  }

  /** |k|² of each mode. */
  squares(): Float64Array {
    return Float64Array.from({ length: this.points }, (_, i) =>
      this.wave.reduce((sum, k) => sum + k[i]! ** 2, 0),
    );
  }

  /** Each mode times a real number, in place. */
  scale(spectrum: Spectrum, factor: ArrayLike<number>): Spectrum {
    for (let i = 0; i < this.points; i++) {
      spectrum[2 * i]! *= factor[i]!;
      spectrum[2 * i + 1]! *= factor[i]!;
    }
    return spectrum;
  }

  #stride(axis: number): number {
    return this.size.slice(axis + 1).reduce((product, one) => product * one, 1);
  }

  #along(values: Spectrum, inverse: boolean): Spectrum {
    for (const axis of this.size.keys()) this.#axis(values, axis, inverse);
    return values;
  }

  #axis(values: Spectrum, axis: number, inverse: boolean): void {
    const n = this.size[axis]!;
    const stride = this.#stride(axis);
    const line = this.#lines[axis]!;
    const out = this.#transformed[axis]!;
    const transform = this.#transforms[axis]!;
    for (let block = 0; block < this.points; block += n * stride) {
      for (let start = block; start < block + stride; start++) {
        let zero = true;
        for (let j = 0, at = 2 * start; j < 2 * n; j += 2, at += 2 * stride) {
          line[j] = values[at]!;
          line[j + 1] = values[at + 1]!;
          zero &&= line[j] === 0 && line[j + 1] === 0;
        }
        // Of truncated spectra a third of the columns.
        if (zero) continue;
        if (inverse) transform.inverseTransform(out, line);
        else transform.transform(out, line);
        for (let j = 0, at = 2 * start; j < 2 * n; j += 2, at += 2 * stride) {
          values[at] = out[j]!;
          values[at + 1] = out[j + 1]!;
        }
      }
    }
  }
}
