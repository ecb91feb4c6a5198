/**
 * One step from states of the data each: δ = I(F(u)) − I(u), whose mean is the network's bias and whose spread its
 * noise. Along a rollout the two cannot be told apart.
 */
import { toFloat64 } from "../../../shared/tensor";
import type { StatesContext } from "../context";
import type { NextInput } from "../nextInput";
import { realsOf, tensorOf } from "../orbit";
import type { Predictions } from "../predictions";
import type { Meter } from "./numbers";

/** Increments of the model, [Q][M], and of the data over the same steps; M the states that there were. */
export interface Increments {
  readonly model: Float64Array[];
  readonly data: Float64Array[];
}

/**
 * @param wanted states, spread over trajectories and times @param steps how far into the trajectories
 */
export async function stepIncrements(
  context: StatesContext,
  following: NextInput,
  predictions: Predictions,
  meter: Meter,
  wanted: number,
  steps: number,
  before: () => void,
): Promise<Increments> {
  const { samples, input } = context;
  const later = context.later ?? null;
  const n = samples.length;
  const times = later === null ? 1 : Math.min(steps, Math.ceil(wanted / n));
  const rows = Math.min(n, Math.ceil(wanted / times));
  const positions = Array.from({ length: rows }, (_, i) => Math.floor((i * n) / rows));
  const none = (): number[][] => meter.quantities.map(() => []);
  const [model, data] = [none(), none()];
  const size = realsOf(input).length / n;
  for (let t = 0; t < times; t++) {
    const k = Math.floor((t * steps) / times);
    const states =
      later === null ? startsOf(context, positions) : toFloat64(await later(positions, k));
    const finite = positions.flatMap((_, row) =>
      Number.isFinite(states[row * size]!) ? [row] : [],
    );
    if (finite.length === 0) break;
    const kept = new Float64Array(finite.length * size);
    finite.forEach((row, i) => {
      kept.set(states.subarray(row * size, (row + 1) * size), i * size);
    });
    const from = tensorOf(kept, [finite.length, ...input.shape.slice(1)]);
    const stepped = Float64Array.from(await predictions.of(from, before));
    const here = meter.values(realsOf(following.lastState(from)), finite.length);
    const there = meter.values(stepped, finite.length);
    here.forEach((values, q) => {
      model[q]!.push(...values.map((value, i) => there[q]![i]! - value));
    });
    if (later === null) continue;
    const truth = await later(
      finite.map((row) => positions[row]!),
      k + 1,
    );
    const after = meter.values(toFloat64(following.lastState(truth)), finite.length);
    here.forEach((values, q) => {
      data[q]!.push(...values.map((value, i) => after[q]![i]! - value));
    });
  }
  return {
    model: model.map((values) => Float64Array.from(values)),
    data: data.map((values) => Float64Array.from(values)),
  };
}

function startsOf({ input }: StatesContext, positions: readonly number[]): Float64Array {
  const size = realsOf(input).length / input.shape[0]!;
  const all = realsOf(input);
  const out = new Float64Array(positions.length * size);
  positions.forEach((position, row) => {
    out.set(all.subarray(position * size, (position + 1) * size), row * size);
  });
  return out;
}
