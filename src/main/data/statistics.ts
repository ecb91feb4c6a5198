/** Mean, spread and range of each channel over the states of a data set, and how many values are not finite. */
import { numberingOf } from "../../shared/sampleExtent";
import { sizeOf, toFloat64, type TensorData } from "../../shared/tensor";
import type { DataSet } from "./dataset";
import type { StatePlace } from "./states";

export interface ChannelStatistics {
  readonly channel: string;
  /** Over finite values; all four are 0 where there is none. */
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly nonFinite: number;
}

export interface Statistics {
  readonly channels: readonly ChannelStatistics[];
  /** How many of the states were read: fewer than there are where the file is too large to go through. */
  readonly looked: number;
  readonly states: number;
}

/** Values read at most: a few seconds' worth. Above it, evenly strided states stand for all. */
const MOST_VALUES = 2 ** 27;
/** Values held at once. */
const CHUNK_VALUES = 2 ** 20;

export interface StatisticsOptions {
  readonly mostValues?: number;
  readonly signal?: AbortSignal;
  /** Other variables than those of the file: of the values of a channel in one state, as many others. */
  readonly as?: (values: Float64Array, channel: number, place: StatePlace) => Float64Array;
}

/** Accumulates in float64; the variance by Welford's update of chunk means (Chan et al. 1983), without cancellation. */
export async function channelStatistics(
  { states, channels }: Pick<DataSet, "states" | "channels">,
  { mostValues = MOST_VALUES, signal, as }: StatisticsOptions = {},
): Promise<Statistics> {
  const channelAxis = states.axes.indexOf("channel");
  const size = sizeOf(states.shape);
  const inner = channelAxis < 0 ? size : sizeOf(states.shape.slice(channelAxis + 1));
  const { count: total, placeOf } = numberingOf(states);
  const every = Math.max(1, Math.ceil((total * size) / mostValues));
  const chosen: StatePlace[] = [];
  for (let i = 0; i < total; i += every) {
    chosen.push(placeOf(i));
  }
  const sums = channels.map(() => new Moments());
  const step = Math.max(1, Math.floor(CHUNK_VALUES / Math.max(1, size)));
  for (let from = 0; from < chosen.length; from += step) {
    signal?.throwIfAborted();
    const { data } = await states.read(chosen.slice(from, from + step));
    // Only what is no number of JavaScript is converted: a state may be large, and a copy twice that.
    const values = data instanceof BigInt64Array ? toFloat64({ data }) : data;
    for (let start = 0; start < values.length; start += inner) {
      const channel = (start / inner) % channels.length;
      const own = values.subarray(start, start + inner);
      const place = chosen[from + Math.floor(start / size)]!;
      sums[channel]!.add(as === undefined ? own : as(toFloat64({ data: own }), channel, place));
    }
  }
  return {
    channels: sums.map((sum, c) => ({ channel: channels[c]!.name, ...sum.result() })),
    looked: chosen.length,
    states: total,
  };
}

class Moments {
  #count = 0;
  #mean = 0;
  /** Σ (value − mean)². */
  #spread = 0;
  #min = Infinity;
  #max = -Infinity;
  #nonFinite = 0;

  add(values: Exclude<TensorData, BigInt64Array>): void {
    let count = 0;
    let sum = 0;
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      count++;
      sum += value;
      if (value < this.#min) this.#min = value;
      if (value > this.#max) this.#max = value;
    }
    this.#nonFinite += values.length - count;
    if (count === 0) return;
    const mean = sum / count;
    let spread = 0;
    for (const value of values) if (Number.isFinite(value)) spread += (value - mean) ** 2;
    const both = this.#count + count;
    const gap = mean - this.#mean;
    this.#mean += (gap * count) / both;
    this.#spread += spread + (gap * gap * this.#count * count) / both;
    this.#count = both;
  }

  result(): Omit<ChannelStatistics, "channel"> {
    if (this.#count === 0) return { mean: 0, std: 0, min: 0, max: 0, nonFinite: this.#nonFinite };
    return {
      mean: representable(this.#mean),
      std: representable(Math.sqrt(this.#spread / this.#count)),
      min: this.#min,
      max: this.#max,
      nonFinite: this.#nonFinite,
    };
  }
}

/** Sums of values near the largest double overflow; the result says "huge" instead, which JSON can carry. */
function representable(value: number): number {
  if (Number.isNaN(value)) return Number.MAX_VALUE;
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}
