/**
 * The mean loss on states x and on their images g·x over a slice of parameter space: the plane of both gradients, the
 * line of one, or filter-normalised random directions, with the Gauss–Newton model of either loss.
 */
import type { LandscapeParameters } from "../../../shared/analyses/landscape";
import { elementOf } from "../../../shared/groups/group";
import { sizeOf } from "../../../shared/tensor";
import type { LossId } from "../../training/losses";
import type {
  AnalysisContext,
  AnalysisResult,
  Computation,
  ReportProgress,
  ResultArray,
} from "../context";
import { Gradients } from "../gradients";
import { KeptFields } from "../keptFields";
import { activationSize, checkSamples, sampleNetwork, type SampleNetwork } from "../network";
import { image, nameOfSample, tensorOf } from "../orbit";
import { Predictions } from "../predictions";
import type { Runs } from "../runs";
import { RUN_BYTES, samplesPerRun } from "../samples";
import { gaussNewtonCurvature } from "./curvature";
import { dot, norm, type Direction } from "../directions";
import { meanGradient, type Batch, type MeanGradient } from "./meanGradient";
import { sliceOf } from "./slice";
import { LossSurface } from "../lossSurface";
import { verifyLosses } from "./verify";

export const landscape: Computation<LandscapeParameters> = {
  compute,
  estimate: (info, params) => {
    const { points } = params;
    const planar = mayBePlane(params);
    const grid = planar ? points ** 2 : points;
    // Two losses a point; gradients, curvature and second differences are a few dozen passes more.
    const passes = info.samples * (2 * grid + 24);
    return {
      passes,
      memoryBytes: RUN_BYTES + 6 * 8 * info.parameters,
      flops: 2 * info.work * passes,
      ...(planar && params.directions === "orbit" ? { atMost: PERHAPS_A_LINE } : {}),
    };
  },
  verification: (info, { verify }) => ({
    what: `${verify} losses of the grid`,
    passes: verify * info.samples,
  }),
  runs: ({ samples, elements, parameters, activations, drawn }, params) => {
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
    return [
      runs("gradient", chunk(activations + parameters), 2),
      runs("loss", chunk(activations), at),
      runs("curvature", chunk(4 * activations), 2),
      runs("forward", chunk(activations), drawn ? elements : 0),
    ];
  },
};

/** The gradients of x and of x again span a line, whatever is asked. */
function mayBePlane({ plane, directions, element }: LandscapeParameters): boolean {
  return plane && (directions === "random" || element !== "e");
}

const PERHAPS_A_LINE =
  "Whether the gradients at x and g·x span a plane shows only when they are there: of a network whose loss does not change with g they are parallel, and a line is computed in a small part of the time.";

