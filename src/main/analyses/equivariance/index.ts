/**
 * Equivariance error ‖f(g·x) − g·f(x)‖ of each sample and element, after one step or along a rollout, in all and by
 * channel. Gruver et al. 2023, arXiv:2210.02984, section 2, for finite elements.
 */
import type { EquivarianceParameters } from "../../../shared/analyses/equivariance";
import { codedNotice } from "../../../shared/analyses/notices";
import { UserError } from "../../../shared/errors";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { aggregate } from "../aggregate";
import type {
  AnalysisResult,
  Computation,
  ReportProgress,
  ResultArray,
  StatesContext,
  StatesPlace,
} from "../context";
import type { Reals } from "../innerProducts";
import { KeptFields } from "../keptFields";
import { activationSize, checkSamples, sampleNetwork } from "../network";
import { nextInput, type NextInput } from "../nextInput";
import { distances, image, nameOfSample, realsOf, tensorOf } from "../orbit";
import { Predictions } from "../predictions";
import { RUN_BYTES, samplesPerRun } from "../samples";
import { stepErrors } from "./errors";
import { checkMixings, mixingRuns, runsOfMixings } from "./mixings";
import { verifyErrors } from "./verify";

export const equivariance: Computation<EquivarianceParameters, StatesContext> = {
  compute,
  fits(place, input, output, params) {
    nextOf(place, input, output, params);
  },
  estimate: (info, { steps }) => {
    // At most: the eight mixings of components, each on four samples.
    const passes = info.samples * (info.elements + 1) * steps + 8 * 4 * info.elements;
    const states = info.samples * info.outputSize * 4;
    return { passes, memoryBytes: 4 * states + RUN_BYTES, flops: 2 * info.work * passes };
  },
  verification: (_, { verify }) => ({ what: `${verify} errors`, passes: 2 * verify }),
  runs: ({ samples, activations, moving, turning }, { steps }) => {
    const width = samplesPerRun(samples, activations);
    const rollouts = (moving + 1) * steps * Math.ceil(samples / width);
    return [{ program: "forward", width, count: rollouts + runsOfMixings(turning) }];
  },
};

/** What is measured, row-major. */
interface Numbers {
  /** [G, n, steps] */
  readonly error: Float64Array;
  /** After the first step, [G, n, C]. */
  readonly channel: Float64Array;
  /** ‖f(x)‖, [n] */
  readonly outputNorm: Float64Array;
  /** Mean squared errors at x [n] and at g·x [G, n]; null without targets. */
  readonly losses: { readonly own: Float64Array; readonly moved: Float64Array } | null;
}

const NO_TARGETS =
  "The data has no targets, so the loss at g·x relative to the loss at x is left out.";

async function compute(
  context: StatesContext,
  params: EquivarianceParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { model, executor, elements, input, target, samples } = context;
  const { steps } = params;
  const change = params["relative-to"] === "change";
  const network = sampleNetwork(model);
  checkSamples(network, input, target, (i) => nameOfSample(samples[i]!));
  const n = samples.length;
  const outputs = [n, ...network.prediction.shape.slice(1)];
  const following = nextOf(context, input.shape.slice(1), outputs.slice(1), params);
  const positions = samples.map((_, i) => i);
  const chunk = samplesPerRun(n, activationSize(network));
  progress({ fraction: 0, stage: "Preparing the network" });
  const predictions = await Predictions.compile(executor, model, network, chunk);
  const runs = (elements.length + 1) * steps * Math.ceil(n / chunk) + mixingRuns(context);
  let done = 0;
  /** F, F², … F^steps of the states, each [n, D]. */
  const rollout = async (states: Tensor, stage: string): Promise<Reals[]> => {
    const result: Reals[] = [];
    let state = states;
    for (let k = 0; k < steps; k++) {
      const name = steps === 1 ? stage : `${stage}, step ${k + 1} of ${steps}`;
      const next = await predictions.of(state, () => {
        signal.throwIfAborted();
        progress({ fraction: done++ / runs, stage: name });
      });
      result.push(next);
      if (k + 1 < steps) state = following!.after(state, next, positions, k + 1);
    }
    return result;
  };
  const own = await rollout(input, "Predictions of x");
  const channels = outputs[1] ?? 1;
  const result: Numbers = {
    error: new Float64Array(elements.length * n * steps),
    channel: new Float64Array(elements.length * n * channels),
    outputNorm: distances(own[0]!, own[0]!, n).norm,
    losses:
      target === null
        ? null
        : { own: meanSquares(own[0]!, target), moved: new Float64Array(elements.length * n) },
  };
  const kept = new KeptFields(context, outputs.slice(1), [positions]);
  for (const [g, element] of elements.entries()) {
    const moved =
      element.id === "e"
        ? own
        : await rollout(image(element, input, context.fields), `Predictions of ${element.label}·x`);
    kept.add(0, g, 0, moved[0]!);
    moved.forEach((prediction, k) => {
      const expected = image(element, tensorOf(own[k]!, outputs), context.outputFields);
      const before = change ? (own[k - 1] ?? realsOf(following!.lastState(input))) : null;
      const { error, byChannel } = stepErrors(prediction, expected, own[k]!, before);
      error.forEach((value, i) => (result.error[(g * n + i) * steps + k] = value));
      if (k === 0) result.channel.set(byChannel, g * n * channels);
    });
    if (target === null) continue;
    const goal = image(element, target, context.outputFields);
    result.losses!.moved.set(meanSquares(moved[0]!, goal), g * n);
  }
  const mixings = await checkMixings(context, tensorOf(own[0]!, outputs), (states, element) =>
    predictions.of(states, () => {
      signal.throwIfAborted();
      progress({ fraction: done++ / runs, stage: `Other components for ${element.label}` });
    }),
  );
  await predictions.dispose();
  context.notices.push(
    ...(target === null ? [NO_TARGETS] : []),
    ...noticesOf(context, result.error, steps, n),
    ...(mixings?.notices ?? []),
  );
  const verified =
    params.verify === 0
      ? {}
      : {
          verified: await verifyErrors(context, params, following, result.error, signal, progress),
        };
  return {
    summary: {
      ...summaryOf(context, params, result),
      ...(mixings === null ? {} : { mixings: mixings.summary }),
      ...verified,
    },
    arrays: {
      ...arraysOf(context, params, result, channels),
      ...mixings?.arrays,
      ...kept.arrays(),
    },
  };
}

