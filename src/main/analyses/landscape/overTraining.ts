/**
 * The same slice around every checkpoint of a training, and the training's path in its plane. Directions and unit are
 * those of the last checkpoint, so that the slices of all can be laid over each other; each is kept when it is there.
 */
import { UserError } from "../../../shared/errors";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { samplesSha256 } from "../../data/identity";
import type { AnalysisContext, Checkpoint, Network, ResultArray } from "../context";
import type { Direction } from "../directions";
import { seriesOf, type Moment } from "../series";
import { sampleNetwork } from "../network";
import { tensorOf } from "../orbit";
import { leftOut } from "../leftOut";
import { around, gradientsAt, gridOf } from "./around";
import type { Around, GradientPair, Place, Scene, Step } from "./around";
import { displacement, projected } from "./path";
import { assertFinite, type Slice } from "./slice";

/** A checkpoint in the order of training. */
export type TrainingMoment = Checkpoint & Pick<Moment, "epoch">;

export interface Training {
  readonly moments: readonly TrainingMoment[];
  /** θ_t − θ_T of each. */
  readonly path: readonly Direction[];
  /** The last, with its gradients. */
  readonly end: Place;
  readonly gradients: GradientPair;
  /** Of the states, for progress. */
  readonly names: readonly [string, string];
}

export interface OverTraining {
  readonly last: Around;
  readonly summary: Record<string, unknown>;
  readonly arrays: Record<string, ResultArray>;
}

/**
 * null where no checkpoints are named.
 * @throws UserError "landscape/several-trainings"
 */
export function momentsOf({ checkpoints = [] }: AnalysisContext): TrainingMoment[] | null {
  if (checkpoints.length === 0) return null;
  const series = seriesOf(checkpoints);
  if (series.seeds.length > 1) {
    throw new UserError(
      "landscape/several-trainings",
      `The checkpoints are of ${series.seeds.length} trainings, and a path is of one.`,
      { where: "checkpoints", todo: `Name those of one of them, such as ${series.seeds[0]!}.` },
    );
  }
  return series.moments.map(({ epoch }, k) => ({ ...series.at(0, k)!, epoch }));
}

export function placeAt(model: Network): Place {
  return { model, network: sampleNetwork(model) };
}

/** Where a training ended that has finite numbers, and its moments up to there. */
export interface End {
  readonly moments: readonly TrainingMoment[];
  readonly end: Place;
  readonly gradients: GradientPair;
}

/**
 * The last checkpoint with finite weights, losses and gradients.
 * @param gradientsOf also checks that the samples fit
 * @param notices gets what was passed over
 * @throws UserError of the last one where none is finite
 */
export async function endOf(
  moments: readonly TrainingMoment[],
  gradientsOf: (place: Place) => Promise<GradientPair>,
  notices: string[],
): Promise<End> {
  for (let last = moments.length - 1; ; last--) {
    const { name, open } = moments[last]!;
    try {
      const end = placeAt(await open());
      const gradients = await gradientsOf(end);
      assertFinite(gradients);
      return { moments: moments.slice(0, last + 1), end, gradients };
    } catch (error) {
      if (last === 0) throw error;
      notices.push(leftOut(name, error));
    }
  }
}

/**
 * The way from each moment to the end. Moments whose weights are not finite are left out.
 * @param notices gets what was left out
 * @throws UserError "landscape/memory", "landscape/other-network"
 */
