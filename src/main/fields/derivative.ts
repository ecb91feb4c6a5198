/**
 * First derivatives along one axis of a periodic array, spectral or by centred differences.
 *
 * Spectral: mode e^{2πikx/L} is multiplied by 2πik/L. With an even number of points the Nyquist mode's derivative is
 * zero: it is the mean of k = ±N/2, and the only choice that keeps a real, antisymmetric operator.
 */
import FFT from "fft.js";
import { sizeOf } from "../../shared/tensor";

/**
 * ∂ along `axis`.
 * @param values row-major, of any shape; periodic along `axis`, right edge excluded
 * @param length of the axis, in the unit of the result's denominator
 * @returns an array of the same shape
 */
export type Derivative = (
  values: Float64Array,
  shape: readonly number[],
  axis: number,
  length: number,
) => Float64Array;

/** A derivative of one line: reads and writes `points` elements. */
type LineOperator = (line: Float64Array, out: Float64Array) => void;

/** Exact for band-limited fields; O(N log N) for powers of two, O(N²) for other numbers of points. */
export const spectral: Derivative = (values, shape, axis, length) => {
  const points = shape[axis]!;
  const operator = isPowerOfTwo(points) ? fourier(points, length) : matrix(points, length);
  return alongAxis(values, shape, axis, operator);
};

/** (u[j+1] − u[j−1]) / 2h, error O(h²). */
export const centred: Derivative = (values, shape, axis, length) => {
  const points = shape[axis]!;
  const factor = points / (2 * length);
  return alongAxis(values, shape, axis, (line, out) => {
    for (let j = 0; j < points; j++) {
      out[j] = (line[(j + 1) % points]! - line[(j + points - 1) % points]!) * factor;
    }
  });
};

function isPowerOfTwo(n: number): boolean {
  return n > 1 && (n & (n - 1)) === 0;
}

function fourier(points: number, length: number): LineOperator {
  const fft = new FFT(points);
  const line = new Float64Array(2 * points);
  const spectrum = new Float64Array(2 * points);
  return (values, out) => {
    for (let j = 0; j < points; j++) {
      line[2 * j] = values[j]!;
      line[2 * j + 1] = 0;
    }
    fft.transform(spectrum, line);
    for (let j = 0; j < points; j++) {
      const k = 2 * j === points ? 0 : j < points / 2 ? j : j - points;
      const factor = (2 * Math.PI * k) / length;
      const real = spectrum[2 * j]!;
      spectrum[2 * j] = -factor * spectrum[2 * j + 1]!;
      spectrum[2 * j + 1] = factor * real;
    }
    fft.inverseTransform(line, spectrum);
    for (let j = 0; j < points; j++) out[j] = line[2 * j]!;
  };
}

/**
 * The same operator as a circulant matrix, for numbers of points that the FFT does not take:
 * D_jl = (π/L) (−1)^(j−l) cot(π(j−l)/N) for even N, with 1/sin for odd N, 0 on the diagonal
 * (Trefethen, Spectral Methods in MATLAB, chapter 3; period 2π there).
 */
function matrix(points: number, length: number): LineOperator {
  const column = Float64Array.from({ length: points }, (_, d) => {
    if (d === 0) return 0;
    const angle = (Math.PI * d) / points;
    const value = points % 2 === 0 ? 1 / Math.tan(angle) : 1 / Math.sin(angle);
    return ((d % 2 === 0 ? 1 : -1) * Math.PI * value) / length;
  });
  return (line, out) => {
    for (let j = 0; j < points; j++) {
      let sum = 0;
      for (let l = 0; l < points; l++) sum += column[(j - l + points) % points]! * line[l]!;
      out[j] = sum;
    }
  };
}

function alongAxis(
  values: Float64Array,
  shape: readonly number[],
  axis: number,
  operator: LineOperator,
): Float64Array {
  const points = shape[axis]!;
  const stride = sizeOf(shape.slice(axis + 1));
  const result = new Float64Array(values.length);
  const line = new Float64Array(points);
  const out = new Float64Array(points);
  for (let block = 0; block < values.length; block += points * stride) {
    for (let inner = 0; inner < stride; inner++) {
      const start = block + inner;
      for (let j = 0; j < points; j++) line[j] = values[start + j * stride]!;
      operator(line, out);
      for (let j = 0; j < points; j++) result[start + j * stride] = out[j]!;
    }
  }
  return result;
}