async function compute(
  context: AnalysisContext,
  params: LandscapeParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { model, executor, input, target, samples, fields, outputFields } = context;
  const element = elementOf(context.group, params.element);
  const network = sampleNetwork(model);
  checkSamples(network, input, target, (i) => nameOfSample(samples[i]!));
  const loss = params.loss as LossId;
  const batches: [Batch, Batch] = [
    { input, target },
    { input: image(element, input, fields), target: image(element, target, outputFields) },
  ];
  const chunk = (numbers: number): number => samplesPerRun(samples.length, numbers);
  const activations = activationSize(network);
  const step = (fraction: number, stage: string) => (): void => {
    signal.throwIfAborted();
    progress({ fraction, stage });
  };

  step(0, "Preparing the gradient graph")();
  const parameters = network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const gradients = await Gradients.compile(
    executor,
    model,
    network,
    loss,
    chunk(activations + parameters),
  );
  const means = [];
  for (const [k, batch] of batches.entries()) {
    const name = k === 0 ? "x" : `${element.label}·x`;
    means.push(await meanGradient(gradients, batch, step(0.02, `Gradients at ${name}`)));
  }
  await gradients.dispose();
  const [x, gx] = means as [MeanGradient, MeanGradient];
  const slice = sliceOf(params, network, model.parameters, x, gx);
  context.notices.push(...slice.notices);
  const { basis, unit } = slice;

  step(0.05, "Preparing the loss surface")();
  const surface = await LossSurface.compile(executor, model, network, loss, chunk(activations));
  const alpha = evenly(params.points, params.radius);
  const beta = basis.length > 1 ? alpha : Float64Array.of(0);
  const steps = (a: number, b: number): number[] =>
    basis.length > 1 ? [a * unit, b * unit] : [a * unit];
  const values = new Float64Array(2 * beta.length * alpha.length);
  for (const [j, b] of beta.entries()) {
    for (const [i, a] of alpha.entries()) {
      const place = j * alpha.length + i;
      const fraction = 0.1 + (0.8 * place) / (beta.length * alpha.length);
      const means = await surface.at(
        basis,
        steps(a, b),
        batches,
        step(fraction, `Losses at point ${place + 1} of ${beta.length * alpha.length}`),
      );
      values[place] = means[0]!;
      values[beta.length * alpha.length + place] = means[1]!;
    }
  }
  const second = await secondDifferences(
    surface,
    basis,
    unit,
    alpha,
    batches,
    step(0.91, "Second differences"),
  );
  await surface.dispose();
  const curvature = await gaussNewtonCurvature(
    executor,
    model,
    network,
    loss,
    chunk(4 * activations),
    basis,
    batches,
    step(0.95, "Gauss–Newton curvature"),
  );
  const kept = await keptFields(context, network, chunk(activations), step(0.97, "Predictions"));
  const verified =
    params.verify === 0
      ? {}
      : {
          verified: await verifyLosses(context, params, network, basis, batches, {
            at: (place) =>
              steps(alpha[place % alpha.length]!, beta[Math.floor(place / alpha.length)]!),
            values,
            step: step(0.99, "Verifying losses in float64"),
          }),
        };
  const perUnit = (gradient: Direction): number[] => basis.map((u) => unit * dot(gradient, u));
  const inUnits = (matrix: number[][]): number[][] =>
    matrix.map((row) => row.map((value) => value * unit ** 2));
  const [base, differences] = second;
  return {
    summary: {
      element: element.id,
      directions: params.directions,
      norms: { x: norm(x.gradient), gx: norm(gx.gradient) },
      cosine: slice.cosine,
      angleDegrees: (Math.acos(Math.min(1, Math.max(-1, slice.cosine))) * 180) / Math.PI,
      radius: unit,
      baseLoss: { x: base[0], gx: base[1] },
      gradient: { x: perUnit(x.gradient), gx: perUnit(gx.gradient) },
      curvature: { x: inUnits(curvature[0]!), gx: inUnits(curvature[1]!) },
      secondDifference: { x: differences[0], gx: differences[1] },
      planar: basis.length > 1,
      notes: slice.notices,
      ...verified,
    },
    arrays: { ...arraysOf(alpha, beta, values), ...kept },
  };
}

/** `points` values from −radius to radius; with an odd number 0 is exact. */
function evenly(points: number, radius: number): Float64Array {
  return Float64Array.from(
    { length: points },
    (_, i) => (radius * (2 * i - (points - 1))) / (points - 1),
  );
}

/**
 * Losses at the present parameters, and second differences along each direction from its middle to both ends: over one
 * grid spacing the rounding of a float32 loss would be as large as the curvature of a random direction.
 */
async function secondDifferences(
  surface: LossSurface,
  basis: readonly Direction[],
  unit: number,
  alpha: Float64Array,
  batches: readonly Batch[],
  step: () => void,
): Promise<[number[], number[][]]> {
  const spacing = alpha.at(-1)!;
  const at = (k: number, sign: number): Promise<number[]> =>
    surface.at(
      basis,
      basis.map((_, a) => (a === k ? sign * spacing * unit : 0)),
      batches,
      step,
    );
  const base = await at(0, 0);
  const differences: number[][] = batches.map(() => []);
  for (const k of basis.keys()) {
    const [up, down] = [await at(k, 1), await at(k, -1)];
    base.forEach((middle, b) => {
      differences[b]!.push((up[b]! - 2 * middle + down[b]!) / spacing ** 2);
    });
  }
  return [base, differences];
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
  alpha: Float64Array,
  beta: Float64Array,
  values: Float64Array,
): Record<string, ResultArray> {
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
