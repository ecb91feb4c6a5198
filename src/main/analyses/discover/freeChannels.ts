/**
 * An unknown action on the channels of a predicted field. Its points move with the state's; what its components do is
 * some affine map, (Y_q F)(p) = A F(p) + c beside the flow, alike at every point: a scalar has A = 0, a vector under
 * rotations a quarter turn, a pressure under a scaling of velocities A = 2. DF X − (flow) F = A F + c holds for some A and c
 * exactly where the left side lies in the span of the channels and 1, so the part in that span is taken out of the Gram
 * matrix (a Schur complement), channel by channel, as free.ts does for vectors.
 */
import { symmetricEigen } from "../symmetricEigen";

/** Inner products of one sample with F̂ = (F_1 … F_D, 1), each summed over the points. */
export interface ChannelProducts {
  /** ⟨F̂_j, F̂_l⟩, [D + 1, D + 1]. */
  readonly own: Float64Array;
  /** ⟨row_i, F̂_j⟩ of each candidate's channel i, [Q, D, D + 1]. */
  readonly cross: Float64Array;
  /** The same of what the flow alone does to the prediction. */
  readonly moved: Float64Array;
}

/**
 * @param rows [Q, D, points] @param moved alike
 * @param f the prediction [D, points]
 * @param channels D
 */
export function channelProducts(
  rows: Float64Array,
  moved: Float64Array,
  f: Float64Array,
  channels: number,
): ChannelProducts {
  const points = f.length / channels;
  const width = channels + 1;
  const products = (values: Float64Array): Float64Array => {
    const count = values.length / points;
    const out = new Float64Array(count * width);
    for (let r = 0; r < count; r++) {
      for (let p = 0; p < points; p++) {
        const value = values[r * points + p]!;
        for (let j = 0; j < channels; j++) out[r * width + j]! += value * f[j * points + p]!;
        out[r * width + channels]! += value;
      }
    }
    return out;
  };
  const own = new Float64Array(width * width);
  own.set(products(f));
  for (let j = 0; j < channels; j++) own[channels * width + j] = own[j * width + channels]!;
  own[channels * width + channels] = points;
  return { own, cross: products(rows), moved: products(moved) };
}

/** Directions of (F, 1) with less of the largest share are linear relations among the channels. */
const RELATION = 1e-12;

/** The action that explains candidates best, and what it leaves of them; all over the same samples. */
export class FreeChannels {
  readonly #channels: number;
  readonly #inverse: Float64Array;
  readonly #cross: Float64Array;

  /** @param mean of the products over the samples */
  constructor({ own, cross }: Pick<ChannelProducts, "own" | "cross">, channels: number) {
    this.#channels = channels;
    this.#inverse = pseudoInverse(own, channels + 1);
    this.#cross = cross;
  }

  /** What no action explains of the Gram matrix of candidates, [Q, Q]. */
  without(defect: Float64Array): Float64Array {
    const q = Math.sqrt(defect.length);
    const size = this.#cross.length / q;
    const factors = Array.from({ length: q }, (_, k) => this.#factors(unit(q, k)));
    return defect.map((value, at) => {
      const [a, b] = [Math.floor(at / q), at % q];
      let explained = 0;
      for (let i = 0; i < size; i++) explained += this.#cross[a * size + i]! * factors[b]![i]!;
      return value - explained;
    });
  }

  /** (A | c) of a combination of candidates, [D, D + 1]. */
  action(v: Float64Array): Float64Array {
    return this.#factors(v);
  }

  #factors(v: Float64Array): Float64Array {
    const width = this.#channels + 1;
    const size = this.#channels * width;
    const side = new Float64Array(size);
    v.forEach((factor, k) => {
      if (factor === 0) return;
      for (let i = 0; i < size; i++) side[i]! += factor * this.#cross[k * size + i]!;
    });
    return Float64Array.from({ length: size }, (_, at) => {
      const [channel, j] = [Math.floor(at / width), at % width];
      let sum = 0;
      for (let l = 0; l < width; l++)
        sum += this.#inverse[j * width + l]! * side[channel * width + l]!;
      return sum;
    });
  }
}

/** ‖row − A F̂‖² of one sample, from its products. @param square of the row @param cross [D, D + 1] */
export function leftOver(
  square: number,
  cross: ArrayLike<number>,
  own: Float64Array,
  action: Float64Array,
  sign: 1 | -1,
): number {
  const width = Math.sqrt(own.length);
  let sum = square;
  for (let start = 0; start < action.length; start += width) {
    for (let j = 0; j < width; j++) {
      const a = action[start + j]!;
      sum += 2 * sign * a * cross[start + j]!;
      for (let l = 0; l < width; l++) sum += a * own[j * width + l]! * action[start + l]!;
    }
  }
  return Math.max(0, sum);
}

function unit(q: number, k: number): Float64Array {
  const v = new Float64Array(q);
  v[k] = 1;
  return v;
}

/** Each direction scaled first: channels may differ by orders of magnitude. */
function pseudoInverse(gram: Float64Array, n: number): Float64Array {
  const size = Float64Array.from({ length: n }, (_, a) => Math.sqrt(gram[a * n + a]!) || 1);
  const scaled = gram.map((value, at) => value / (size[Math.floor(at / n)]! * size[at % n]!));
  const { values, vectors } = symmetricEigen(scaled, n);
  const out = new Float64Array(n * n);
  values.forEach((value, k) => {
    if (!(value > RELATION * values[n - 1]!)) return;
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        out[a * n + b]! +=
          (vectors[k * n + a]! * vectors[k * n + b]!) / (value * size[a]! * size[b]!);
      }
    }
  });
  return out;
}
