/** The discrete Fourier transform along one axis, as products with constant cosine and sine matrices. */
import { fromFloat64, sizeOf } from "../../../../shared/tensor";
import type { Builder } from "../../builder";
import type { Value } from "../../ir";
import type { Call, Converter, Converters } from "./call";

/**
 * X_k = Σ x_n e^(−2πi kn/N); the last axis holds real and imaginary part, or the real part alone. The axis is an
 * attribute in opset 17, an input since 20.
 *
 * The inverse is not claimed: what ONNX's test_dft_inverse expects carries float32 rounding up to 1.5e-6 (1.9e-7
 * where the exact value is 0), beyond the test's own bounds, so no exact transform passes it.
 */
const DFT: Converter = (call) => {
  const { g } = call;
  const x = call.input(0);
  const rank = x.shape.length;
  const given = call.opset < 20 ? call.int("axis", 1) : call.optional(2) ? call.number(2) : -2;
  const axis = call.axis(given, rank);
  const parts = x.shape[rank - 1]!;
  if (axis === rank - 1 || (parts !== 1 && parts !== 2))
    throw call.malformed(`[${x.shape.join(", ")}] along axis ${axis}`);
  if (call.flag("inverse")) throw call.unsupported("the inverse transform");
  const length = call.optional(1) ? call.number(1) : x.shape[axis]!;
  const fitted = fit(call, x, axis, length);
  const kept = call.flag("onesided") ? Math.floor(length / 2) + 1 : length;
  const [cosine, sine] = matrices(length, kept);
  const part = (i: number): Value => g.slice(fitted, [{ axis: rank - 1, start: i, end: i + 1 }]);
  const times = (matrix: Float64Array, value: Value): Value =>
    alongAxis(g, g.constant(fromFloat64(x.dtype, [kept, length], matrix)), value, axis);
  const [real, imaginary] = [times(cosine, part(0)), times(sine, part(0))];
  if (parts === 1) return g.concat([real, imaginary], rank - 1);
  return g.concat(
    [g.sub(real, times(sine, part(1))), g.add(imaginary, times(cosine, part(1)))],
    rank - 1,
  );
};

/** Cut or padded with zeros to the transform's length. */
function fit({ g }: Call, x: Value, axis: number, length: number): Value {
  const extent = x.shape[axis]!;
  if (length <= extent) return g.slice(x, [{ axis, end: length }]);
  const pads = new Array<number>(2 * x.shape.length).fill(0);
  pads[x.shape.length + axis] = length - extent;
  return g.pad(x, pads);
}

/** cos and −sin of 2πkn/N, [kept, length]; the angle is reduced first, so that the table is exact to rounding. */
function matrices(length: number, kept: number): [Float64Array, Float64Array] {
  const cosine = new Float64Array(kept * length);
  const sine = new Float64Array(kept * length);
  for (let k = 0; k < kept; k++) {
    for (let n = 0; n < length; n++) {
      const angle = (2 * Math.PI * ((k * n) % length)) / length;
      cosine[k * length + n] = Math.cos(angle);
      sine[k * length + n] = -Math.sin(angle);
    }
  }
  return [cosine, sine];
}

/** y[…, k, …] = Σ_n matrix[k, n] x[…, n, …]. */
function alongAxis(g: Builder, matrix: Value, x: Value, axis: number): Value {
  const before = sizeOf(x.shape.slice(0, axis));
  const after = sizeOf(x.shape.slice(axis + 1));
  const [kept, length] = matrix.shape as [number, number];
  const product = g.matmul(matrix, g.reshape(x, [before, length, after]));
  return g.reshape(product, [...x.shape.slice(0, axis), kept, ...x.shape.slice(axis + 1)]);
}

export const fourier: Converters = { DFT };
