/** What a network is called beside others: after the training that made it, where one did, else after its file. */
import { basename, dirname } from "node:path";
import { fileChosen } from "../../../shared/chosenPart";
import { UserError } from "../../../shared/errors";
import { readTraining } from "../../training/folder";
import { memberFiles } from "../../training/member";

/** Weights that stand for a training itself. */
const OWN: readonly string[] = [memberFiles.best, memberFiles.final];

/** @param weights of a file of their own; null for those in the network's file */
export async function networkName(path: string, weights: string | null): Promise<string> {
  const file = weights === null ? path : fileChosen(weights).file;
  const made = await trainingOf(dirname(file));
  if (made === null) return basename(weights ?? path);
  if (weights === null) return `${made}, untrained`;
  return OWN.includes(basename(file)) ? made : `${made}, ${basename(file)}`;
}

/** Name of the training whose folder, or whose seed's folder, that is; null where it is none. */
async function trainingOf(folder: string): Promise<string | null> {
  for (const place of [folder, dirname(folder)]) {
    try {
      const { name, seeds } = await readTraining(place);
      const own = place === folder ? "" : basename(folder);
      const member = seeds.find((seed) => seed.folder === own);
      if (member !== undefined) return own === "" ? name : `${name}, seed ${member.seed}`;
      // What all seeds begin with lies beside their folders.
      if (place === folder) return name;
    } catch (error) {
      // A folder of something else names nothing.
      if (!(error instanceof UserError)) throw error;
    }
  }
  return null;
}