export async function pathOf(
  moments: readonly TrainingMoment[],
  end: Place,
  memoryBytes: number,
  signal: AbortSignal,
  notices: string[],
): Promise<Pick<Training, "moments" | "path">> {
  const numbers = end.network.parameters.reduce(
    (sum, { shape }) => sum + shape.reduce((size, extent) => size * extent, 1),
    0,
  );
  // The moments, and as many again about their mean.
  const bytes = 2 * 8 * numbers * moments.length;
  if (bytes > memoryBytes) {
    throw new UserError(
      "landscape/memory",
      `A path of ${moments.length} checkpoints takes ${Math.ceil(bytes / 2 ** 20)} MiB, and ${Math.floor(memoryBytes / 2 ** 20)} are allowed.`,
      { where: "checkpoints", todo: "Name fewer checkpoints, or allow more memory." },
    );
  }
  const path: Direction[] = [];
  const there: TrainingMoment[] = [];
  for (const moment of moments) {
    signal.throwIfAborted();
    try {
      path.push(displacement(placeAt(await moment.open()), end, moment.name));
      there.push(moment);
    } catch (error) {
      notices.push(leftOut(moment.name, error));
    }
  }
  return { moments: there, path };
}

/** The slices around all checkpoints, each kept by what it follows from. */
export class Slices {
  readonly #scene: Scene;
  readonly #slice: Slice;
  readonly #training: Training;
  /** All that a slice follows from but its own checkpoint; null where nothing is kept. */
  readonly #circumstances: string | null;
  /** How many were there already. */
  found = 0;

  private constructor(
    scene: Scene,
    slice: Slice,
    training: Training,
    circumstances: string | null,
  ) {
    this.#scene = scene;
    this.#slice = slice;
    this.#training = training;
    this.#circumstances = circumstances;
  }

  static async open(scene: Scene, slice: Slice, training: Training): Promise<Slices> {
    const circumstances = await circumstancesOf(scene, slice, training.moments);
    return new Slices(scene, slice, training, circumstances);
  }

