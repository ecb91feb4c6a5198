/**
 * Lie derivative L_X f(x) = Df(x)[X x] − X f(x) of each sample and generator, by one Jacobian–vector product each, in one
 * step or along a rollout, beside the grid's own error. Gruver et al. 2023, arXiv:2210.02984.
 */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { gridErrors } from "../../fields/generators/gridError";
import { roundTrips } from "../../fields/generators/roundTrip";
import type { AnalysisResult, Computation, ReportProgress, StatesContext } from "../context";
import { checkSamples, sampleNetwork } from "../network";
import { nameOfSample, realsOf, slice } from "../orbit";
import { RUN_BYTES } from "../samples";
import { arraysOf } from "./arrays";
import { checkStep, noticesOf } from "./checks";
import { lieSteps, type LieStep } from "./derivative";
import { KeptLieFields } from "./keptFields";
import { layerContributions } from "./layers";
import { discMask, norm, type Mask } from "./norms";
import type { LieNumbers } from "./numbers";
import { Pushforward, runSize } from "../pushforward";
import { sidesOf, type Sides } from "./sides";
import { summaryOf } from "./summary";
import { verifyLieErrors } from "./verify";

export const lieDerivative: Computation<LieDerivativeParameters, StatesContext> = {
  compute,
  acting(place, input, output, params) {
    const sides = sidesOf(place, params, input, output);
    sides.output(1);
    return sides.generators.map(({ id }) => id);
  },
  estimate: (info, params) => {
    // A tangent costs about what a forward pass does; by layer there is one more of them a layer.
    const followed = Math.min(params.layers, info.samples) * info.elements * USUAL_LAYERS;
    const passes = info.samples * (1 + info.elements) * params.steps + followed;
    const states = info.samples * info.outputSize * 4;
    return { passes, memoryBytes: 2 * states + RUN_BYTES, flops: 2 * info.work * passes };
  },
};

/** Layers that a network of the size at hand has; they are counted only when it is taken apart. */
const USUAL_LAYERS = 30;

async function compute(
  context: StatesContext,
  params: LieDerivativeParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { model, executor, input, target, samples } = context;
  const { steps } = params;
  const network = sampleNetwork(model);
  checkSamples(network, input, target, (i) => nameOfSample(samples[i]!));
  const outputShape = network.prediction.shape.slice(1);
  checkStep(input.shape.slice(1), outputShape, steps);
  const sides = sidesOf(context, params, input.shape.slice(1), outputShape);
  const n = samples.length;
  const size = runSize(network, n, sides.generators.length, context.memoryBytes);
  progress({ fraction: 0, stage: "Preparing the network" });
  const pushforward = await Pushforward.compile(executor, model, network, size);
  const runs = Math.ceil(n / size.samples) * pushforward.runs(1, sides.generators.length) * steps;
  let done = 0;
  const before = (): void => {
    signal.throwIfAborted();
    progress({ fraction: done++ / runs, stage: "Pushing the generators through the network" });
  };
  const measure = new Measure(context, params, sides, outputShape);
  const kept = new KeptLieFields(context, sides.generators.length, outputShape);
  for (let first = 0; first < n; first += size.samples) {
    const states = slice(input, first, Math.min(size.samples, n - first));
    let k = 0;
    for await (const step of lieSteps(pushforward, sides, states, outputShape, steps, before)) {
      measure.add(first, k, step);
      if (k === 0) kept.add(first, step);
      k++;
    }
    measure.addGrid(first, states);
  }
  await pushforward.dispose();
  const layers =
    params.layers === 0
      ? null
      : await layerContributions(context, network, sides, params.layers, signal, progress);
  context.notices.push(...noticesOf(context, params, sides, measure.numbers));
  const verified =
    params.verify === 0
      ? {}
      : {
          verified: await verifyLieErrors(
            context,
            params,
            sides,
            measure.numbers.error,
            signal,
            progress,
          ),
        };
  return {
    summary: { ...summaryOf(context, params, sides, measure.numbers, layers), ...verified },
    arrays: {
      ...arraysOf(params, sides, measure.numbers, n),
      ...layers?.arrays,
      ...kept.arrays(),
    },
  };
}

