/** A training's folder read as a run, for its figures. */
import { join } from "node:path";
import { trainingRun } from "../../../shared/charts/trainingRun";
import type { RunResult } from "../../../shared/run";
import { readCurves } from "../../training/curves";
import { readTraining } from "../../training/folder";
import { memberFiles } from "../../training/member";

/**
 * With the curves of all seeds that have begun, as far as they are on the disk.
 * @throws UserError "training/missing", "training/newer", "training/damaged", "file/…"
 */
export async function readTrainingRun(folder: string): Promise<RunResult> {
  const record = await readTraining(folder);
  const begun = record.seeds.filter(({ status }) => status !== "waiting");
  const curves = await Promise.all(
    begun.map(async ({ seed, folder: own }) => ({
      seed,
      arrays: await readCurves(join(folder, own, memberFiles.curves)),
    })),
  );
  return trainingRun(record, curves);
}
