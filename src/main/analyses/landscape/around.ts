/** A slice around the parameters of one network: the losses on its grid, and their models of first and second order. */
import type { LandscapeParameters } from "../../../shared/analyses/landscape";
import { sizeOf } from "../../../shared/tensor";
import type { LossId } from "../../training/losses";
import type { AnalysisContext, Network } from "../context";
import { dot, norm, type Direction } from "../directions";
import { Gradients } from "../gradients";
import { LossSurface } from "../lossSurface";
import { activationSize, type SampleNetwork } from "../network";
import { samplesPerRun } from "../samples";
import { gaussNewtonCurvature } from "./curvature";
import { meanGradient, type Batch, type MeanGradient } from "./meanGradient";
import { cosineOf, type Slice } from "./slice";

/** What is computed of every network alike. */
export interface Scene {
  readonly context: AnalysisContext;
  readonly params: LandscapeParameters;
  /** x with targets, and g·x with theirs. */
  readonly batches: readonly [Batch, Batch];
}

/** A network with its graph at one sample. */
export interface Place {
  readonly model: Network;
  readonly network: SampleNetwork;
}

export type Step = (fraction: number, stage: string) => () => void;

/** At x and at g·x. */
export type GradientPair = readonly [MeanGradient, MeanGradient];

/** Losses are absolute; gradients and curvatures are along the slice's directions, in its unit. */
export interface Around {
  /** [2, beta, alpha]: mean losses on x, then on g·x. */
  readonly values: Float64Array;
  /** Mean losses at the parameters themselves, at x and g·x, as all below. */
  readonly base: readonly number[];
  readonly norms: readonly number[];
  /** Of both gradients, in all of parameter space. */
  readonly cosine: number;
  readonly gradient: readonly (readonly number[])[];
  /** Of the Gauss–Newton matrix. */
  readonly curvature: readonly (readonly (readonly number[])[])[];
  readonly second: readonly (readonly number[])[];
}

export function chunkOf({ context }: Scene, numbers: number): number {
  return samplesPerRun(context.samples.length, numbers);
}

export async function gradientsAt(
  scene: Scene,
  { model, network }: Place,
  names: readonly [string, string],
  step: Step,
): Promise<GradientPair> {
  const { context, params, batches } = scene;
  const parameters = network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  step(0, "Preparing the gradient graph")();
  const gradients = await Gradients.compile(
    context.executor,
    model,
    network,
    params.loss as LossId,
    chunkOf(scene, activationSize(network) + parameters),
  );
  const x = await meanGradient(gradients, batches[0], step(0.02, `Gradients at ${names[0]}`));
  const gx = await meanGradient(gradients, batches[1], step(0.02, `Gradients at ${names[1]}`));
  await gradients.dispose();
  return [x, gx];
}

export async function around(
  scene: Scene,
  { model, network }: Place,
  { basis, unit }: Pick<Slice, "basis" | "unit">,
  gradients: GradientPair,
  step: Step,
): Promise<Around> {
  const { context, params, batches } = scene;
  const loss = params.loss as LossId;
  const activations = activationSize(network);
  step(0.05, "Preparing the loss surface")();
  const surface = await LossSurface.compile(
    context.executor,
    model,
    network,
    loss,
    chunkOf(scene, activations),
  );
  const { alpha, beta } = gridOf(params, basis.length);
  const places = alpha.length * beta.length;
  const values = new Float64Array(2 * places);
  for (let place = 0; place < places; place++) {
    const means = await surface.at(
      basis,
      stepsAt(params, { basis, unit }, place),
      batches,
      step(0.1 + (0.8 * place) / places, `Losses at point ${place + 1} of ${places}`),
    );
    values[place] = means[0]!;
    values[places + place] = means[1]!;
  }
  const [base, second] = await secondDifferences(
    surface,
    { basis, unit },
    alpha.at(-1)!,
    batches,
    step(0.91, "Second differences"),
  );
  await surface.dispose();
  const curvature = await gaussNewtonCurvature(
    context.executor,
    model,
    network,
    loss,
    chunkOf(scene, 4 * activations),
    basis,
    batches,
    step(0.95, "Gauss–Newton curvature"),
  );
  const [x, gx] = gradients;
  const along = ({ gradient }: MeanGradient): number[] => basis.map((u) => unit * dot(gradient, u));
  return {
    values,
    base,
    norms: [norm(x.gradient), norm(gx.gradient)],
    cosine: cosineOf(x, gx),
    gradient: [along(x), along(gx)],
    curvature: curvature.map((matrix) =>
      matrix.map((row) => row.map((value) => value * unit ** 2)),
    ),
    second,
  };
}

/** Positions on both axes, in the slice's unit; beta is only 0 on a line. */
export function gridOf(
  { points, radius }: LandscapeParameters,
  directions: number,
): { alpha: Float64Array; beta: Float64Array } {
  const alpha = evenly(points, radius);
  return { alpha, beta: directions > 1 ? alpha : Float64Array.of(0) };
}

/** Steps along the directions to a place of the grid, row by row. */
export function stepsAt(
  params: LandscapeParameters,
  { basis, unit }: Pick<Slice, "basis" | "unit">,
  place: number,
): number[] {
  const { alpha, beta } = gridOf(params, basis.length);
  const a = alpha[place % alpha.length]! * unit;
  return basis.length > 1 ? [a, beta[Math.floor(place / alpha.length)]! * unit] : [a];
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
  { basis, unit }: { basis: readonly Direction[]; unit: number },
  spacing: number,
  batches: readonly Batch[],
  step: () => void,
): Promise<[number[], number[][]]> {
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
