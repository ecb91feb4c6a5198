/** Discrete Fourier transforms of real periodic fields on a line or a plane, and the wave numbers of their modes. */
import FFT from "fft.js";
import { UserError } from "../../../shared/errors";

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
  /** The mode of −k. */
  readonly #opposite: Int32Array;

  /**
   * @param size powers of two, one axis or two @param length of every side
   * @throws UserError "simulate/size"
   */
  constructor(size: readonly number[], length: number) {
    const wrong = size.find((n) => n < 8 || (n & (n - 1)) !== 0);
    if (wrong !== undefined) {
      const below = 2 ** Math.max(3, Math.floor(Math.log2(wrong)));
      throw new UserError("simulate/size", `${wrong} points a side is no power of two from 8 on.`, {
        where: "size",
        todo: `Choose ${below} or ${2 * below}: this method computes by fast Fourier transforms.`,
      });
    }
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
    this.#opposite = Int32Array.from({ length: this.points }, (_, i) =>
      size.reduce((sum, n, axis) => {
        const stride = this.#stride(axis);
        return sum + ((n - (Math.floor(i / stride) % n)) % n) * stride;
      }, 0),
    );
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

  /** Spectra of two real fields by one transform: Hermitian part and the rest. Of resolved modes; the others are 0. */
  forwardPair(a: Float64Array, b: Float64Array): [Spectrum, Spectrum] {
    const both = this.#both;
    for (let i = 0; i < this.points; i++) {
      both[2 * i] = a[i]!;
      both[2 * i + 1] = b[i]!;
    }
    this.#along(both, false, this.resolved);
    const [first, second] = [new Float64Array(both.length), new Float64Array(both.length)];
    for (let i = 0; i < this.points; i++) {
      if (this.resolved[i] === 0) continue;
      const m = 2 * this.#opposite[i]!;
      const x = both[2 * i]!;
      const y = both[2 * i + 1]!;
      const u = both[m]!;
      const v = both[m + 1]!;
      first[2 * i] = (x + u) / 2;
      first[2 * i + 1] = (y - v) / 2;
      second[2 * i] = (y + v) / 2;
      second[2 * i + 1] = (u - x) / 2;
    }
    return [first, second];
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

  /** Along every axis: inverse the slowest first, so that columns of zeros are found; forward it comes last. */
  #along(values: Spectrum, inverse: boolean, kept?: ArrayLike<number>): Spectrum {
    const axes = [...this.size.keys()];
    for (const axis of inverse ? axes : axes.reverse()) this.#axis(values, axis, inverse, kept);
    return values;
  }

  /** @param kept lines whose first mode it leaves out need not be transformed along the slowest axis */
  #axis(values: Spectrum, axis: number, inverse: boolean, kept?: ArrayLike<number>): void {
    const n = this.size[axis]!;
    const stride = this.#stride(axis);
    const line = this.#lines[axis]!;
    const out = this.#transformed[axis]!;
    const transform = this.#transforms[axis]!;
    const skips = kept !== undefined && stride > 1;
    for (let block = 0; block < this.points; block += n * stride) {
      for (let start = block; start < block + stride; start++) {
        if (skips && kept[start] === 0) continue;
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
