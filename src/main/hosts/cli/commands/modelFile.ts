/** A network named by the folder that a training made: nobody types the name that it was given there. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../../../../shared/errors";
import { listTrainings, recordPath, trainingFolder } from "../../../training/folder";
import { memberFiles } from "../../../training/member";
import { CHECKPOINT_PATTERN } from "../../../../shared/training/checkpoints";
import { NETWORK } from "../../../compute/tasks/trainBegin";

/** A network with its weights, as options name them. */
export interface NamedNetwork {
  /** Absolute. */
  readonly path: string;
  /** null for those in its file. */
  readonly weights: string | null;
  /** Of a seed's folder: its checkpoints, for analyses that take a series of them. */
  readonly checkpoints?: string;
}

/**
 * As `modelFile`; of a training's folder, or of one seed's in it, the network with the last weights that are there, unless
 * others are given. A training of several seeds has none of its own.
 * @param weights null where none are given
 * @throws UserError "model/several"
 */
export async function namedNetwork(given: string, weights: string | null): Promise<NamedNetwork> {
  const path = resolve(given);
  const isSeed = (await isThere(recordPath(dirname(path)))) && !(await isThere(recordPath(path)));
  const model = isSeed ? join(dirname(path), NETWORK) : await modelFile(given);
  if (model === path) return { path, weights };
  const folder = isSeed ? path : dirname(model);
  const names: string[] = await readdir(folder).catch(() => []);
  const epochs = names.filter((name) => /^epoch-\d+\.safetensors$/.test(name)).sort();
  const last = names.includes(memberFiles.final) ? memberFiles.final : epochs.at(-1);
  if (last === undefined) return { path: isSeed ? path : model, weights };
  return {
    path: model,
    weights: weights ?? join(folder, last),
    ...(isSeed ? { checkpoints: `${basename(path)}/${CHECKPOINT_PATTERN}` } : {}),
  };
}

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
