/** A training keeps the network that it began with beside its record: whoever opens that file has no trained network. */
import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../../shared/errors";
import { checkpointName } from "../../../shared/training/checkpoints";
import type { SeedRecord, TrainingRecord } from "../../../shared/training/training";
import { readTraining } from "../../training/folder";
import { memberFiles } from "../../training/member";
import type { Origin } from "./preparation";
import { NETWORK } from "./trainBegin";

/** More paths than these are looked up in the folder. */
const MOST_NAMED = 4;

/**
 * Of networks that are opened: which of them have the weights that their training began with, and where the trained ones
 * are. @returns a sentence a training, none for networks of other places or with weights of their own
 */
export async function untrainedNotices(origins: readonly Origin[]): Promise<string[]> {
  const files = origins.flatMap(({ path, weights }) =>
    weights === null && basename(path) === NETWORK ? [path] : [],
  );
  const notices = await Promise.all([...new Set(files)].map(noticeOf));
  return notices.filter((notice) => notice !== null);
}

async function noticeOf(path: string): Promise<string | null> {
  const folder = dirname(path);
  const record = await recordIn(folder);
  if (record === null) return null;
  const began = `${path} holds the weights that the training ${record.name} began with, not trained ones.`;
  const trained = await trainedIn(folder, record);
  if (trained.length === 0) return `${began} The training has not ended, and has kept no others.`;
  const named = trained.slice(0, MOST_NAMED).join(", ");
  const rest = trained.length > MOST_NAMED ? ` and ${trained.length - MOST_NAMED} more` : "";
  const ended = record.seeds.every(({ status }) => status === "done" || status === "diverged");
  const best = ended && record.seeds.some(({ best }) => best !== null && best.epoch > 0) ? `; where validation was best: ${memberFiles.best} beside` : ""; // prettier-ignore
  return `${began} ${ended ? "Trained" : "The training has not ended; its latest"} weights: ${named}${rest}${best} (--weights on the command line).`;
}

/** null also where the record cannot be read: then nothing is known of the network. */
async function recordIn(folder: string): Promise<TrainingRecord | null> {
  try {
    return await readTraining(folder);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Of each seed the last weights, or as far as it came. */
async function trainedIn(folder: string, { seeds }: TrainingRecord): Promise<string[]> {
  const places = seeds.flatMap((seed) => {
    const name = lastOf(seed);
    return name === null ? [] : [join(folder, seed.folder, name)];
  });
  const there = await Promise.all(places.map(isFile));
  return places.filter((_, k) => there[k]);
}

function lastOf({ status, checkpoints }: SeedRecord): string | null {
  if (status === "done" || status === "diverged") return memberFiles.final;
  const latest = checkpoints.at(-1) ?? 0;
  return latest === 0 ? null : checkpointName(latest);
}

async function isFile(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => null);
  return info?.isFile() === true;
}
