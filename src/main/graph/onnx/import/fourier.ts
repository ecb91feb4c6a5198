/**
 * Fourier transforms of one axis as products with constant matrices: linear, so every derivative follows, and
 * pruned where the input is real, half of the spectrum is wanted, or the length is padded. Long ones are
 * factored (Cooley and Tukey 1965, doi:10.1090/S0025-5718-1965-0178586-1), for an N×N matrix would outgrow memory.
 */
import { fromFloat64, sizeOf } from "../../../../shared/tensor";
import type { Builder } from "../../builder";
import type { Value } from "../../ir";
import type { Call, Converter, Converters } from "./call";

/** Lengths up to this are one product; beyond, two products of about √N each cost less than the matrix is read. */
const ONE_PRODUCT = 512;
/** Each further level of factors has a table of the transform's length. */
const LONGEST = 1 << 20;
/** Elements of the largest matrix: a prime length of four thousand. */
const MOST_ELEMENTS = 1 << 26;

interface Transform {
  /** N of e^(∓2πi kn/N). */
  readonly length: number;
  readonly inverse: boolean;
  /** Real and imaginary part an element, or the real part alone. */
  readonly partsIn: 1 | 2;
  readonly partsOut: 1 | 2;
  /** Elements along the axis before and after: fewer than `length` where zeros were padded or a half is left out. */
  readonly from: number;
  readonly to: number;
  /** The input is one half of a spectrum that is conjugate symmetric. */
  readonly halved: boolean;
}

/**
 * X_k = Σ x_n e^(−2πi kn/N), inverse with + and 1/N; the last axis holds real and imaginary part, or the real part
 * alone. `onesided` keeps k ≤ N/2 of a real input's spectrum; inverse, it takes such a half to a real result. The
 * axis is an attribute in opset 17, an input since 20.
 */
const DFT: Converter = (call) => {
  const x = call.input(0);
  const rank = x.shape.length;
  const given = call.opset < 20 ? call.int("axis", 1) : call.optional(2) ? call.number(2) : -2;
  const axis = call.axis(given, rank);
  const parts = x.shape[rank - 1]!;
  if (axis === rank - 1 || (parts !== 1 && parts !== 2))
    throw call.malformed(`[${x.shape.join(", ")}] along axis ${axis}`);
  const [inverse, half] = [call.flag("inverse"), call.flag("onesided")];
  if (half && !inverse && parts === 2)
    throw call.malformed("half of a spectrum is all there is for real input only");
  const halved = half && inverse;
  const extent = x.shape[axis]!;
  const length = call.optional(1) ? call.number(1) : halved ? 2 * (extent - 1) : extent;
  if (length < 1) throw call.malformed(`a transform of length ${length}`);
  if (length > LONGEST) throw call.unsupported(`a transform of length ${length}`);
  const kept = Math.floor(length / 2) + 1;
  return transformed(call, x, axis, {
    length,
    inverse,
    partsIn: parts,
    partsOut: halved ? 1 : 2,
    from: Math.min(extent, halved ? kept : length),
    to: half && !inverse ? kept : length,
    halved,
  });
};

/** The axis moved beside the parts, both as one axis through the matrix, and back. */
function transformed(call: Call, x: Value, axis: number, transform: Transform): Value {
  const { g } = call;
  const { partsIn, partsOut, from, to } = transform;
  const rank = x.shape.length;
  const cut = g.slice(x, [{ axis, end: from }]);
  const others = x.shape.flatMap((_, at) => (at === axis || at === rank - 1 ? [] : [at]));
  const outer = others.map((at) => x.shape[at]!);
  const moved = g.transpose(cut, [...others, axis, rank - 1]);
  const lines = g.reshape(moved, [sizeOf(outer), from, partsIn]);
  const made = g.reshape(line(call, lines, transform), [...outer, to, partsOut]);
  const back = x.shape.map((_, at) =>
    at === axis ? rank - 2 : at === rank - 1 ? at : others.indexOf(at),
  );
  return g.transpose(made, back);
}

/** [lines, from, partsIn] → [lines, to, partsOut]. */
function line(call: Call, x: Value, transform: Transform): Value {
  const { g } = call;
  const { length, from, to, partsIn, partsOut } = transform;
  const lines = x.shape[0]!;
  const factor = length > ONE_PRODUCT ? factorOf(length) : 1;
  if (factor > 1) return factored(call, x, transform, factor);
  if (from * partsIn * to * partsOut > MOST_ELEMENTS)
    throw call.unsupported(`a transform of the prime length ${length}`);
  const table = fromFloat64(x.dtype, [from * partsIn, to * partsOut], matrix(transform));
  const product = g.matmul(g.reshape(x, [lines, from * partsIn]), g.constant(table));
  return g.reshape(product, [lines, to, partsOut]);
}

/** Entry [n, p, k, q]: what part p of element n adds to part q of element k. */
function matrix(transform: Transform): Float64Array {
  const { length, inverse, partsIn, partsOut, from, to, halved } = transform;
  const entries = new Float64Array(from * partsIn * to * partsOut);
  const sign = inverse ? 1 : -1;
  const scale = inverse ? 1 / length : 1;
  let at = 0;
  for (let n = 0; n < from; n++) {
    // In half a spectrum all but the first and, of an even length, the last stand for two.
    const weight = scale * (halved && n > 0 && 2 * n !== length ? 2 : 1);
    for (let p = 0; p < partsIn; p++) {
      for (let k = 0; k < to; k++) {
        // The angle is reduced first, so that the table is exact to rounding.
        const angle = (sign * 2 * Math.PI * ((k * n) % length)) / length;
        const [real, imaginary] = [weight * Math.cos(angle), weight * Math.sin(angle)];
        entries[at++] = p === 0 ? real : -imaginary;
        if (partsOut === 2) entries[at++] = p === 0 ? imaginary : real;
      }
    }
  }
  return entries;
}

