/** A network named by the folder that a training made: nobody types the name that it was given there. */
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UserError } from "../../../../shared/errors";
import { listTrainings, recordPath, trainingFolder } from "../../../training/folder";
import { NETWORK } from "../../../compute/tasks/trainBegin";

/**
 * The file itself; of a training's folder the network in it, of a study's folder that of its only training.
 * @returns an absolute path
 * @throws UserError "model/several"
 */
export async function modelFile(given: string): Promise<string> {
  const path = resolve(given);
  const info = await stat(path).catch(() => null);
  if (info?.isDirectory() !== true) return path;
  if (await isThere(recordPath(path))) return join(path, NETWORK);
  const trainings: string[] = [];
  for (const id of await listTrainings(path)) {
    const folder = trainingFolder(path, id);
    if (await isThere(recordPath(folder))) trainings.push(folder);
  }
  const [only, ...others] = trainings;
  // What else may be in a folder, opening it says.
  if (only === undefined) return path;
  if (others.length === 0) return join(only, NETWORK);
  throw new UserError("model/several", `${given} holds ${trainings.length} trainings.`, {
    where: given,
    todo: `Name the folder of one of them: ${trainings.join(", ")}.`,
  });
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
