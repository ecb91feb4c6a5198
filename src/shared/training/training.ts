/** A training as it is asked for, as it is told of while it runs, and as its folder keeps it (`training.json`). */
import { z } from "zod";
import { normalisationRecord } from "../preprocessing/record";
import { fileIdentity } from "../run";
import type { Tensor } from "../tensor";

/** Raised when what a field means changes; a newer one is refused, never rewritten. */
export const TRAINING_FORMAT = 1;

/** What figures of a training say that they are of; no analysis has that name. */
export const TRAINING = "training";

const tensor = z.custom<Tensor>(
  (value) => typeof value === "object" && value !== null && "shape" in value && "data" in value,
  "a tensor",
);

/** What is trained: a model of the study, from the weights that it has, or an architecture from random ones. */
export const trainingSubject = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("model"), entry: z.string() }),
  z.object({
    kind: z.literal("architecture"),
    id: z.string(),
    preset: z.string().nullable(),
    /** Those that differ from the preset's. */
    parameters: z.record(z.string(), z.unknown()),
  }),
]);
export type TrainingSubject = z.infer<typeof trainingSubject>;

export const trainingRequest = z.object({
  /** What it is called in the study; absent: after network and data. */
  name: z.string().optional(),
  model: trainingSubject,
  /** Entry of the study. */
  data: z.string(),
  /** By `trainingParameters`; what is missing is the default. */
  parameters: z.record(z.string(), z.unknown()),
});
export type TrainingRequest = z.infer<typeof trainingRequest>;

export const trainingPreview = z.object({
  /** Trained on, and judged by. */
  samples: z.number(),
  validationSamples: z.number(),
  trajectories: z.number(),
  validationTrajectories: z.number(),
  parameterCount: z.number(),
  batch: z.number(),
  stepsPerEpoch: z.number(),
  /** Of each seed. */
  totalSteps: z.number(),
  seeds: z.number(),
  /** Epochs whose weights are kept. */
  checkpoints: z.array(z.number()),
  /** On the disk, of all seeds. */
  bytes: z.number(),
  /** What a step holds at once. */
  memoryBytes: z.number(),
  /** Of all seeds, from steps that were timed; null where the device could not be tried. */
  seconds: z.number().nullable(),
  notices: z.array(z.string()),
});
export type TrainingPreview = z.infer<typeof trainingPreview>;

/** "140 of 7 trajectories, 20 of 1 other to judge by"; without trajectories their samples alone. */
export function samplesInWords(
  preview: Pick<
    TrainingPreview,
    "samples" | "validationSamples" | "trajectories" | "validationTrajectories"
  >,
  count: (value: number) => string = String,
): string {
  const { samples, validationSamples, trajectories, validationTrajectories: others } = preview;
  const parted = others > 0 && samples > trajectories;
  const whose = parted
    ? ` of ${count(trajectories)} ${trajectories === 1 ? "trajectory" : "trajectories"}`
    : "";
  const judging = parted ? ` of ${count(others)} ${others === 1 ? "other" : "others"}` : "";
  return `${count(samples)}${whose}, ${count(validationSamples)}${judging} to judge by`;
}

/** A seed of a training, as far as it is on the disk. */
export const seedRecord = z.object({
  seed: z.number(),
  /** Of its checkpoints, in the training's folder: "" or "seed-0". */
  folder: z.string(),
  /** "waiting" has not begun; "unfinished" can go on; "diverged" ended with numbers that are none. */
  status: z.enum(["waiting", "unfinished", "done", "diverged"]),
  /** Why it ended, a sentence; null while it has not. */
  reason: z.string().nullable(),
  /** Steps done, and epochs completed. */
  step: z.number(),
  epoch: z.number(),
  /** Relative one-step error of predicting no change, mean over the validation samples; null where there are none. */
  identityError: z.number().nullable(),
  /** Of the latest epoch. */
  trainLoss: z.number().nullable(),
  validationLoss: z.number().nullable(),
  relativeError: z.number().nullable(),
  /** The epoch of the lowest validation loss, whose weights are best.safetensors. */
  best: z
    .object({ epoch: z.number(), validationLoss: z.number(), relativeError: z.number() })
    .nullable(),
  seconds: z.number(),
  /** Epochs whose weights are there. */
  checkpoints: z.array(z.number()),
});
export type SeedRecord = z.infer<typeof seedRecord>;

