/** The network applied to its own predictions, block by block of trajectories, measured at every step beside the data. */
import { toFloat64, type Tensor } from "../../../shared/tensor";
import type { StatesContext } from "../context";
import type { NextInput } from "../nextInput";
import { realsOf, slice } from "../orbit";
import type { Predictions } from "../predictions";
import type { Meter, RolloutNumbers } from "./numbers";

/** A state whose root mean square is this many times the initial states' has left what can be a state. */
export const BLOWN_UP = 1000;

export interface Rollouts {
  readonly model: RolloutNumbers;
  readonly repaired: RolloutNumbers | null;
  readonly reference: RolloutNumbers;
}

export interface Steppers {
  readonly model: Predictions;
  readonly repaired: Predictions | null;
}

/**
 * @param chunk trajectories a block @param before called before each run of the network
 */
export async function rollOut(
  context: StatesContext,
  following: NextInput,
  steppers: Steppers,
  meter: Meter,
  rollouts: Rollouts,
  steps: number,
  chunk: number,
  before: (step: number) => void,
): Promise<void> {
  const { input } = context;
  const n = input.shape[0]!;
  const limit = BLOWN_UP * rootMeanSquare(toFloat64(following.lastState(input)));
  for (let first = 0; first < n; first += chunk) {
    const count = Math.min(chunk, n - first);
    const start = slice(input, first, count);
    const positions = Array.from({ length: count }, (_, i) => first + i);
    const kinds = [
      { numbers: rollouts.model, predictions: steppers.model, state: start },
      ...(rollouts.repaired === null || steppers.repaired === null
        ? []
        : [{ numbers: rollouts.repaired, predictions: steppers.repaired, state: start }]),
    ];
    for (const { numbers } of [...kinds, { numbers: rollouts.reference }]) {
      meter.note(numbers, realsOf(following.lastState(start)), first, count, 0);
    }
    for (let k = 1; k <= steps; k++) {
      const truth = await statesOfData(context, following, positions, k);
      const known = truth === null ? null : toFloat64(truth);
      if (known !== null) meter.note(rollouts.reference, known, first, count, k);
      for (const kind of kinds) {
        const { numbers } = kind;
        if (allEnded(numbers, first, count)) continue;
        const next = await kind.predictions.of(kind.state, () => {
          before(k);
        });
        if (k < steps) kind.state = following.after(kind.state, next, positions, k);
        markEnds(numbers, next, first, count, k, limit);
        meter.note(numbers, next, first, count, k);
        if (known !== null) noteErrors(numbers, next, known, first, count, k, steps);
      }
    }
  }
}

/** The data's states k steps after the starts of samples first …; null where they hold none. */
async function statesOfData(
  { later, target }: StatesContext,
  following: NextInput,
  positions: readonly number[],
  k: number,
): Promise<Tensor | null> {
  if (later !== undefined) return following.lastState(await later(positions, k));
  // Pairs of states and nothing after.
  return k === 1 && target !== null ? slice(target, positions[0]!, positions.length) : null;
}

function allEnded({ end }: RolloutNumbers, first: number, count: number): boolean {
  return end.subarray(first, first + count).every((step) => step > 0);
}

function markEnds(
  { end, lost }: RolloutNumbers,
  states: ArrayLike<number>,
  first: number,
  count: number,
  step: number,
  limit: number,
): void {
  const size = states.length / count;
  for (let i = 0; i < count; i++) {
    if (end[first + i]! > 0) continue;
    let sum = 0;
    for (let k = i * size; k < (i + 1) * size; k++) sum += states[k]! ** 2;
    const rms = Math.sqrt(sum / size);
    if (rms <= limit) continue;
    end[first + i] = step;
    lost[first + i] = Number.isFinite(rms) ? 0 : 1;
  }
}

function noteErrors(
  { error, end }: RolloutNumbers,
  states: ArrayLike<number>,
  truth: Float64Array,
  first: number,
  count: number,
  step: number,
  steps: number,
): void {
  const size = truth.length / count;
  for (let i = 0; i < count; i++) {
    const ended = end[first + i]!;
    if (ended > 0 && step >= ended) continue;
    let [difference, norm] = [0, 0];
    for (let k = i * size; k < (i + 1) * size; k++) {
      difference += (states[k]! - truth[k]!) ** 2;
      norm += truth[k]! ** 2;
    }
    error[(first + i) * steps + step - 1] = Math.sqrt(difference / norm);
  }
}

function rootMeanSquare(values: Float64Array): number {
  const sum = values.reduce((total, value) => total + value ** 2, 0);
  return Math.sqrt(sum / Math.max(1, values.length));
}
