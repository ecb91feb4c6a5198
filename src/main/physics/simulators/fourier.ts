/** Discrete Fourier transforms of real periodic fields on a line or a plane, and the wave numbers of their modes. */
import FFT from "fft.js";
import { UserError } from "../../../shared/errors";

/** Complex numbers, real and imaginary parts in turn. */
export type Spectrum = Float64Array;

export class Fourier {
  /** Points an axis, [n] or [ny, nx]. */
  readonly size: readonly number[];
  readonly points: number;
  /** Wave numbers 2πk/L of each mode, x first; a Nyquist mode counts as 0, as its slope is. */
  readonly wave: readonly Float64Array[];
  /** 1 for modes whose products of two cannot alias onto modes that are kept (|k| < n/3 along every axis), else 0. */
  readonly resolved: Float64Array;
  readonly #transforms: readonly FFT[];

  /**
   * @param size powers of two, one axis or two @param length of every side
   * @throws UserError "simulate/size"
   */
  constructor(size: readonly number[], length: number) {
    const wrong = size.find((n) => n < 8 || (n & (n - 1)) !== 0);
    if (wrong !== undefined) {
      throw new UserError("simulate/size", `${wrong} points a side is no power of two from 8 on.`, {
        where: "size",
        todo: "Choose 32, 64, 128 …",
      });
    }
    this.size = size;
    this.points = size.reduce((product, n) => product * n, 1);
    this.#transforms = size.map((n) => new FFT(n));
    const index = (i: number, axis: number): number => {
      const stride = size.slice(axis + 1).reduce((product, n) => product * n, 1);
      const j = Math.floor(i / stride) % size[axis]!;
      return j <= size[axis]! / 2 ? j : j - size[axis]!;
    };
    this.wave = size
      .map((n, axis) =>
        Float64Array.from({ length: this.points }, (_, i) => {
          const k = index(i, axis);
          return 2 * k === n ? 0 : (2 * Math.PI * k) / length;
        }),
      )
      .reverse();
    this.resolved = Float64Array.from({ length: this.points }, (_, i) =>
      size.every((n, axis) => 3 * Math.abs(index(i, axis)) < n) ? 1 : 0,
    );
  }

  forward(field: Float64Array): Spectrum {
    const spectrum = new Float64Array(2 * this.points);
    for (let i = 0; i < this.points; i++) spectrum[2 * i] = field[i]!;
    return this.#along(spectrum, false);
  }

  /** The real part, which is all there is of a real field's spectrum. */
  inverse(spectrum: Spectrum): Float64Array {
    const field = this.#along(spectrum.slice(), true);
    return Float64Array.from({ length: this.points }, (_, i) => field[2 * i]!);
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

  /** Each mode times a real number, in place. */
  scale(spectrum: Spectrum, factor: ArrayLike<number>): Spectrum {
    for (let i = 0; i < this.points; i++) {
      spectrum[2 * i]! *= factor[i]!;
      spectrum[2 * i + 1]! *= factor[i]!;
    }
    return spectrum;
  }

  #along(values: Spectrum, inverse: boolean): Spectrum {
    this.size.forEach((n, axis) => {
      const stride = this.size.slice(axis + 1).reduce((product, one) => product * one, 1);
      const line = new Float64Array(2 * n);
      const out = new Float64Array(2 * n);
      const transform = this.#transforms[axis]!;
      for (let start = 0; start < this.points; start++) {
        if (Math.floor(start / stride) % n !== 0) continue;
        for (let j = 0; j < n; j++) {
          line[2 * j] = values[2 * (start + j * stride)]!;
          line[2 * j + 1] = values[2 * (start + j * stride) + 1]!;
        }
        if (inverse) transform.inverseTransform(out, line);
        else transform.transform(out, line);
        for (let j = 0; j < n; j++) {
          values[2 * (start + j * stride)] = out[2 * j]!;
          values[2 * (start + j * stride) + 1] = out[2 * j + 1]!;
        }
      }
    });
    return values;
  }
}
