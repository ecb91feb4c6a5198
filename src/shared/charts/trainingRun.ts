/** A training as a run: its curves are arrays, so that they are exported, and found again, like every other figure. */
import { RUN_FORMAT, type ArrayRecord, type RunRecord, type RunResult } from "../run";
import { fromFloat64, toFloat64, type Tensor } from "../tensor";
import { curveArrays, TRAINING, type SeedCurves, type TrainingRecord } from "../training/training";
import type { FigureDefinition } from "./figure";
import { trainingFigures, type TrainedSeed, type Training } from "./trainingCurves";

const epochNames = ["epoch", "train_loss", "validation_loss", "relative_error"] as const;
const stepNames = ["step", "step_loss", "step_gradient_norm"] as const;
const names = [...epochNames, ...stepNames] as const;

/** One row a seed, as long as the longest; what a seed has not come to is NaN. */
function stacked(seeds: readonly SeedCurves[], name: string): Tensor {
  const rows = seeds.map(({ arrays }) => {
    const found = arrays[name];
    return found === undefined ? new Float64Array() : toFloat64(found);
  });
  const length = Math.max(0, ...rows.map((row) => row.length));
  const all = new Float64Array(rows.length * length).fill(NaN);
  rows.forEach((row, k) => all.set(row, k * length));
  return fromFloat64("float64", [rows.length, length], all);
}

/** @param seeds those that have begun, as far as their curves are on the disk */
export function trainingRun(record: TrainingRecord, seeds: readonly SeedCurves[]): RunResult {
  const arrays: Record<string, Tensor> = {
    seed: fromFloat64(
      "int32",
      [seeds.length],
      Float64Array.from(seeds, ({ seed }) => seed),
    ),
    ...Object.fromEntries(names.map((name) => [name, stacked(seeds, name)])),
  };
  const about = (name: string, { shape, dtype }: Tensor): ArrayRecord => ({
    shape: [...shape],
    dtype,
    axes: name === "seed" ? ["seed"] : ["seed", name.startsWith("step") ? "step" : "epoch"],
    unit: "",
    description: name === "seed" ? "Seed" : curveArrays[name as (typeof names)[number]],
  });
  const identity = record.seeds.find(({ identityError }) => identityError !== null)?.identityError;
  const run: RunRecord = {
    format: RUN_FORMAT,
    id: record.id,
    analysis: TRAINING,
    started: record.started,
    seconds: record.seeds.reduce((sum, { seconds }) => sum + seconds, 0),
    parameters: record.parameters,
    model: {
      path: "model.onnx",
      size: 0,
      sha256: record.model.sha256,
      weights: null,
      parameters: record.model.parameters,
    },
    data: { ...record.data, samples: [] },
    device: record.device,
    executor: record.executor,
    versions: record.versions,
    notices: record.notices,
    summary: {
      stepsPerEpoch: record.stepsPerEpoch,
      epochs: Math.ceil(record.totalSteps / record.stepsPerEpoch),
      identityError: identity ?? null,
    },
    arrays: Object.fromEntries(
      Object.entries(arrays).map(([name, array]) => [name, about(name, array)]),
    ),
  };
  return { record: run, arrays };
}

/** The curves again, as the figures take them. */
function trainingOf({ record: { summary }, arrays }: RunResult): Training {
  const row = (name: string, k: number): number[] => {
    const array = arrays[name];
    const length = array?.shape[1] ?? 0;
    return array === undefined ? [] : [...toFloat64(array).subarray(k * length, (k + 1) * length)];
  };
  /** Less what only fills the row up: the first column counts, and has no gaps. */
  const columns = <K extends string>(of: readonly K[], k: number): Record<K, number[]> => {
    const length = row(of[0]!, k).findLastIndex(Number.isFinite) + 1;
    return Object.fromEntries(of.map((name) => [name, row(name, k).slice(0, length)])) as Record<
      K,
      number[]
    >;
  };
  const seeds = arrays["seed"] === undefined ? [] : [...toFloat64(arrays["seed"])];
  const identity = summary["identityError"];
  return {
    seeds: seeds.map((seed, k): TrainedSeed => ({
      seed,
      epochs: columns(epochNames, k),
      steps: columns(stepNames, k),
    })),
    stepsPerEpoch: Number(summary["stepsPerEpoch"]),
    epochs: Number(summary["epochs"]),
    identity: typeof identity === "number" ? identity : null,
  };
}

/** The pictures of a training, of such a run. */
export const curvesFigures: readonly FigureDefinition[] = trainingFigures.map((figure) => ({
  id: figure.id,
  title: figure.title,
  caption: figure.caption,
  arrays: ["seed", ...names],
  aspect: 0.62,
  option: (run, theme) => figure.option(trainingOf(run), theme),
  table: (run) => figure.table(trainingOf(run)),
}));
