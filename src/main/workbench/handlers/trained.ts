/** Networks that a training made, as models of its study: one a seed, with the weights that were best. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { readTraining } from "../../training/folder";
import { memberFiles } from "../../training/member";
import type { Services } from "../services";
import type { OpenStudy } from "../study/openStudy";
import type { StoredModel } from "../study/document";
import { readModel } from "./entries";

/** Adds those of seeds that have ended and are not in the study yet; nothing where the training has not begun. */
export async function addTrained(services: Services, study: OpenStudy, id: string): Promise<void> {
  const folder = study.trainings.folderOf(id);
  if (!(await isThere(join(folder, "training.json")))) return;
  const { name, seeds } = await readTraining(folder);
  const added: StoredModel[] = [];
  for (const { seed, folder: own, status } of seeds) {
    if (status !== "done" && status !== "diverged") continue;
    const weights = await weightsIn(join(folder, own));
    const known = study.document.models.some((model) => model.weights?.path === weights);
    if (weights === null || known) continue;
    const label = seeds.length === 1 ? name : `${name}, seed ${seed}`;
    const taken = new Set([...study.document.models, ...added].map((model) => model.name));
    let free = label;
    for (let n = 2; taken.has(free); n++) free = `${label} ${n}`;
    added.push(await readModel(services, join(folder, "model.onnx"), weights, free));
  }
  if (added.length === 0) return;
  const names = added.map((model) => model.name).join(" and ");
  await study.edit(`Add ${names}`, ({ models }) => ({ models: [...models, ...added] }));
}

/** The best where a validation judged, else the last. */
async function weightsIn(folder: string): Promise<string | null> {
  for (const name of [memberFiles.best, memberFiles.final]) {
    const path = join(folder, name);
    if (await isThere(path)) return path;
  }
  return null;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
