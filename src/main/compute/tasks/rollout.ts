/** A network on a trajectory of the data, fed its own predictions, beside what was to come. */
import type { DataOptions } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { numberingOf } from "../../../shared/sampleExtent";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import type { Feeding } from "../../analyses/context";
import { sampleNetwork } from "../../analyses/network";
import { nextInput } from "../../analyses/nextInput";
import { realsOf } from "../../analyses/orbit";
import type { DataSet } from "../../data/dataset";
import { inputName } from "../../graph/ir";
import type { Model } from "../../models";
import { channelsFirst, channelsLast } from "../../models/channelsLast";
import { conditioned } from "../../models/conditioned";
import { prepared } from "../../models/prepared";
import { openExecutor } from "../../runtime/target";
import type { TaskContext } from "../task";
import { feedingOf } from "./experiment";
import { withKeptData } from "./keptData";
import { modelFor } from "./modelFor";
import { extentsFor, preparationOf } from "./preparation";

export interface RolloutInput {
  readonly model: string;
  readonly weights: string | null;
  readonly data: { readonly path: string; readonly options: DataOptions };
  /** Variables that the network works in and the padding of its input, as `--normalise` and `--pad` name them. */
  readonly normalise: string;
  readonly pad: string;
  /** That it begins with. */
  readonly sample: number;
  /** At least 1; fewer are made where the trajectory ends, or the output is no state that could be an input. */
  readonly steps: number;
}

export interface Rollout {
  /** The state that it begins with, [1, …]: of an input that holds more, its last; the input where that ends with none. */
  readonly input: Tensor;
  /** [step, …], like the prediction. */
  readonly truth: Tensor;
  readonly prediction: Tensor;
}

/**
 * On the CPU, beside whatever trains.
 * @throws UserError "data/no-sample", "data/no-target"; what opening model and data throws
 */
export function rollout(
  input: RolloutInput,
  { signal }: Pick<TaskContext, "signal">,
): Promise<Rollout> {
  const { path, options } = input.data;
  return withKeptData(path, options, async (data) => {
    const truth = await truthOf(data, input);
    const origin = { path: input.model, weights: input.weights };
    const preparation = await preparationOf(input, data, origin);
    const { channelAxis } = preparation;
    const opened = await modelFor(input.model, input.weights, (model) => {
      const state = extentsFor(model, data, preparation);
      return channelsLast(model.info, state, channelAxis) ?? state;
    });
    const turned = channelsFirst(opened, extentsFor(opened, data, preparation), channelAxis);
    const model = prepared(conditioned(turned, data.conditions), preparation);
    const feeding = feedingOf(data, [data.place(input.sample)], preparation);
    const count = truth.target.shape[0]!;
    const { start, prediction } = await predict(model, feeding, truth.input, count, signal);
    const { data: values } = truth.target;
    const steps = prediction.shape[0]!;
    const kept = values.slice(0, steps * sizeOf(truth.target.shape.slice(1)));
    return {
      input: start,
      truth: { ...truth.target, shape: [steps, ...truth.target.shape.slice(1)], data: kept },
      prediction,
    };
  });
}

/** The state that it begins with, and those that follow it in its trajectory. */
async function truthOf(
  data: DataSet,
  { sample, steps }: RolloutInput,
): Promise<{ input: Tensor; target: Tensor }> {
  if (sample >= data.sampleCount) {
    throw new UserError("data/no-sample", `${data.path} has no sample ${sample}.`, {
      where: data.path,
      todo: `It has ${data.sampleCount}: samples 0 to ${data.sampleCount - 1}.`,
    });
  }
  const { lengthOf, placeOf } = numberingOf(data);
  const { trajectory, time } = placeOf(sample);
  const left = lengthOf(trajectory) - time;
  const count = Math.min(steps, left);
  const { target } = await data.read(Array.from({ length: count }, (_, k) => sample + k));
  if (target === undefined) {
    throw new UserError("data/no-target", `${data.path} has no targets.`, { where: data.path });
  }
  return { input: (await data.read([sample])).input, target };
}

async function predict(
  model: Pick<Model, "graph" | "parameters">,
  feeding: Feeding,
  input: Tensor,
  steps: number,
  signal: AbortSignal,
): Promise<{ start: Tensor; prediction: Tensor }> {
  const network = sampleNetwork(model);
  const [wide, one] = [network.input, network.prediction].map(({ shape }) => shape.slice(1));
  const following = nextInput(wide!, one!, feeding, steps);
  const executor = openExecutor({ executor: "onnxruntime" });
  try {
    const program = await executor.compile(network.graph, { bind: model.parameters });
    const name = network.graph.outputs[0]!.name;
    const states: Float64Array[] = [];
    let state = input;
    for (let step = 1; step <= (following === null ? 1 : steps); step++) {
      signal.throwIfAborted();
      const outputs = await program.run(new Map([[inputName(network.input), state]]));
      const next = outputs.get(name)!;
      states.push(toFloat64(next));
      if (following !== null && step < steps)
        state = following.after(state, realsOf(next), [0], step);
    }
    const shape = [states.length, ...network.prediction.shape.slice(1)];
    const data = new Float32Array(sizeOf(shape));
    states.forEach((values, step) => data.set(values, step * values.length));
    return {
      start: following?.lastState(input) ?? input,
      prediction: { dtype: "float32", shape, data },
    };
  } finally {
    await executor.dispose();
  }
}
