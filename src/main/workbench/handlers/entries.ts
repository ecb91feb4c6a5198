/** Data and models of a study: opened, described, edited, taken out. */
import { randomBytes } from "node:crypto";
import { basename, dirname, extname, resolve } from "node:path";
import type { DataOptions } from "../../../shared/contract";
import { fileChosen } from "../../../shared/chosenPart";
import { UserError } from "../../../shared/errors";
import { identify, stampOf } from "../../data/identity";
import type { Handlers, Services } from "../services";
import type { StoredData, StoredModel } from "../study/document";

export function entryHandlers(
  services: Services,
): Pick<
  Handlers,
  | "study.addData"
  | "study.addModel"
  | "study.editData"
  | "study.editModel"
  | "study.remove"
  | "data.inspect"
  | "data.sample"
  | "data.look"
  | "data.convention"
  | "model.inspect"
  | "model.weights"
  | "model.check"
  | "model.compare"
> {
  const { compute, jobs, studies, uploads } = services;
  return {
    "data.inspect": ({ path, options }) => compute.call("inspectData", { path, options }),
    "model.inspect": ({ path, weights }) =>
      compute.call("inspectModel", { path, weights: weights ?? null }),
    "model.weights": async ({ path, weights }) => {
      // Looking at them opens nothing; it is asked which of several sets to take.
      const { file } = fileChosen(resolve(weights));
      try {
        const fits = await compute.call("inspectWeights", { model: path, weights });
        if (fits.length > 1) uploads.asks([file]);
        return fits;
      } catch (error) {
        await uploads.discard(file);
        throw error;
      }
    },
    "model.check": ({ path, weights, known }) =>
      compute.call("checkModel", { model: path, weights, known }),
    "model.compare": (sides) => compute.call("compareModels", sides),

    "study.addData": async ({ study: path, path: file, options }) => {
      const study = await studies.get(path);
      await study.assertWritable();
      const entry = await uploads.opening([resolve(file)], async () => {
        const name = freeName(file, study.document.data);
        const read = await readData(services, resolve(file), options, name);
        await study.edit(`Add ${read.name}`, ({ data }) => ({ data: [...data, read] }));
        return read;
      });
      return { study: await studies.announce(study), entry: entry.id };
    },
    "study.addModel": async ({ study: path, path: file, weights }) => {
      const study = await studies.get(path);
      await study.assertWritable();
      const values = weights === undefined ? null : resolve(weights);
      const paths = [resolve(file), ...(values === null ? [] : [values])];
      const entry = await uploads.opening(paths, async () => {
        const read = await readModel(
          services,
          resolve(file),
          values,
          freeName(file, study.document.models),
        );
        await study.edit(`Add ${read.name}`, ({ models }) => ({ models: [...models, read] }));
        return read;
      });
      return { study: await studies.announce(study), entry: entry.id };
    },
    "study.editData": async ({ study: path, entry: id, name, options }) => {
      const study = await studies.get(path);
      const before = study.data(id);
      // Reading it anew also accepts a file that changed.
      const read =
        options === undefined ? before : await readData(services, before.file.path, options);
      const after = { ...read, id, name: name ?? before.name };
      await study.edit(
        options === undefined ? `Rename ${before.name}` : `Edit ${before.name}`,
        ({ data }) => ({
          data: data.map((entry) => (entry.id === id ? after : entry)),
        }),
      );
      return studies.announce(study);
    },
    "study.editModel": async ({ study: path, entry: id, name, weights }) => {
      const study = await studies.get(path);
      const before = study.model(id);
      const file = typeof weights === "string" ? resolve(weights) : null;
      await uploads.opening([file ?? before.file.path], async () => {
        const read =
          weights === undefined ? before : await readModel(services, before.file.path, file);
        const after = { ...read, id, name: name ?? before.name };
        await study.edit(
          weights === undefined ? `Rename ${before.name}` : `Edit ${before.name}`,
          ({ models }) => ({
            models: models.map((entry) => (entry.id === id ? after : entry)),
          }),
        );
      });
      return studies.announce(study);
    },
    "study.remove": async ({ study: path, entry: id }) => {
      const study = await studies.get(path);
      const { data, models } = study.document;
      const entry = [...data, ...models].find((known) => known.id === id);
      if (entry !== undefined) {
        await study.edit(`Remove ${entry.name}`, (document) => ({
          data: document.data.filter((known) => known.id !== id),
          models: document.models.filter((known) => known.id !== id),
        }));
        return studies.announce(study);
      }
      const training = (await study.trainings.list()).find((known) => known.id === id);
      const isRun = (await study.runs.list()).some((run) => run.id === id);
      if (training !== undefined) {
        const { name } = training;
        if (jobs.trains(study.path, id)) {
          throw new UserError("training/running", `${name} is being trained or waits to be.`, {
            todo: "Pause it first; then it can be removed.",
          });
        }
        await study.edit(`Remove the training ${name}`, ({ removedTrainings }) => ({
          removedTrainings: [...removedTrainings, { id, name }],
        }));
      } else if (isRun) {
        await study.edit(`Remove run ${id}`, ({ removed }) => ({ removed: [...removed, id] }));
      } else {
        throw new UserError("study/no-entry", `The study ${study.document.name} has no “${id}”.`);
      }
      return studies.announce(study);
    },

    "data.sample": async ({ study: path, entry, indices }) => {
      const study = await studies.get(path);
      const { file, options } = study.data(entry);
      try {
        return await compute.call("readSamples", { path: file.path, options, indices });
      } finally {
        // Also where reading failed: another file in its place may be why.
        await studies.look(study, [entry]);
      }
    },
    "data.look": async ({ study: path, entry }) => {
      const study = await studies.get(path);
      const stamp = await stampOf(study.data(entry).file.path).catch(() => null);
      await studies.look(study, [entry]);
      return { file: stamp && { size: stamp.size, modified: stamp.modified } };
    },
    "data.convention": async ({ study: path, entry, options: unsaved }) => {
      const study = await studies.get(path);
      const { file, options } = study.data(entry);
      try {
        return await compute.call("convention", { path: file.path, options: unsaved ?? options });
      } finally {
        await studies.look(study, [entry]);
      }
    },
  };
}

