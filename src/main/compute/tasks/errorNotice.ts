/** What is said where a network errs more than predicting that nothing changes: then it hardly got what it was trained on. */
import { Predictions } from "../../analyses/predictions";
import { sampleNetwork } from "../../analyses/network";
import type { Network } from "../../analyses/context";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import type { DataSet } from "../../data/dataset";
import type { Executor } from "../../runtime/executor";
import { sameFields } from "./convention";

/** Enough to tell a factor. */
const SAMPLES = 16;

/**
 * One that learnt little errs about as much as no change does, up to this. One in the wrong variables that predicts states
 * errs much more; one that predicts small changes only a little, as it adds them to the right state.
 */
const MORE = 1.05;

/** Analyses that compare predictions with targets, one network each. */
const asking: ReadonlySet<string> = new Set([
  "coherence",
  "equivariance",
  "landscape",
  "conservation",
  "evolution",
]);

interface Subject {
  readonly analysis: string;
  readonly data: DataSet;
  readonly model: Network | null;
  /** Of an evolution the last is asked: those before have yet to learn. */
  readonly checkpoints: readonly { open(): Promise<Network> }[];
}

/** A sentence where that is so; one forward pass over the first of the samples. */
export async function errorNotice(
  { analysis, data, model, checkpoints }: Subject,
  { input, target }: { readonly input: Tensor; readonly target: Tensor | null },
  executor: Executor,
): Promise<string[]> {
  if (target === null || model === null || !asking.has(analysis)) return [];
  if (data.targets !== "next state" && !sameFields(data)) return [];
  const [x, y] = [first(input), first(target)];
  const stays = lastState(x, y, data);
  const finite = [x, y].every((one) => toFloat64(one).every(Number.isFinite));
  if (stays === null || !finite) return [];
  const last = analysis === "evolution" ? checkpoints.at(-1) : undefined;
  const network = (await last?.open()) ?? model;
  const sample = sampleNetwork(network);
  if (sample.input.shape.slice(1).join() !== x.shape.slice(1).join()) return [];
  if (sample.prediction.shape.slice(1).join() !== y.shape.slice(1).join()) return [];
  const predictions = await Predictions.compile(executor, network, sample, 1);
  try {
    const predicted = await predictions.of(x, () => undefined);
    const times = errorOf(predicted, y, data) / errorOf(stays, y, data);
    if (!(times > MORE) || !Number.isFinite(times)) return [];
    const shown = times < 1000 ? String(Number(times.toPrecision(2))) : times.toExponential(0);
    return [
      `The network errs ${shown} times as much as predicting no change: are its normalisation, history and what it predicts stated as it was trained (--normalise, --history, --predicts on the command line)?`,
    ];
  } finally {
    await predictions.dispose();
  }
}

function first({ shape, data }: Tensor): Tensor {
  const [count = 0, ...one] = shape;
  const taken = Math.min(SAMPLES, count);
  const values = toFloat64({ data }).slice(0, taken * sizeOf(one));
  return { dtype: "float64", shape: [taken, ...one], data: values };
}

/** Of an input its last state, as the targets lie; null where a target is no state of the input. */
function lastState(x: Tensor, y: Tensor, { states, conditions }: DataSet): Float64Array | null {
  const values = toFloat64(x);
  if (x.shape.join() === y.shape.join()) return values;
  const at = states.axes.indexOf("channel") + 1;
  const alike = x.shape.every((extent, axis) => axis === at || extent === y.shape[axis]);
  const [from = 0, to = 0] = [x.shape[at], y.shape[at]];
  const whole = from - conditions.length;
  if (at === 0 || !alike || x.shape.length !== y.shape.length || whole < to) return null;
  const inner = sizeOf(x.shape.slice(at + 1));
  return Float64Array.from({ length: sizeOf(y.shape) }, (_, i) => {
    const [before, channel] = [Math.floor(i / (to * inner)), Math.floor(i / inner) % to];
    return values[(before * from + whole - to + channel) * inner + (i % inner)]!;
  });
}

/** Root of the mean square, each channel in units of its own spread, so that none drowns the others. */
function errorOf(
  predicted: Float32Array | Float64Array,
  target: Tensor,
  { states }: DataSet,
): number {
  const goal = toFloat64(target);
  const at = states.axes.indexOf("channel") + 1;
  const count = at === 0 ? 1 : target.shape[at]!;
  const inner = at === 0 ? 1 : sizeOf(target.shape.slice(at + 1));
  const sums = Array.from({ length: count }, () => ({ n: 0, mean: 0, square: 0, error: 0 }));
  goal.forEach((value, i) => {
    const own = sums[Math.floor(i / inner) % count]!;
    own.n += 1;
    const from = value - own.mean;
    own.mean += from / own.n;
    own.square += from * (value - own.mean);
    own.error += (predicted[i]! - value) ** 2;
  });
  return Math.sqrt(
    sums.reduce((sum, { square, error }) => (square > 0 ? sum + error / square : sum), 0),
  );
}
