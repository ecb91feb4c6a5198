/**
 * How a network goes on from its own prediction. An input is the last states, earliest first, and behind them the
 * conditions that the network is told: the next one has lost its earliest state, ends with the prediction, and is told
 * what holds a step later. A prediction of an input's own shape is the next input as it is.
 */
import { UserError } from "../../shared/errors";
import { sizeOf, type Tensor } from "../../shared/tensor";
import type { Builder } from "../graph/builder";
import type { Value } from "../graph/ir";
import type { Feeding } from "./context";
import type { Reals } from "./innerProducts";
import { emptyLike, nameOfSample, realsOf, tensorOf } from "./orbit";

export interface NextInput {
  /** Whether a prediction is a whole input. */
  readonly whole: boolean;
  /** The states that inputs [n, …] end with, which predictions follow and are of one shape with. */
  lastState(inputs: Tensor): Tensor;
  /** The same in a graph. */
  lastStateIn(g: Builder, inputs: Value): Value;
  /** What inputs [n, …] become by predictions, the conditions as they were. */
  pushed(inputs: Tensor, predictions: Reals): Tensor;
  /**
   * The same with the conditions of a time.
   * @param positions of the samples in the run @param steps after them
   */
  after(inputs: Tensor, predictions: Reals, positions: readonly number[], steps: number): Tensor;
}

/**
 * @param input of one sample @param output of one prediction @param steps that a rollout has
 * @returns null where a prediction is not a state that an input ends with
 * @throws UserError "rollout/conditions" where nothing says what the network would be told on its way
 */
export function nextInput(
  input: readonly number[],
  output: readonly number[],
  feeding: Feeding | undefined,
  steps: number,
): NextInput | null {
  if (input.join() === output.join()) return itself;
  const axis = feeding?.channelAxis ?? null;
  if (feeding === undefined || axis === null || input.length !== output.length) return null;
  const { history, conditions } = feeding;
  const at = axis - 1;
  const fits = input.every((n, i) =>
    i === at ? n === history * output[i]! + conditions.length : n === output[i],
  );
  if (!fits) return null;
  assertTold(feeding, steps);
  return stacked(input, output, at, feeding);
}

function assertTold({ conditions, samples, told }: Feeding, steps: number): void {
  if (conditions.length === 0) return;
  for (const [position, sample] of samples.entries()) {
    for (let k = 1; k < steps; k++) {
      const missing = told(position, k).findIndex((value) => !Number.isFinite(value));
      if (missing < 0) continue;
      throw new UserError(
        "rollout/conditions",
        `Nothing says what ${conditions[missing]!} is ${k} ${k === 1 ? "step" : "steps"} after ${nameOfSample(sample)}, where the data end.`,
        {
          where: "steps",
          todo: "Take fewer steps, or begin earlier (--times on the command line).",
        },
      );
    }
  }
}

const itself: NextInput = {
  whole: true,
  lastState: (inputs) => inputs,
  lastStateIn: (_, inputs) => inputs,
  pushed: (inputs, predictions) => tensorOf(predictions, inputs.shape),
  after: (inputs, predictions) => tensorOf(predictions, inputs.shape),
};

/** @param at axis of the channels in a state */
function stacked(
  input: readonly number[],
  output: readonly number[],
  at: number,
  { history, conditions, told }: Feeding,
): NextInput {
  /** Rows that a sample has before the channels, and numbers in a row of an input, of a state, of a condition. */
  const rows = sizeOf(input.slice(0, at));
  const points = sizeOf(input.slice(at + 1));
  const [wide, one] = [input[at]! * points, output[at]! * points];
  const end = history * one;
  const pushed: NextInput["pushed"] = ({ data, shape }, predictions) => {
    const from = data as Reals;
    const to = emptyLike(predictions, from.length);
    for (let row = 0; row * wide < from.length; row++) {
      const [start, stop] = [row * wide, (row + 1) * wide];
      to.set(from.subarray(start + one, start + end), start);
      to.set(predictions.subarray(row * one, (row + 1) * one), start + end - one);
      to.set(from.subarray(start + end, stop), start + end);
    }
    return tensorOf(to, shape);
  };
  return {
    whole: false,
    lastState(inputs) {
      const from = realsOf(inputs);
      const n = inputs.shape[0]!;
      const to = emptyLike(from, n * rows * one);
      for (let row = 0; row < n * rows; row++) {
        const stop = row * wide + end;
        to.set(from.subarray(stop - one, stop), row * one);
      }
      return tensorOf(to, [n, ...output]);
    },
    lastStateIn: (g, inputs) => {
      const last = history * output[at]!;
      return g.slice(inputs, [{ axis: at + 1, start: last - output[at]!, end: last }]);
    },
    pushed,
    after(inputs, predictions, positions, steps) {
      const next = pushed(inputs, predictions);
      if (conditions.length === 0) return next;
      const to = realsOf(next);
      for (const [i, position] of positions.entries()) {
        for (const [k, value] of told(position, steps).entries()) {
          for (let row = i * rows; row < (i + 1) * rows; row++) {
            const start = row * wide + end + k * points;
            to.fill(value, start, start + points);
          }
        }
      }
      return next;
    },
  };
}