/** A study's entry for a data file. @throws what opening it throws */
export async function readData(
  { compute }: Services,
  path: string,
  options: DataOptions,
  name = stem(path),
): Promise<StoredData> {
  const [info, file] = await Promise.all([
    compute.call("inspectData", { path, options }),
    identify(path),
  ]);
  return { id: entryId(name), name, file, options, info };
}

/** A study's entry for a model. @throws what opening it throws */
export async function readModel(
  { compute }: Services,
  path: string,
  weights: string | null,
  name = stem(path),
): Promise<StoredModel> {
  const [info, file, weightsFile] = await Promise.all([
    compute.call("inspectModel", { path, weights }),
    identify(path),
    weights === null ? null : identify(weights),
  ]);
  return { id: entryId(name), name, file, weights: weightsFile, info };
}

function stem(path: string): string {
  return basename(path, extname(path));
}

/** The file's own name; where that is taken, with its folder's, or a number: names are how people tell entries apart. */
export function freeName(path: string, there: readonly { readonly name: string }[]): string {
  const taken = new Set(there.map(({ name }) => name));
  const own = stem(path);
  const placed = `${own} (${basename(dirname(resolve(path)))})`;
  for (let n = 2; ; n++) {
    const free = [own, placed, `${own} ${n}`].find((name) => !taken.has(name));
    if (free !== undefined) return free;
  }
}

/** Readable in study.json, and unlike any other, also those that undo may bring back. */
function entryId(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  return `${slug.slice(0, 40)}-${randomBytes(3).toString("hex")}`;
}
