/** How the power of a periodic field is shared out over wave numbers: what a network smooths away is seen there first. */
import FFT from "fft.js";

/** Larger ones would hold up the window. */
const MOST = 512;

const isPower = (n: number): boolean => n >= 8 && n <= MOST && Number.isInteger(Math.log2(n));

/** Whether a state [C, H, W] has a spectrum here: both sides powers of two that a moment suffices for. */
export function hasSpectrum(shape: readonly number[]): boolean {
  return shape.length === 3 && isPower(shape[1]!) && isPower(shape[2]!);
}

/**
 * Power by wave number, of all channels together: Σ|û|² over the waves whose number rounds to 1, 2 … of the shorter side.
 * Their sum with that of wave number 0 is the mean square of the field, waves beyond the last number aside.
 * @param values [C, H, W], of a shape that `hasSpectrum`
 */
export function spectrumOf(values: Float64Array, shape: readonly number[]): Float64Array {
  const [channels = 1, height = 1, width = 1] = shape;
  const size = height * width;
  const power = new Float64Array(Math.min(height, width) / 2);
  for (let c = 0; c < channels; c++) {
    const waves = transformed(values.subarray(c * size, (c + 1) * size), height, width);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const number = Math.round(Math.hypot(signed(row, height), signed(column, width)));
        if (number < 1 || number > power.length) continue;
        const at = 2 * (row * width + column);
        const square = waves[at]! ** 2 + waves[at + 1]! ** 2;
        power[number - 1] = power[number - 1]! + square / size ** 2;
      }
    }
  }
  return power;
}

const signed = (k: number, n: number): number => (k <= n / 2 ? k : k - n);

/** Complex, real and imaginary parts in turn. */
function transformed(values: Float64Array, height: number, width: number): Float64Array {
  const out = new Float64Array(2 * height * width);
  const [along, across] = [new FFT(width), new FFT(height)];
  for (let row = 0; row < height; row++) {
    const line = new Float64Array(2 * width);
    for (let column = 0; column < width; column++) line[2 * column] = values[row * width + column]!;
    along.transform(out.subarray(2 * row * width, 2 * (row + 1) * width), line);
  }
  const [line, waves] = [new Float64Array(2 * height), new Float64Array(2 * height)];
  for (let column = 0; column < width; column++) {
    for (let row = 0; row < height; row++) {
      line[2 * row] = out[2 * (row * width + column)]!;
      line[2 * row + 1] = out[2 * (row * width + column) + 1]!;
    }
    across.transform(waves, line);
    for (let row = 0; row < height; row++) {
      out[2 * (row * width + column)] = waves[2 * row]!;
      out[2 * (row * width + column) + 1] = waves[2 * row + 1]!;
    }
  }
  return out;
}
