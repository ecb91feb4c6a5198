/**
 * The mean loss on states x and on their images g·x over a slice of parameter space: the plane of both gradients, the
 * line of one, filter-normalised random directions, or those of a training's path, with the Gauss–Newton model of either
 * loss; of one network, or of every checkpoint of a training.
 */
import type { LandscapeParameters } from "../../../shared/analyses/landscape";
import { elementOf } from "../../../shared/groups/group";
import type {
  AnalysisContext,
  AnalysisResult,
  Computation,
  ReportProgress,
  ResultArray,
} from "../context";
import { KeptFields } from "../keptFields";
import { activationSize, checkSamples, type SampleNetwork } from "../network";
import { image, nameOfSample, tensorOf } from "../orbit";
import { Predictions } from "../predictions";
import { within } from "../readings";
import type { Runs } from "../runs";
import { RUN_BYTES, samplesPerRun } from "../samples";
import { around, chunkOf, gradientsAt, gridOf, stepsAt } from "./around";
import type { GradientPair, Place, Scene, Step } from "./around";
import type { Batch } from "./meanGradient";
import { endOf, momentsOf, overTraining, pathOf, placeAt, Slices } from "./overTraining";
import type { Training, TrainingMoment } from "./overTraining";
import { sliceOf, type Slice } from "./slice";
import { verifyLosses } from "./verify";

export const landscape: Computation<LandscapeParameters> = {
  compute,
  async share(context, params, { index, of }, progress, signal) {
    if (momentsOf(context) === null) return null;
    const { scene, slice, training } = await prepared(context, params, progress, signal);
    const slices = await Slices.open(scene, slice, training);
    const own = [...training.moments.entries()].filter(([k]) => k % of === index);
    for (const [done, [k, { name }]] of own.entries()) {
      await slices.around(k, stepOf(within(progress, done, own.length, name), signal));
    }
    return own.length;
  },
  async missing(context, params, signal) {
    if (momentsOf(context) === null) return null;
    const { scene, slice, training } = await prepared(context, params, () => undefined, signal);
    return (await Slices.open(scene, slice, training)).missing();
  },
  estimate: (info, params) => {
    const { points } = params;
    const planar = mayBePlane(params);
    const grid = planar ? points ** 2 : points;
    // Two losses a point; gradients, curvature and second differences are a few dozen passes more.
    const { checkpoints = 0 } = info;
    const passes = info.samples * (2 * grid + 24) * Math.max(1, checkpoints);
    return {
      passes,
      memoryBytes: RUN_BYTES + (6 + 2 * checkpoints) * 8 * info.parameters,
      flops: 2 * info.work * passes,
      ...(planar && params.directions === "orbit" ? { atMost: PERHAPS_A_LINE } : {}),
    };
  },
  verification: (info, { verify }) => ({
    what: `${verify} losses of the grid`,
    passes: verify * info.samples,
  }),
  runs: (info, params) => {
    const { samples, elements, parameters, activations, drawn, checkpoints = 0 } = info;
    const { points } = params;
    const plane = mayBePlane(params);
    const chunk = (numbers: number): number => samplesPerRun(samples, numbers);
    // The present parameters, and one step either way along each direction, for second differences.
    const around = plane ? 5 : 3;
    const at = (plane ? points ** 2 : points) + around;
    const runs = (program: Runs["program"], width: number, times: number): Runs => ({
      program,
      width,
      count: times * Math.ceil(samples / width),
    });
    const one = [
      runs("gradient", chunk(activations + parameters), 2),
      runs("loss", chunk(activations), at),
      runs("curvature", chunk(4 * activations), 2),
    ];
    return [
      ...Array.from({ length: Math.max(1, checkpoints) }, () => one).flat(),
      runs("forward", chunk(activations), drawn ? elements : 0),
    ];
  },
};

/** The gradients of x and of x again span a line, whatever is asked. */
function mayBePlane({ plane, directions, element }: LandscapeParameters): boolean {
  return plane && (directions !== "orbit" || element !== "e");
}

const PERHAPS_A_LINE =
  "Whether the gradients at x and g·x span a plane shows only when they are there: of a network whose loss does not change with g they are parallel, and a line is computed in a small part of the time.";

/** The slice, and what it is of. */
interface Prepared {
  readonly scene: Scene;
  readonly slice: Slice;
  /** Of a network alone there are no moments. */
  readonly training: Training;
}

