/** Where a training stands, in one word and in a sentence, from its record on the disk and the job that works on it. */
import type { Job } from "../../shared/contract";
import type { TrainingEntry } from "../../shared/training/training";

export type TrainingStand = "waiting" | "running" | "paused" | "done" | "diverged";

/** @param job the last that worked on it here */
export function standOf(training: TrainingEntry | undefined, job: Job | undefined): TrainingStand {
  if (job?.state === "queued") return "waiting";
  if (job?.state === "running") return "running";
  const seeds = training?.seeds ?? [];
  if (seeds.some(({ status }) => status === "diverged")) return "diverged";
  return seeds.length > 0 && seeds.every(({ status }) => status === "done") ? "done" : "paused";
}

/** What the tree says beside its name; "" where it is done. */
export function remarkOf(training: TrainingEntry, job: Job | undefined): string {
  const stand = standOf(training, job);
  if (stand === "running") return `${Math.round(100 * (job?.fraction ?? 0))} %`;
  return stand === "done" ? "" : stand;
}

/** How far it is where it rests: "Paused at epoch 7 of 20, step 1234 of 4000." */
export function pausedAt(training: TrainingEntry): string {
  const at = training.seeds.find(({ status }) => status === "unfinished") ?? training.seeds[0]!;
  const { totalSteps, stepsPerEpoch, seeds } = training;
  const epochs = Math.ceil(totalSteps / stepsPerEpoch);
  const which = seeds.length > 1 ? `, in seed ${at.seed} of ${seeds.length} seeds` : "";
  return at.step === 0
    ? `Paused before its first step${which}.`
    : `Paused in epoch ${Math.min(epochs, Math.floor(at.step / stepsPerEpoch) + 1)} of ${epochs}, after step ${at.step} of ${totalSteps}${which}.`;
}