/** Norms of what each step gives. */
class Measure {
  readonly numbers: LieNumbers;
  readonly #steps: number;
  readonly #samples: number;
  readonly #outputSize: number;
  readonly #channels: number;
  readonly #mask: Mask;
  readonly #generators: number;
  readonly #gridErrors: (state: ArrayLike<number>) => Float64Array;
  readonly #roundTrips: (state: ArrayLike<number>) => Float64Array;

  constructor(
    { samples, grid, input }: StatesContext,
    { steps, disc }: LieDerivativeParameters,
    sides: Sides,
    outputShape: readonly number[],
  ) {
    const [count, n] = [sides.generators.length, samples.length];
    this.#generators = count;
    this.#samples = n;
    this.#steps = steps;
    this.#outputSize = sizeOf(outputShape);
    this.#channels = outputShape.length > 1 ? outputShape[0]! : 1;
    const onGrid = grid !== null && outputShape.slice(1).join() === grid.size.join();
    this.#mask = onGrid ? discMask(grid, disc) : null;
    this.numbers = {
      error: new Float64Array(count * n * steps),
      relative: new Float64Array(count * n * steps),
      channel: new Float64Array(count * n * this.#channels),
      square: new Float64Array(count * n),
      gridError: new Float64Array(count * n),
      roundTrip: new Float64Array(count * n),
      outputNorm: new Float64Array(n),
    };
    const mask = discMask(grid, disc);
    const over = (values: Float64Array, from: number, to: number): number =>
      norm(values, from, to, mask);
    const channels = grid === null ? sizeOf(input.shape.slice(1)) : input.shape[1]!;
    this.#gridErrors = gridErrors(sides.infinitesimals, channels, grid, over);
    this.#roundTrips = roundTrips(sides.infinitesimals, channels, grid, over);
  }

  /** @param first position of the block's first sample @param k the step, from 0 */
  add(first: number, k: number, { prediction, field, tangents }: LieStep): void {
    const d = this.#outputSize;
    const count = this.#generators;
    const n = prediction.length / d;
    const { error, relative, square, outputNorm } = this.numbers;
    for (let i = 0; i < n; i++) {
      const scale = norm(prediction, i * d, (i + 1) * d, this.#mask);
      if (k === 0) outputNorm[first + i] = scale;
      for (let j = 0; j < count; j++) {
        const [from, to] = [(i * count + j) * d, (i * count + j + 1) * d];
        const size = norm(field, from, to, this.#mask);
        // X f = Df[X x] − L f: both terms of the difference are at hand.
        const moved = Float64Array.from(
          { length: d },
          (_, p) => tangents[from + p]! - field[from + p]!,
        );
        const terms = norm(tangents, from, to, this.#mask) + norm(moved, 0, d, this.#mask);
        const place = (j * this.#samples + first + i) * this.#steps + k;
        error[place] = size === 0 ? 0 : size / scale;
        relative[place] = size === 0 ? 0 : size / terms;
        if (k > 0) continue;
        square[j * this.#samples + first + i] = size ** 2 / d;
        this.#addChannels(
          j,
          first + i,
          field.subarray(from, to),
          prediction.subarray(i * d, (i + 1) * d),
        );
      }
    }
  }

  #addChannels(
    generator: number,
    sample: number,
    field: Float64Array,
    own: ArrayLike<number>,
  ): void {
    const points = this.#outputSize / this.#channels;
    for (let c = 0; c < this.#channels; c++) {
      const [from, to] = [c * points, (c + 1) * points];
      const size = norm(field, from, to, this.#mask);
      this.numbers.channel[(generator * this.#samples + sample) * this.#channels + c] =
        size === 0 ? 0 : size / norm(own, from, to, this.#mask);
    }
  }

  addGrid(first: number, states: Tensor): void {
    for (let i = 0; i < states.shape[0]!; i++) {
      const state = realsOf(slice(states, i, 1));
      const place = (j: number): number => j * this.#samples + first + i;
      const { gridError, roundTrip } = this.numbers;
      this.#gridErrors(state).forEach((value, j) => (gridError[place(j)] = value));
      this.#roundTrips(state).forEach((value, j) => (roundTrip[place(j)] = value));
    }
  }
}
