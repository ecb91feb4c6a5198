/**
 * Candidates on fields, each pushed through the network by one Jacobian–vector product a sample. What a defect is
 * compared with needs the network's gain for motions that have nothing to do with it: it is measured on the way to
 * another sample, for white noise would ask about waves that no state has.
 */
import { normals, randomFrom } from "../../../shared/random";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import type { GeneratorAction } from "../../fields/generators/apply";
import { realsOf, slice, tensorOf } from "../orbit";
import type { Pushforward } from "../pushforward";
import { channelProducts, FreeChannels, leftOver, type ChannelProducts } from "./freeChannels";
import type { Problem } from "./problem";

/** Inner products of one sample, each [Q, Q]. */
interface Products {
  readonly defect: Float64Array;
  readonly scale: Float64Array;
  readonly motion: Float64Array;
  readonly moved: Float64Array;
  /** With the channels of the prediction, where its action on them is not known. */
  readonly channels: ChannelProducts | null;
}

/** How a prediction moves; null where it does not. */
export interface FieldActions {
  readonly input: GeneratorAction;
  readonly output: GeneratorAction | null;
  /** Whether it is a state, so that its change is what counts. */
  readonly state: boolean;
  /** Channels of a prediction whose action on them is found along; null where it is stated. */
  readonly free: number | null;
}

export interface Pushed {
  readonly problem: Problem;
  /** ‖F‖² of each sample. */
  readonly outputSquares: Float64Array;
}

/**
 * @param states [n, …]
 * @param block samples of one run
 */
export async function pushedProblem(
  pushforward: Pushforward,
  { input, output, state, free }: FieldActions,
  states: Tensor,
  block: number,
  seed: number,
  step: (fraction: number) => void,
): Promise<Pushed> {
  const [n = 0, ...sample] = states.shape;
  const d = sizeOf(sample);
  const q = input.count;
  const products: Products[] = [];
  const outputSquares = new Float64Array(n);
  for (let first = 0; first < n; first += block) {
    const count = Math.min(block, n - first);
    // The candidates' directions, then one towards another state.
    const directions = new Float64Array(count * (q + 1) * d);
    for (let s = 0; s < count; s++) {
      const x = realsOf(slice(states, first + s, 1));
      directions.set(input.of(x), s * (q + 1) * d);
      directions.set(towardsAnother(states, first + s, seed), (s * (q + 1) + q) * d);
    }
    const { prediction, tangents } = await pushforward.of(
      slice(states, first, count),
      tensorOf(directions, [count, q + 1, ...sample]),
      () => step(first / n),
    );
    const D = prediction.length / count;
    for (let s = 0; s < count; s++) {
      const f = Float64Array.from(prediction.subarray(s * D, (s + 1) * D));
      outputSquares[first + s] = square(f);
      const start = s * (q + 1);
      products.push(
        productsOf(
          q,
          Float64Array.from(directions.subarray(start * d, (start + q + 1) * d)),
          Float64Array.from(tangents.subarray(start * D, (start + q + 1) * D)),
          output === null ? new Float64Array(q * D) : output.of(f),
          state,
          free === null ? null : { f, channels: free },
        ),
      );
    }
  }
  return { problem: problemOf(q, products, free), outputSquares };
}

function productsOf(
  q: number,
  directions: Float64Array,
  tangents: Float64Array,
  moved: Float64Array,
  state: boolean,
  found: { readonly f: Float64Array; readonly channels: number } | null,
): Products {
  const d = directions.length / (q + 1);
  const D = tangents.length / (q + 1);
  const other = tangents.slice(q * D);
  if (state) for (let o = 0; o < D; o++) other[o]! -= directions[q * d + o]!;
  const gain = square(other) / square(directions.subarray(q * d));
  const defects = moved.map((value, k) => tangents[k]! - value);
  const change = state ? moved.map((value, k) => value - directions[k]!) : moved;
  const motion = gramOfRows(tangents, q, D);
  const scale = gramOfRows(directions, q, d).map((value) => gain * value);
  gramOfRows(change, q, D).forEach((value, k) => (scale[k]! += value));
  return {
    defect: gramOfRows(defects, q, D),
    scale,
    motion,
    moved: gramOfRows(moved, q, D),
    channels: found === null ? null : channelProducts(defects, moved, found.f, found.channels),
  };
}

type Grams = Omit<Products, "channels">;

function problemOf(q: number, products: readonly Products[], free: number | null): Problem {
  const mean = (samples: readonly number[], of: (one: Products) => Float64Array): Float64Array => {
    const sum = new Float64Array(of(products[0]!).length);
    for (const k of samples) {
      of(products[k]!).forEach((value, at) => (sum[at]! += value / samples.length));
    }
    return sum;
  };
  const freeOn = (samples: readonly number[]): FreeChannels | null =>
    free === null
      ? null
      : new FreeChannels(
          {
            own: mean(samples, ({ channels }) => channels!.own),
            cross: mean(samples, ({ channels }) => channels!.cross),
          },
          free,
        );
  const whole = freeOn([...products.keys()]);
  return {
    candidates: q,
    samples: products.length,
    gram: (samples) => {
      const defect = mean(samples, (one) => one.defect);
      return {
        defect: freeOn(samples)?.without(defect) ?? defect,
        scale: mean(samples, (one) => one.scale),
      };
    },
    tried: (v) => {
      const of = (name: keyof Grams): Float64Array =>
        Float64Array.from(products, (one) => Math.max(0, quadratic(one[name], v)));
      const stated = {
        defect: of("defect"),
        scale: of("scale"),
        motion: of("motion"),
        moved: of("moved"),
      };
      if (whole === null) return { ...stated, action: null };
      const action = whole.action(v);
      const left = (name: "defect" | "moved", sign: 1 | -1): Float64Array =>
        stated[name].map((square, k) => {
          const { own, cross, moved } = products[k]!.channels!;
          return leftOver(
            square,
            combined(name === "defect" ? cross : moved, v),
            own,
            action,
            sign,
          );
        });
      // DF X − flow less A F̂, and the flow with it.
      return {
        ...stated,
        defect: left("defect", -1),
        moved: left("moved", 1),
        action,
      };
    },
  };
}

/** Σ v_q rows_q of [Q, …]. */
function combined(rows: Float64Array, v: Float64Array): Float64Array {
  const size = rows.length / v.length;
  const out = new Float64Array(size);
  v.forEach((factor, k) => {
    for (let i = 0; i < size; i++) out[i]! += factor * rows[k * size + i]!;
  });
  return out;
}

/** x_j − x_i for a sample j far from i in the list; noise where there is but one. */
function towardsAnother(states: Tensor, i: number, seed: number): Float64Array {
  const n = states.shape[0]!;
  const own = realsOf(slice(states, i, 1));
  const other = realsOf(slice(states, (i + Math.ceil(n / 2)) % n, 1));
  const way = Float64Array.from(own, (value, k) => other[k]! - value);
  return square(way) > 0 ? way : normals(randomFrom(seed, i), way.length);
}

function gramOfRows(rows: Float64Array, q: number, length: number): Float64Array {
  const gram = new Float64Array(q * q);
  for (let a = 0; a < q; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += rows[a * length + k]! * rows[b * length + k]!;
      gram[a * q + b] = gram[b * q + a] = sum;
    }
  }
  return gram;
}

function quadratic(matrix: Float64Array, v: Float64Array): number {
  const q = v.length;
  let sum = 0;
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) sum += v[a]! * matrix[a * q + b]! * v[b]!;
  }
  return sum;
}

function square(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value ** 2, 0);
}
