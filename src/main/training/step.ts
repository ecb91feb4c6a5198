/**
 * One step of training as a graph: forward pass, gradient, clipping, update and running mean of the weights run as a whole
 * on any executor, so that parameters and what the optimiser remembers leave it only to become the next step's inputs.
 */
import { sizeOf, type DType } from "../../shared/tensor";
import type { Builder } from "../graph/builder";
import { inputName, type Graph, type Value } from "../graph/ir";
import { objective, type ObjectiveOptions } from "./objective";
import { adamW, adamWDefaults } from "./optimisers/adamw";
import { slotName, type Optimiser } from "./optimisers/optimiser";

export interface StepOptions extends ObjectiveOptions {
  readonly optimiser: Optimiser;
  /** Longest gradient, over all parameters together; 0 for no bound. */
  readonly clip: number;
  /** Decay of the running mean of the weights; 0 for none. */
  readonly average: number;
}

/** PyTorch's usual training step: single steps, the mean squared error, AdamW and nothing else. */
export const plainStep: StepOptions = {
  loss: "mse",
  rollout: 1,
  through: "all",
  optimiser: adamW(adamWDefaults),
  clip: 0,
  average: 0,
};

/** Name of a parameter's running mean. */
export const averageName = (parameter: string): string => `average(${parameter})`;

/** Name of the output that a parameter, a slot or a mean has after the step: ONNX wants outputs named apart from inputs. */
export const after = (name: string): string => `after(${name})`;

/** Keeps a gradient of zero from dividing by zero, as PyTorch's clip_grad_norm_ does. */
const CLIP_EPSILON = 1e-6;

/**
 * Numbers that a step is fed beside its batch, by the names of their inputs.
 * @param step from 1
 */
export function scalarsOf(
  { optimiser, average }: StepOptions,
  step: number,
  rate: number,
): Map<string, number> {
  return new Map([
    ["$rate", rate],
    ...Object.entries(optimiser.scalars(step)).map(([name, x]): [string, number] => [
      `$${name}`,
      x,
    ]),
    // Short at first, so that the initial weights are soon forgotten; as TensorFlow's ExponentialMovingAverage has it.
    ...(average === 0
      ? []
      : [["$decay", Math.min(average, (1 + step) / (10 + step))] as [string, number]]),
  ]);
}

/** Tensors that a step reads and hands on, beside the parameters: names by parameter. */
export function memoryOf({ optimiser, average }: StepOptions, parameter: string): string[] {
  return [
    ...optimiser.slots.map((slot) => slotName(slot, parameter)),
    ...(average === 0 ? [] : [averageName(parameter)]),
  ];
}

/**
 * Inputs: those of the objective, the scalars of `scalarsOf`, every parameter and its memory. Outputs: `loss` (mean over
 * the batch), `norm` of the gradient before clipping, and parameters and memory after the step as `after(name)`.
 * @param network at the batch's size, one data input
 */
export function stepGraph(g: Builder, network: Graph, options: StepOptions): Graph {
  const { inputs: data, parameters, loss, gradients } = objective(g, network, options);
  const { dtype } = loss;
  const scalars = Object.fromEntries(
    [...scalarsOf(options, 1, 0).keys()].map((name) => [name, g.input(name, { dtype, shape: [] })]),
  );
  const squares = gradients.map((d) => inType(g, g.sum(g.mul(d, d)), dtype));
  const norm = g.sqrt(squares.reduce((sum, square) => g.add(sum, square)));
  const shortened =
    options.clip === 0
      ? null
      : g.minimum(g.div(options.clip, g.add(norm, CLIP_EPSILON)), g.scalar(1, dtype));

  const inputs: Value[] = [...data, ...Object.values(scalars)];
  const outputs = [
    { name: "loss", value: loss },
    { name: "norm", value: norm },
  ];
  parameters.forEach((parameter, k) => {
    const name = inputName(parameter);
    const own = (value: Value): Value => inType(g, value, parameter.dtype);
    const slots = options.optimiser.slots.map((slot) => g.input(slotName(slot, name), parameter));
    const gradient = gradients[k]!;
    const next = options.optimiser.update(g, {
      parameter,
      gradient: shortened === null ? gradient : g.mul(gradient, own(shortened)),
      slots,
      rate: own(scalars["$rate"]!),
      scalars: Object.fromEntries(
        Object.entries(scalars).map(([each, value]) => [each.slice(1), own(value)]),
      ),
    });
    inputs.push(parameter, ...slots);
    outputs.push(
      { name: after(name), value: next.parameter },
      ...slots.map((slot, i) => ({ name: after(inputName(slot)), value: next.slots[i]! })),
    );
    if (options.average === 0) return;
    const mean = g.input(averageName(name), parameter);
    const decay = own(scalars["$decay"]!);
    const rest = g.mul(g.sub(1, decay), next.parameter);
    inputs.push(mean);
    outputs.push({ name: after(inputName(mean)), value: g.add(g.mul(decay, mean), rest) });
  });
  return { inputs, outputs };
}

function inType(g: Builder, value: Value, dtype: DType): Value {
  return value.dtype === dtype ? value : g.cast(value, dtype);
}

/** Bytes of the parameters and of what is remembered of them, as they lie on the disk. */
export function stateBytes(options: StepOptions, parameters: Iterable<Value>): number {
  let bytes = 0;
  for (const value of parameters) {
    const copies = 1 + memoryOf(options, inputName(value)).length;
    bytes += copies * sizeOf(value.shape) * (value.dtype === "float64" ? 8 : 4);
  }
  return bytes;
}
