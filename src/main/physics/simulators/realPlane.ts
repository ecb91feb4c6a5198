/**
 * Transforms of real periodic fields on a square of n points a side that keep resolved modes only: those whose products of
 * two cannot alias onto one another, 0 ≤ kₓ < n/3 and |kᵧ| < n/3 (the rest follows, since the fields are real). That is a
 * third of all modes, so what is done to each of them costs a third, and it is done to columns that lie together.
 */
import FFT from "fft.js";
import type { Spectrum } from "./fourier";
import { assertPowerOfTwo } from "./powerOfTwo";

/** Numbers between columns: at a power of two apart they would share few lines of the cache. */
const PAD = 8;

/** Two fields, transformed together. */
export type Pair = readonly [Float64Array, Float64Array];

export class RealPlane {
  readonly size: number;
  readonly points: number;
  /** Complex numbers of a spectrum, column after column: kₓ, then kᵧ. */
  readonly modes: number;
  /** Wave numbers of each mode, x first. */
  readonly wave: readonly [Float64Array, Float64Array];
  /** 1 where a mode is kept, else 0. */
  readonly #kept: Float64Array;
  readonly #columns: number;
  readonly #transform: FFT;
  /** Room: a line and its transform, and the columns of two spectra, as they lie and each by itself. */
  readonly #line: Float64Array;
  readonly #lineOut: Float64Array;
  readonly #held: Pair;
  readonly #each: readonly [readonly Float64Array[], readonly Float64Array[]];

  /**
   * @param size a power of two @param length of the sides
   * @throws UserError "simulate/size"
   */
  constructor(size: number, length: number) {
    assertPowerOfTwo(size);
    this.size = size;
    this.points = size * size;
    this.#columns = Math.ceil(size / 3);
    this.modes = this.#columns * size;
    this.#transform = new FFT(size);
    const signed = (k: number): number => (k <= size / 2 ? k : k - size);
    const each = (of: (kx: number, ky: number) => number): Float64Array =>
      Float64Array.from({ length: this.modes }, (_, i) =>
        of(Math.floor(i / size), signed(i % size)),
      );
    const unit = (2 * Math.PI) / length;
    this.wave = [each((kx) => unit * kx), each((_, ky) => (2 * ky === size ? 0 : unit * ky))];
    this.#kept = each((kx, ky) => (3 * kx < size && 3 * Math.abs(ky) < size ? 1 : 0));
    [this.#line, this.#lineOut] = [new Float64Array(2 * size), new Float64Array(2 * size)];
    const stride = 2 * size + PAD;
    const room = (): Float64Array => new Float64Array(this.#columns * stride);
    const parts = (held: Float64Array): Float64Array[] =>
      Array.from({ length: this.#columns }, (_, k) =>
        held.subarray(k * stride, k * stride + 2 * size),
      );
    this.#held = [room(), room()];
    this.#each = [parts(this.#held[0]), parts(this.#held[1])];
  }

  /** Spectra of two fields [ny, nx]: one transform of a + ib along each row, then both along the columns. */
  forward([a, b]: Pair): [Spectrum, Spectrum] {
    const n = this.size;
    const columns = this.#columns;
    const stride = 2 * n + PAD;
    const line = this.#line;
    const out = this.#lineOut;
    const [first, second] = this.#held;
    for (let y = 0; y < n; y++) {
      for (let x = 0; x < n; x++) {
        line[2 * x] = a[y * n + x]!;
        line[2 * x + 1] = b[y * n + x]!;
      }
      this.#transform.transform(out, line);
      for (let k = 0, at = 2 * y; k < columns; k++, at += stride) {
        const opposite = k === 0 ? 0 : 2 * (n - k);
        const p = out[2 * k]!;
        const q = out[2 * k + 1]!;
        const r = out[opposite]!;
        const s = out[opposite + 1]!;
        first[at] = (p + r) / 2;
        first[at + 1] = (q - s) / 2;
        second[at] = (q + s) / 2;
        second[at + 1] = (r - p) / 2;
      }
    }
    return [this.#alongColumns(this.#each[0]), this.#alongColumns(this.#each[1])];
  }

  /**
   * The fields of two spectra. With real and imaginary parts exchanged before and after, a transform is its own inverse
   * but for n, which is divided by once.
   * @param fields are written where given
   */
  inverse(a: Spectrum, b: Spectrum, fields?: Pair): Pair {
    const n = this.size;
    const columns = this.#columns;
    const stride = 2 * n + PAD;
    const [one, other] =
      fields ?? ([new Float64Array(this.points), new Float64Array(this.points)] as const);
    this.#backAlongColumns(a, this.#each[0]);
    this.#backAlongColumns(b, this.#each[1]);
    const line = this.#line;
    const out = this.#lineOut;
    const [first, second] = this.#held;
    line.fill(0);
    for (let y = 0; y < n; y++) {
      for (let k = 0, at = 2 * y; k < columns; k++, at += stride) {
        const q = first[at]!;
        const p = first[at + 1]!;
        const s = second[at]!;
        const r = second[at + 1]!;
        if (k > 0) {
          line[2 * (n - k)] = r - q;
          line[2 * (n - k) + 1] = p + s;
        }
        line[2 * k] = q + r;
        line[2 * k + 1] = p - s;
      }
      this.#transform.transform(out, line);
      for (let x = 0; x < n; x++) {
        other[y * n + x] = out[2 * x]!;
        one[y * n + x] = out[2 * x + 1]!;
      }
    }
    return [one, other];
  }

  /** Spectrum of u(x − shift). @param shift along each axis, x first */
  shifted(spectrum: Spectrum, [x, y]: readonly [number, number]): Spectrum {
    const out = new Float64Array(spectrum.length);
    const [kx, ky] = this.wave;
    for (let i = 0; i < this.modes; i++) {
      const angle = -(x * kx[i]! + y * ky[i]!);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      out[2 * i] = cos * spectrum[2 * i]! - sin * spectrum[2 * i + 1]!;
      out[2 * i + 1] = sin * spectrum[2 * i]! + cos * spectrum[2 * i + 1]!;
    }
    return out;
  }

  #alongColumns(columns: readonly Float64Array[]): Spectrum {
    const n = this.size;
    const out = this.#lineOut;
    const kept = this.#kept;
    const spectrum = new Float64Array(2 * this.modes);
    for (let k = 0; k < columns.length; k++) {
      this.#transform.transform(out, columns[k]!);
      for (let j = 0; j < n; j++) {
        const at = k * n + j;
        spectrum[2 * at] = kept[at]! * out[2 * j]!;
        spectrum[2 * at + 1] = kept[at]! * out[2 * j + 1]!;
      }
    }
    return spectrum;
  }

  /** Leaves imaginary and real parts exchanged. */
  #backAlongColumns(spectrum: Spectrum, columns: readonly Float64Array[]): void {
    const n = this.size;
    const line = this.#line;
    const share = 1 / this.points;
    for (let k = 0; k < columns.length; k++) {
      for (let j = 0; j < n; j++) {
        const at = 2 * (k * n + j);
        line[2 * j] = share * spectrum[at + 1]!;
        line[2 * j + 1] = share * spectrum[at]!;
      }
      this.#transform.transform(columns[k]!, line);
    }
  }
}