/**
 * Null only where neither a rollout nor the change is asked for.
 * @throws UserError "equivariance/not-a-step" where a prediction is no next state, "rollout/conditions"
 */
function nextOf(
  { feeding }: StatesPlace,
  input: readonly number[],
  output: readonly number[],
  { steps, ...params }: EquivarianceParameters,
): NextInput | null {
  const next = nextInput(input, output, feeding, steps);
  if (next !== null || (steps === 1 && params["relative-to"] !== "change")) return next;
  throw new UserError(
    "equivariance/not-a-step",
    `The model maps [${input.join(", ")}] to [${output.join(", ")}], so its output is no next state.`,
    {
      where: steps > 1 ? "steps" : "relative-to",
      todo: "Use one step, relative to the output.",
    },
  );
}

/** Mean squared error of each sample. */
function meanSquares(prediction: Reals, target: Tensor): Float64Array {
  const n = target.shape[0]!;
  const size = sizeOf(target.shape) / n;
  return distances(prediction, realsOf(target), n).difference.map((d) => d ** 2 / size);
}

function noticesOf(
  { elements, samples }: StatesContext,
  error: Float64Array,
  steps: number,
  n: number,
): string[] {
  const notices: string[] = [];
  if (elements.some(({ id }) => id !== "e")) {
    notices.push(codedNotice("symmetry/not-established", "elements"));
  }
  for (const [g, element] of elements.entries()) {
    for (let i = 0; i < n; i++) {
      const first = (g * n + i) * steps;
      const at = error.subarray(first, first + steps).findIndex((value) => !Number.isFinite(value));
      if (at >= 0) {
        notices.push(
          `The rollout from ${element.label}·(${nameOfSample(samples[i]!)}) is not finite, or nothing to compare with, from step ${at + 1} on; its errors are left out.`,
        );
      }
    }
  }
  return notices.length > MOST_NOTICES
    ? [
        ...notices.slice(0, MOST_NOTICES),
        `${notices.length - MOST_NOTICES} more rollouts are not finite.`,
      ]
    : notices;
}

const MOST_NOTICES = 6;

function summaryOf(
  context: StatesContext,
  params: EquivarianceParameters,
  numbers: Numbers,
): Record<string, unknown> {
  const { elements, group, samples } = context;
  const { steps } = params;
  const n = samples.length;
  const atStep = (k: number): Float64Array =>
    numbers.error.filter((_, i) => i % steps === k).map(finite);
  const aggregates = aggregate(
    group,
    elements,
    samples,
    {
      equivariance_error: atStep(0),
      ...(numbers.losses === null ? {} : { relative_loss: ratios(numbers.losses).map(finite) }),
      ...(steps === 1 ? {} : { equivariance_error_last: atStep(steps - 1) }),
    },
    params.seed,
  );
  return { samples: n, steps, relativeTo: params["relative-to"], ...aggregates };
}

/** ℓ(g·x)/ℓ(x) [G, n] */
function ratios({ own, moved }: NonNullable<Numbers["losses"]>): Float64Array {
  return moved.map((loss, k) => loss / own[k % own.length]!);
}

/** Infinities are ends of a rollout, not values; they are counted with NaN. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : NaN;
}

function arraysOf(
  { elements, samples }: StatesContext,
  { steps, ...params }: EquivarianceParameters,
  values: Numbers,
  channels: number,
): Record<string, ResultArray> {
  const n = samples.length;
  const perSample = [elements.length, n];
  const axes = ["element", "sample"];
  const denominator = params["relative-to"] === "change" ? "‖f(x) − x‖" : "‖g·f(x)‖";
  return {
    equivariance_error: {
      tensor: tensorOf(values.error, steps > 1 ? [...perSample, steps] : perSample),
      axes: steps > 1 ? [...axes, "step"] : axes,
      unit: "1",
      description:
        steps > 1
          ? `‖fᵏ(g·x_i) − g·fᵏ(x_i)‖ over ${denominator} of that step`
          : `‖f(g·x_i) − g·f(x_i)‖/${denominator}`,
    },
    output_norm: {
      tensor: tensorOf(values.outputNorm, [n]),
      axes: ["sample"],
      unit: "",
      description: "‖f(x_i)‖",
    },
    channel_error: {
      tensor: tensorOf(values.channel, [...perSample, channels]),
      axes: [...axes, "channel"],
      unit: "1",
      description: "The same after one step for each channel, over that channel's own norm",
    },
    ...(values.losses === null
      ? {}
      : {
          loss: {
            tensor: tensorOf(values.losses.moved, perSample),
            axes,
            unit: "loss",
            description: "Mean squared error at g·x_i",
          },
          relative_loss: {
            tensor: tensorOf(ratios(values.losses), perSample),
            axes,
            unit: "1",
            description: "ℓ(g·x_i)/ℓ(x_i)",
          },
        }),
  };
}
