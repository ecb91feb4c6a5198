/** The trainings of a study on the command line: which there are and how far, and taking one away. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Study } from "../../../../shared/contract";
import { UserError } from "../../../../shared/errors";
import type { TrainingEntry } from "../../../../shared/training/training";
import type { Workbench } from "../../../workbench/workbench";
import { bytes, duration, table } from "./shared";

/**
 * The training of that id, or the only one of that name.
 * @throws UserError "training/none"
 */
export function trainingIn({ trainings, name, path }: Study, wanted: string): TrainingEntry {
  const named = trainings.filter((entry) => entry.name === wanted);
  const found = trainings.find((entry) => entry.id === wanted) ?? (named.length === 1 ? named[0] : undefined); // prettier-ignore
  if (found !== undefined) return found;
  const known = trainings.map((entry) => entry.id).join(", ");
  throw new UserError("training/none", `The study ${name} has no training “${wanted}”.`, {
    where: path,
    todo: known === "" ? "Start one." : `It has ${known}.`,
  });
}

/** A row a seed: where it stands, as far as that is on the disk. */
export function trainingsInWords({ trainings, name }: Study): string {
  if (trainings.length === 0) return `The study ${name} has no training.`;
  const rows = trainings.flatMap(({ id, seeds, totalSteps, elsewhere }) =>
    seeds.map(({ seed, status, epoch, step, trainLoss, relativeError, seconds }) => {
      // What the program that trains it tells is further than the disk.
      const now = elsewhere?.report?.seed === seed ? elsewhere.report : null;
      const loss = now?.loss ?? trainLoss;
      const error = now?.relativeError ?? relativeError;
      return [
        id,
        String(seed),
        now === null ? status : "training",
        String(now?.epoch ?? epoch),
        `${now?.step ?? step} of ${totalSteps}`,
        loss === null ? "" : loss.toPrecision(3),
        error === null ? "" : `${(100 * error).toPrecision(3)} %`,
        duration(seconds),
      ];
    }),
  );
  const head = ["training", "seed", "stands", "epoch", "steps", "loss", "last error", "time"];
  return table([head, ...rows], 5);
}

/** Who trains where that is another program, and what waits since a program ended; none where there is neither. */
export function waitingInWords({ trainings, waiting, readOnly, path }: Study): string[] {
  return [
    ...trainings.flatMap(({ id, elsewhere }) =>
      elsewhere === undefined
        ? []
        : [
            `${id} is being trained by another Noetherscope, ${elsewhere.holder}: ${elsewhere.stage}.`,
          ],
    ),
    ...waiting.map(({ kind, id, title, asked }) => {
      const since = asked === null ? "" : `, asked for ${asked.slice(0, 16).replace("T", " ")} UTC`;
      if (readOnly !== null) return `${title} (${id}) waits in the study${since}.`;
      const start =
        kind === "training" ? `train --study ${path} --resume --training ${id}` : `run ${path} --only ${id}`; // prettier-ignore
      return `${title} waits, not started${since}: noetherscope ${start} starts it${kind === "training" ? `, --remove ${id} takes it off` : ""}.`;
    }),
  ];
}

/**
 * Takes a training out of the study, and with the study's closing off the disk; of one that waits there is nothing yet.
 * @returns what was done, a sentence
 * @throws UserError "training/none", "study/read-only"
 */
export async function removeTraining(
  workbench: Workbench,
  study: Study,
  wanted: string,
): Promise<string> {
  const waits = study.waiting.find(({ id }) => id === wanted);
  if (waits !== undefined) {
    await workbench.call("waiting.remove", { study: study.path, id: waits.id });
    return `${waits.title} does not wait any more.`;
  }
  const { id, name, models } = trainingIn(study, wanted);
  const size = await sizeOf(join(study.path, "checkpoints", id));
  await workbench.call("study.remove", { study: study.path, entry: id });
  const left = models.length === 1 ? "a model" : `${models.length} models`;
  return `Removed ${name}, ${bytes(size)} on the disk.${models.length === 0 ? "" : ` The study still names ${left} that it made, which cannot be computed with any more.`}`;
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries.map(async (entry) =>
      entry.isFile() ? (await stat(join(entry.parentPath, entry.name))).size : 0,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