async function prepared(
  context: AnalysisContext,
  params: LandscapeParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<Prepared> {
  const { input, target, samples, fields, outputFields, notices } = context;
  const element = elementOf(context.group, params.element);
  const batches: [Batch, Batch] = [
    { input, target },
    { input: image(element, input, fields), target: image(element, target, outputFields) },
  ];
  const scene: Scene = { context, params, batches };
  const names: [string, string] = ["x", `${element.label}·x`];
  const gradientsOf = async (place: Place): Promise<GradientPair> => {
    checkSamples(place.network, input, target, (i) => nameOfSample(samples[i]!));
    const first = stepOf(({ stage }) => {
      progress({ fraction: 0, stage });
    }, signal);
    return gradientsAt(scene, place, names, first);
  };
  const all = momentsOf(context);
  const training = { names, ...(await courseOf(context, all, gradientsOf, signal)) };
  const { end, gradients, path } = training;
  const slice = sliceOf(params, end.network, end.model.parameters, ...gradients, path);
  notices.push(...slice.notices);
  return { scene, slice, training };
}

/** Where the slice lies, and the training that leads there: of a network alone no moments. */
async function courseOf(
  context: AnalysisContext,
  all: readonly TrainingMoment[] | null,
  gradientsOf: (place: Place) => Promise<GradientPair>,
  signal: AbortSignal,
): Promise<Omit<Training, "names">> {
  const { model, memoryBytes, notices } = context;
  if (all === null) {
    const end = placeAt(model);
    return { end, gradients: await gradientsOf(end), moments: [], path: [] };
  }
  const { moments, end, gradients } = await endOf(all, gradientsOf, notices);
  return { end, gradients, ...(await pathOf(moments, end, memoryBytes, signal, notices)) };
}

function stepOf(report: ReportProgress, signal: AbortSignal): Step {
  return (fraction, stage) => () => {
    signal.throwIfAborted();
    report({ fraction, stage });
  };
}

async function compute(
  context: AnalysisContext,
  params: LandscapeParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { scene, slice, training } = await prepared(context, params, progress, signal);
  const { batches } = scene;
  const { basis, unit } = slice;
  const { end, gradients, moments } = training;
  const element = elementOf(context.group, params.element);
  const total = Math.max(1, moments.length);
  const step = stepOf(({ fraction, stage }) => {
    progress({ fraction: (total - 1 + fraction) / total, stage });
  }, signal);
  const over =
    moments.length === 0
      ? null
      : await overTraining(scene, slice, training, (k, name) =>
          stepOf(within(progress, k, total, name), signal),
        );
  const found = over?.last ?? (await around(scene, end, slice, gradients, step));
  const { model, network } = end;
  const chunk = chunkOf(scene, activationSize(network));
  const kept = await keptFields({ ...context, model }, network, chunk, step(0.97, "Predictions"));
  const verified =
    params.verify === 0
      ? {}
      : {
          verified: await verifyLosses({ ...context, model }, params, network, basis, batches, {
            at: (place) => stepsAt(params, slice, place),
            values: found.values,
            step: step(0.99, "Verifying losses in float64"),
          }),
        };
  const pair = <T>([x, gx]: readonly T[]): { x: T; gx: T } => ({ x: x!, gx: gx! });
  return {
    summary: {
      element: element.id,
      directions: params.directions,
      norms: pair(found.norms),
      cosine: slice.cosine,
      angleDegrees: (Math.acos(Math.min(1, Math.max(-1, slice.cosine))) * 180) / Math.PI,
      radius: unit,
      baseLoss: pair(found.base),
      gradient: pair(found.gradient),
      curvature: pair(found.curvature),
      secondDifference: pair(found.second),
      planar: basis.length > 1,
      notes: slice.notices,
      ...over?.summary,
      ...verified,
    },
    arrays: { ...arraysOf(params, basis.length, found.values), ...over?.arrays, ...kept },
  };
}

async function keptFields(
  context: AnalysisContext,
  network: SampleNetwork,
  chunk: number,
  step: () => void,
): Promise<Record<string, ResultArray>> {
  if (context.fields === null) return {};
  const { executor, model, input, fields, elements, samples } = context;
  const kept = new KeptFields(context, network.prediction.shape.slice(1), [
    samples.map((_, i) => i),
  ]);
  const predictions = await Predictions.compile(executor, model, network, chunk);
  for (const [g, element] of elements.entries()) {
    kept.add(0, g, 0, await predictions.of(image(element, input, fields), step));
  }
  await predictions.dispose();
  return kept.arrays();
}

function arraysOf(
  params: LandscapeParameters,
  directions: number,
  values: Float64Array,
): Record<string, ResultArray> {
  const { alpha, beta } = gridOf(params, directions);
  return {
    alpha: {
      tensor: tensorOf(alpha, [alpha.length]),
      axes: ["alpha"],
      unit: "ρ",
      description: "Position along the first direction",
    },
    beta: {
      tensor: tensorOf(beta, [beta.length]),
      axes: ["beta"],
      unit: "ρ",
      description: "Position along the second direction; only 0 on a line",
    },
    loss: {
      tensor: tensorOf(values, [2, beta.length, alpha.length]),
      axes: ["side", "beta", "alpha"],
      unit: "loss",
      description: "Mean loss on x (0) and on g·x (1)",
    },
  };
}