  /** Around the k-th checkpoint. */
  async around(k: number, step: Step): Promise<Around> {
    const kept = await this.#kept(k);
    if (kept !== null) {
      this.found++;
      return unpacked(kept, this.#slice.basis.length);
    }
    const { moments, end, gradients, names } = this.#training;
    const isLast = k === moments.length - 1;
    const place = isLast ? end : placeAt(await moments[k]!.open());
    const pair = isLast ? gradients : await gradientsAt(this.#scene, place, names, step);
    const one = await around(this.#scene, place, this.#slice, pair, step);
    const key = await this.#keyOf(k);
    if (key !== null) await this.#scene.context.kept?.write(key, packed(one));
    return one;
  }

  /** Names of the checkpoints whose slices are not kept yet. */
  async missing(): Promise<string[]> {
    const names: string[] = [];
    for (const [k, { name }] of this.#training.moments.entries()) {
      if ((await this.#kept(k)) === null) names.push(name);
    }
    return names;
  }

  async #keyOf(k: number): Promise<string | null> {
    if (this.#circumstances === null) return null;
    return `${await this.#training.moments[k]!.identity!()} ${this.#circumstances}`;
  }

  async #kept(k: number): Promise<Readonly<Record<string, Tensor>> | null> {
    const key = await this.#keyOf(k);
    return key === null ? null : ((await this.#scene.context.kept?.read(key)) ?? null);
  }
}

/** @param stepOf how the k-th checkpoint tells its progress */
export async function overTraining(
  scene: Scene,
  slice: Slice,
  training: Training,
  stepOf: (k: number, name: string) => Step,
): Promise<OverTraining> {
  const { moments, path } = training;
  const slices = await Slices.open(scene, slice, training);
  const found: Around[] = [];
  for (const [k, { name }] of moments.entries()) {
    const one = await slices.around(k, stepOf(k, name));
    if (!one.base.every(Number.isFinite)) {
      scene.context.notices.push(`The losses of ${name} are not finite, so nothing is drawn around it.`); // prettier-ignore
    }
    found.push(one);
  }
  const way = projected(path, slice.basis, slice.unit);
  return {
    last: found.at(-1)!,
    summary: {
      checkpoints: moments.map(({ name, epoch }) => ({ name, epoch })),
      pathShare: way.share,
      kept: slices.found,
    },
    arrays: arraysOf(scene, slice, moments, found, way),
  };
}

/** Raised when what a kept slice means changes. */
const FORMAT = 1;

/** null where not all networks have an identity. */
async function circumstancesOf(
  { context, params, batches }: Scene,
  { basis }: Slice,
  moments: readonly TrainingMoment[],
): Promise<string | null> {
  if (context.kept === undefined || moments.some(({ identity }) => identity === undefined)) {
    return null;
  }
  const { directions, loss, points, radius, plane, seed } = params;
  const from = directions === "path" ? moments : moments.slice(-1);
  return JSON.stringify([
    "landscape",
    FORMAT,
    samplesSha256(batches.flatMap(({ input, target }) => [input, target])),
    await Promise.all(from.map(({ identity }) => identity!())),
    [directions, loss, points, radius, plane, basis.length, directions === "random" ? seed : null],
    context.executor.description,
  ]);
}

function packed({
  values,
  base,
  norms,
  cosine,
  gradient,
  curvature,
  second,
}: Around): Record<string, Tensor> {
  const list = (numbers: readonly number[]): Tensor =>
    tensorOf(Float64Array.from(numbers), [numbers.length]);
  return {
    values: tensorOf(values, [values.length]),
    base: list(base),
    norms: list(norms),
    cosine: list([cosine]),
    gradient: list(gradient.flat()),
    curvature: list(curvature.flat(2)),
    second: list(second.flat()),
  };
}

function unpacked(arrays: Readonly<Record<string, Tensor>>, directions: number): Around {
  const list = (name: string): number[] => [...toFloat64(arrays[name]!)];
  return {
    values: toFloat64(arrays["values"]!),
    base: list("base"),
    norms: list("norms"),
    cosine: list("cosine")[0]!,
    gradient: rows(list("gradient"), directions),
    curvature: rows(rows(list("curvature"), directions), directions),
    second: rows(list("second"), directions),
  };
}

function rows<T>(all: readonly T[], width: number): T[][] {
  return Array.from({ length: all.length / width }, (_, k) =>
    all.slice(k * width, (k + 1) * width),
  );
}

function arraysOf(
  { params }: Scene,
  { basis }: Slice,
  moments: readonly TrainingMoment[],
  found: readonly Around[],
  way: ReturnType<typeof projected>,
): Record<string, ResultArray> {
  const count = moments.length;
  const d = basis.length;
  const { alpha, beta } = gridOf(params, d);
  const array = (
    of: (one: Around, k: number) => Iterable<number>,
    shape: readonly number[],
    axes: readonly string[],
    unit: string,
    description: string,
  ): ResultArray => ({
    tensor: tensorOf(Float64Array.from(found.flatMap((one, k) => [...of(one, k)])), [
      count,
      ...shape,
    ]),
    axes: ["checkpoint", ...axes],
    unit,
    description,
  });
  return {
    checkpoint_loss: array(
      ({ values }) => values,
      [2, beta.length, alpha.length],
      ["side", "beta", "alpha"],
      "loss",
      "Mean loss on x (0) and on g·x (1) around each checkpoint, along the directions of the last",
    ),
    checkpoint_base: array(
      ({ base }) => base,
      [2],
      ["side"],
      "loss",
      "Mean loss of each checkpoint",
    ),
    checkpoint_cosine: array(({ cosine }) => [cosine], [], [], "1", "Cosine of its two gradients"),
    checkpoint_gradient: array(
      ({ gradient }) => gradient.flat(),
      [2, d],
      ["side", "direction"],
      "loss/ρ",
      "Slopes of both losses along the directions",
    ),
    checkpoint_curvature: array(
      ({ curvature }) => curvature.flat(2),
      [2, d, d],
      ["side", "direction", "direction"],
      "loss/ρ²",
      "Gauss–Newton curvatures along the directions",
    ),
    path: array(
      (_, k) => way.coordinates[k]!,
      [d],
      ["direction"],
      "ρ",
      "Position of each checkpoint, projected on the directions; 0 is the last",
    ),
    path_outside: array((_, k) => [way.outside[k]!], [], [], "ρ", "Its distance from their plane"),
    epoch: array((_, k) => [moments[k]!.epoch ?? NaN], [], [], "", "The number in its name"),
  };
}