/** The divisor nearest below √N; 1 of a prime. */
function factorOf(length: number): number {
  let divisor = Math.floor(Math.sqrt(length));
  while (length % divisor !== 0) divisor--;
  return divisor;
}

/**
 * N = ab: with n = n₁b + n₂ and k = k₁ + ak₂, transforms of length a over n₁, a turn by e^(∓2πi n₂k₁/N), and
 * transforms of length b over n₂.
 */
function factored(call: Call, x: Value, transform: Transform, a: number): Value {
  const { g } = call;
  const { length, inverse, from, to, partsOut, halved } = transform;
  const b = length / a;
  const lines = x.shape[0]!;
  const whole = (extent: number, partsIn: 1 | 2): Transform => ({
    length: extent,
    inverse,
    partsIn,
    partsOut: 2,
    from: extent,
    to: extent,
    halved: false,
  });
  const full = halved ? unfolded(g, x, length) : g.pad(x, [0, 0, 0, 0, length - from, 0]);
  const parts = full.shape[2] as 1 | 2;
  const columns = g.transpose(g.reshape(full, [lines, a, b, parts]), [0, 2, 1, 3]);
  const first = line(call, g.reshape(columns, [lines * b, a, parts]), whole(a, parts));
  const rows = g.transpose(g.reshape(first, [lines, b, a, 2]), [0, 2, 1, 3]);
  const turned = turn(g, rows, length, inverse ? 1 : -1);
  const second = line(call, g.reshape(turned, [lines * a, b, 2]), whole(b, 2));
  const ordered = g.transpose(g.reshape(second, [lines, a, b, 2]), [0, 2, 1, 3]);
  const result = g.reshape(ordered, [lines, length, 2]);
  return g.slice(result, [
    { axis: 1, end: to },
    { axis: 2, end: partsOut },
  ]);
}

/** A half spectrum completed by the conjugates of its elements, from the other end. */
function unfolded(g: Builder, x: Value, length: number): Value {
  const parts = x.shape[2]!;
  const half = Math.floor(length / 2) + 1;
  const kept = g.pad(x, [0, 0, 0, 0, half - x.shape[1]!, 0]);
  if (length <= 2) return g.slice(kept, [{ axis: 1, end: length }]);
  const mirrored = g.slice(kept, [{ axis: 1, start: length - half, end: 0, step: -1 }]);
  const conjugate = g.constant(fromFloat64(x.dtype, [parts], parts === 2 ? [1, -1] : [1]));
  return g.concat([kept, g.mul(mirrored, conjugate)], 1);
}

/** x[…, k, n] e^(±2πi kn/N) for x [lines, a, b, 2]. */
function turn(g: Builder, x: Value, length: number, sign: number): Value {
  const [, a, b] = x.shape as [number, number, number, number];
  const angles = Float64Array.from({ length: a * b }, (_, i) => {
    return (sign * 2 * Math.PI * ((Math.floor(i / b) * (i % b)) % length)) / length;
  });
  const table = (f: (angle: number) => number): Value =>
    g.constant(fromFloat64(x.dtype, [a, b, 1], angles.map(f)));
  const [cosine, sine] = [table(Math.cos), table(Math.sin)];
  const part = (i: number): Value => g.slice(x, [{ axis: 3, start: i, end: i + 1 }]);
  const [real, imaginary] = [part(0), part(1)];
  return g.concat(
    [
      g.sub(g.mul(real, cosine), g.mul(imaginary, sine)),
      g.add(g.mul(real, sine), g.mul(imaginary, cosine)),
    ],
    3,
  );
}

/** Spectra of frames that step along the signal [batch, samples, parts], each times the window. */
const STFT: Converter = (call) => {
  const { g } = call;
  const given = call.input(0);
  const x = given.shape.length === 2 ? g.reshape(given, [...given.shape, 1]) : given;
  const [batch, samples, parts] = x.shape as [number, number, 1 | 2];
  const step = call.number(1);
  const window = call.optional(2);
  const length = call.optional(3) ? call.number(3) : window?.shape[0];
  if (length === undefined) throw call.malformed("it has neither window nor frame_length");
  const count = Math.floor((samples - length) / step) + 1;
  if (!(step >= 1 && length >= 1 && count >= 1))
    throw call.malformed(`frames of ${length} every ${step} of ${samples} samples`);
  const half = call.flag("onesided", true);
  if (half && parts === 2)
    throw call.malformed("half of a spectrum is all there is for real input only");
  const index = Array.from(
    { length: count * length },
    (_, i) => Math.floor(i / length) * step + (i % length),
  );
  const frames = g.reshape(g.gather(x, g.indices(index), 1), [batch, count, length, parts]);
  const shaped = window === undefined ? frames : g.mul(frames, g.reshape(window, [length, 1]));
  return transformed(call, shaped, 2, {
    length,
    inverse: false,
    partsIn: parts,
    partsOut: 2,
    from: length,
    to: half ? Math.floor(length / 2) + 1 : length,
    halved: false,
  });
};

export const fourier: Converters = { DFT, STFT };
