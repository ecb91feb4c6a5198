/** Networks that a training made, as models of its study: one a seed, with the weights that were best. */
import { join } from "node:path";
import { UserError } from "../../../shared/errors";
import type { SeedRecord } from "../../../shared/training/training";
import { isThere } from "../../data/isThere";
import { NETWORK } from "../../compute/tasks/trainBegin";
import { readTraining, recordPath } from "../../training/folder";
import { memberFiles } from "../../training/member";
import type { Services } from "../services";
import type { OpenStudy } from "../study/openStudy";
import type { StoredModel } from "../study/document";
import { readModel } from "./entries";

/** Adds those of seeds that have ended and never were in the study; nothing where the training has not begun. */
export async function addTrained(services: Services, study: OpenStudy, id: string): Promise<void> {
  const folder = study.trainings.folderOf(id);
  if (!(await isThere(recordPath(folder)))) return;
  const { name, seeds } = await readTraining(folder);
  const added: StoredModel[] = [];
  const received: string[] = [];
  for (const { seed, folder: own, status } of seeds) {
    const place = `${id}/${own}`;
    if (!hasEnded(status) || study.document.received.includes(place)) continue;
    const weights = await weightsIn(join(folder, own));
    if (weights === null) continue;
    received.push(place);
    if (study.document.models.some((model) => model.weights?.path === weights)) continue;
    const label = seeds.length === 1 ? name : `${name}, seed ${seed}`;
    const taken = new Set([...study.document.models, ...added].map((model) => model.name));
    let free = label;
    for (let n = 2; taken.has(free); n++) free = `${label} ${n}`;
    added.push(await readModel(services, join(folder, NETWORK), weights, free));
  }
  if (added.length === 0) return study.receive(received);
  const names = added.map((model) => model.name).join(" and ");
  await study.edit(
    `Add ${names}`,
    ({ models }) => {
      // Two windows may have opened the study at the same moment.
      const there = new Set(models.map(({ weights }) => weights?.path));
      return { models: [...models, ...added.filter(({ weights }) => !there.has(weights?.path))] };
    },
    received,
  );
}

/**
 * Adds what trainings came to that ended when nobody was there to note it: the program was killed between their end and
 * the study's entry.
 */
export async function addForgotten(services: Services, study: OpenStudy): Promise<void> {
  if (study.readOnly !== null) return;
  for (const { id, seeds } of await study.trainings.list()) {
    const { received } = study.document;
    const forgotten = seeds.some((seed) => hasEnded(seed.status) && !received.includes(`${id}/${seed.folder}`)); // prettier-ignore
    if (!forgotten || services.jobs.trains(study.path, id)) continue;
    try {
      await addTrained(services, study, id);
    } catch (error) {
      // Weights that cannot be read must not keep a study from being opened; the training's page shows what there is.
      if (!(error instanceof UserError)) throw error;
    }
  }
}

function hasEnded(status: SeedRecord["status"]): boolean {
  return status === "done" || status === "diverged";
}

/** The best where a validation judged, else the last. */
async function weightsIn(folder: string): Promise<string | null> {
  for (const name of [memberFiles.best, memberFiles.final]) {
    const path = join(folder, name);
    if (await isThere(path)) return path;
  }
  return null;
}