export const trainingRecord = z.object({
  format: z.number(),
  /** Its folder is checkpoints/<id> in the study. */
  id: z.string(),
  name: z.string(),
  /** ISO 8601. */
  started: z.string(),
  /** Complete. */
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  /** What it began with: model.onnx beside this file (of an ensemble of an architecture, the first seed's). */
  model: z.object({
    /** SHA-256 of that file. */
    sha256: z.string(),
    /** The architecture that made it; null for a model that was opened. */
    architecture: z
      .object({
        id: z.string(),
        preset: z.string().nullable(),
        parameters: z.record(z.string(), z.unknown()),
      })
      .nullable(),
    parameters: z.number(),
  }),
  data: z.object({
    /** Path relative to the study where the file is in it. */
    ...fileIdentity.shape,
    /** Over the bytes of a few samples, by which a file too large to hash is known again. */
    samplesSha256: z.string(),
    /** How it is read. */
    options: z.record(z.string(), z.unknown()),
    fields: z.string(),
  }),
  /** Trajectories that are not trained on; of data without trajectories, samples. */
  validationTrajectories: z.array(z.number()),
  /** Of the variables that the network is trained in; null or absent: the data's. */
  normalisation: normalisationRecord.nullable().optional(),
  samples: z.number(),
  validationSamples: z.number(),
  batch: z.number(),
  stepsPerEpoch: z.number(),
  /** Of each seed. */
  totalSteps: z.number(),
  seeds: z.array(seedRecord),
  device: z.string(),
  executor: z.string(),
  versions: z.record(z.string(), z.string()),
  notices: z.array(z.string()),
});
export type TrainingRecord = z.infer<typeof trainingRecord>;

/** How a training that runs is getting on; sent several times a second. */
export const trainingReport = z.object({
  training: z.string(),
  seed: z.number(),
  /** 0, 1 … of `seeds`. */
  member: z.number(),
  seeds: z.number(),
  step: z.number(),
  totalSteps: z.number(),
  /** The one it is in, from 1, and of how many. */
  epoch: z.number(),
  epochs: z.number(),
  /** Of the latest step. */
  loss: z.number().nullable(),
  gradientNorm: z.number().nullable(),
  rate: z.number(),
  /** Of the latest epoch that ended; null before, and without validation. */
  validationLoss: z.number().nullable(),
  relativeError: z.number().nullable(),
  identityError: z.number().nullable(),
  bestEpoch: z.number().nullable(),
  samplesPerSecond: z.number().nullable(),
  /** Of all seeds. */
  secondsLeft: z.number().nullable(),
});
export type TrainingReport = z.infer<typeof trainingReport>;

/** A training that another program makes, which has the study open to write. */
export const trainingElsewhere = z.object({
  /** "process 123 on this machine, since 2026-01-02 03:04 UTC" */
  holder: z.string(),
  /** 0…1. */
  fraction: z.number(),
  /** "Epoch 3 of 20, loss 0.012" */
  stage: z.string(),
  /** null before its first step. */
  report: trainingReport.nullable(),
});
export type TrainingElsewhere = z.infer<typeof trainingElsewhere>;

/** A training as the study's tree lists it. */
export const trainingEntry = z.object({
  ...trainingRecord.shape,
  /** Entries of the study with its weights, one a seed, where they are there. */
  models: z.array(z.string()),
  /** The study's entry of its data; null where it has none. */
  dataEntry: z.string().nullable(),
  /** Where another program trains it at the moment; absent elsewhere. */
  elsewhere: trainingElsewhere.optional(),
});
export type TrainingEntry = z.infer<typeof trainingEntry>;

/** What is drawn of one seed: arrays of curves.npz, by the names below. */
export const seedCurves = z.object({
  seed: z.number(),
  arrays: z.record(z.string(), tensor),
});
export type SeedCurves = z.infer<typeof seedCurves>;

/**
 * The arrays of curves.npz, each float64 [rows]; those of epochs share their rows, epoch 0 (before the first step) with
 * NaN for what only training gives, and so do those of steps, thinned to a few thousand.
 */
export const curveArrays = {
  epoch: "Epoch",
  epoch_step: "Steps done when it ended",
  train_loss: "Mean loss of the epoch’s steps",
  validation_loss: "Loss of the validation samples",
  relative_error: "‖p − t‖/‖t‖ of one step, mean over the validation samples",
  epoch_gradient_norm: "Mean length of the gradient before clipping",
  samples_per_second: "Samples trained on a second",
  seconds: "Since the training began, pauses left out",
  step: "Step",
  step_loss: "Loss of that step’s batch",
  step_gradient_norm: "Length of its gradient before clipping",
  step_rate: "Learning rate of the step",
} as const;
export type CurveName = keyof typeof curveArrays;

/** What is asked of a training's weights. */
export const rolloutRequest = z.object({
  study: z.string(),
  training: z.string(),
  seed: z.number(),
  /** One whose weights are kept. */
  epoch: z.number(),
  /** Sample of the data that it begins with. */
  sample: z.number().int().min(0),
  /** Fewer where the trajectory ends before. */
  steps: z.number().int().min(1).max(128),
});
export type RolloutRequest = z.infer<typeof rolloutRequest>;
