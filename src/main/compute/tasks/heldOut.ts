/**
 * Which samples the trainings of the analysed networks saw, and which they held out: coherence, errors and losses of
 * samples that a network was fitted to say little of others.
 */
import { dirname } from "node:path";
import { UserError } from "../../../shared/errors";
import { numberingOf } from "../../../shared/sampleExtent";
import type { TrainingRecord } from "../../../shared/training/training";
import type { DataSet } from "../../data/dataset";
import { splitOf } from "../../training/split";
import { trainingOf, type Origin } from "./preparation";
import { fingerprint } from "./trainingPlan";

export interface HeldOut {
  /** The trainings, by name. */
  readonly trainings: readonly string[];
  /** Trajectories that none of them trained on, ascending; empty where there are none. */
  readonly trajectories: readonly number[];
  /** Where a single trajectory was parted along time: the first start that judged; null elsewhere. */
  readonly fromTime: number | null;
  /** Whether any of them trained on that sample, or next to it. */
  isTrained(sample: number): boolean;
}

/**
 * @param origins of networks with trained weights
 * @returns null where no training on these data made any of them
 */
export async function heldOutBy(
  origins: readonly Origin[],
  data: DataSet,
): Promise<HeldOut | null> {
  const records = await trainingsOn(await recordsOf(origins), data);
  if (records.length === 0) return null;
  const held = records.map((record) => heldBy(record, data));
  const isTrained = (sample: number): boolean => held.some((samples) => !samples.has(sample));
  const { trajectories, times } = data;
  const { firstOf, lengthOf } = numberingOf(data);
  const single = trajectories === 1;
  const starts = Array.from({ length: times }, (_, time) => time);
  const firstHeld = single ? starts.find((time) => !isTrained(time)) : undefined;
  return {
    trainings: records.map(({ name }) => name),
    trajectories: single
      ? []
      : Array.from({ length: trajectories }, (_, k) => k).filter(
          (k) => lengthOf(k) > 0 && !isTrained(firstOf(k)),
        ),
    fromTime: firstHeld ?? null,
    isTrained,
  };
}

/** One record a training, however many of its checkpoints are analysed. */
async function recordsOf(origins: readonly Origin[]): Promise<TrainingRecord[]> {
  const folders = new Map<string, Origin>();
  for (const origin of origins) {
    if (origin.weights !== null) folders.set(dirname(origin.weights), origin);
  }
  const records = new Map<string, TrainingRecord>();
  for (const origin of folders.values()) {
    const record = await readable(origin);
    if (record !== null) records.set(record.id, record);
  }
  return [...records.values()];
}

async function readable(origin: Origin): Promise<TrainingRecord | null> {
  try {
    return await trainingOf(origin);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Data are known again by the bytes of a few samples, wherever their file lies now. */
async function trainingsOn(
  records: readonly TrainingRecord[],
  data: DataSet,
): Promise<TrainingRecord[]> {
  if (records.length === 0 || data.targets === "none") return [];
  const own = await fingerprint(data);
  return records.filter((record) => record.data.samplesSha256 === own);
}

/** Samples that judged, all of them; empty where a training took everything. */
function heldBy({ parameters }: TrainingRecord, data: DataSet): ReadonlySet<number> {
  const { validation } = splitOf(data, {
    share: Number(parameters["validation"]),
    rollout: Number(parameters["rollout"]),
    seed: Number(parameters["split-seed"]),
    most: 0,
  });
  return new Set(validation);
}
