/** Where a training stands, in one word and in a sentence, from its record on the disk and the job that works on it. */
import type { Job } from "../../shared/contract";
import type { TrainingEntry } from "../../shared/training/training";

/** "elsewhere" is trained by another program, "unfinished" rests in a study that another program has. */
export type TrainingStand =
  "waiting" | "running" | "elsewhere" | "paused" | "unfinished" | "done" | "diverged";

/**
 * @param job the last that worked on it here
 * @param locked whether the study is open for reading only
 */
export function standOf(
  training: TrainingEntry | undefined,
  job: Job | undefined,
  locked: boolean,
): TrainingStand {
  if (job?.state === "queued") return "waiting";
  if (job?.state === "running") return "running";
  if (training?.elsewhere !== undefined) return "elsewhere";
  const seeds = training?.seeds ?? [];
  if (seeds.some(({ status }) => status === "diverged")) return "diverged";
  if (seeds.length > 0 && seeds.every(({ status }) => status === "done")) return "done";
  return locked ? "unfinished" : "paused";
}

/** What the tree says beside its name; "" where it is done. */
export function remarkOf(training: TrainingEntry, job: Job | undefined, locked: boolean): string {
  const stand = standOf(training, job, locked);
  const fraction = stand === "running" ? job?.fraction : training.elsewhere?.fraction;
  if (stand === "running" || stand === "elsewhere") return `${Math.round(100 * (fraction ?? 0))} %`;
  return stand === "done" ? "" : stand;
}

/** How far it is: "Paused in epoch 7 of 20, after step 1234 of 4000." */
export function reachedBy(training: TrainingEntry, stand: "paused" | "unfinished"): string {
  const at = training.seeds.find(({ status }) => status === "unfinished") ?? training.seeds[0]!;
  const { totalSteps, stepsPerEpoch, seeds } = training;
  const epochs = Math.ceil(totalSteps / stepsPerEpoch);
  const which = seeds.length > 1 ? `, in seed ${at.seed} of ${seeds.length} seeds` : "";
  const here = stand === "paused" ? "Paused" : "It is";
  return at.step === 0
    ? `${here} before its first step${which}.`
    : `${here} in epoch ${Math.min(epochs, Math.floor(at.step / stepsPerEpoch) + 1)} of ${epochs}, after step ${at.step} of ${totalSteps}${which}.`;
}
