/** Files of the computing machine, recent studies, examples. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { copyExample, listExamples } from "../examples";
import { listFolder } from "../files";
import type { Handlers, Services } from "../services";
import { readData, readModel } from "./entries";

export function fileHandlers(
  services: Services,
): Pick<
  Handlers,
  | "files.list"
  | "files.upload"
  | "files.discard"
  | "recent.list"
  | "recent.forget"
  | "examples.list"
  | "examples.open"
> {
  const { places, recent, studies, uploads } = services;
  return {
    "files.list": ({ path }) => listFolder(path, places.studies),
    "files.upload": async ({ study, ...piece }) => {
      const open = await studies.get(study);
      await open.assertWritable();
      return uploads.take(open.path, piece);
    },
    "files.discard": async ({ path }) => {
      await uploads.discard(path);
      return {};
    },
    "recent.list": () => recent.list(),
    "recent.forget": async ({ path }) => {
      await recent.forget(path);
      return {};
    },
    "examples.list": async () =>
      (await listExamples(places.resources)).map(({ id, title, description }) => ({
        id,
        title,
        description,
      })),
    "examples.open": async ({ id, folder }) => {
      const example = (await listExamples(places.resources)).find((known) => known.id === id);
      const { path, number } = await freeFolder(folder ?? places.studies, id);
      const title = example?.title ?? id;
      const study = await studies.create(path, number === 1 ? title : `${title} ${number}`);
      const { models, data, description, setApart } = await copyExample(places.resources, id, path);
      const copied = (file: string): string => join(path, "files", file);
      const entries = {
        notes: description,
        setApart,
        models: await Promise.all(
          models.map(async ({ file, name, weights }) =>
            readModel(services, copied(file), weights === undefined ? null : copied(weights), name),
          ),
        ),
        data: await Promise.all(
          data.map(({ file, name, options }) => readData(services, copied(file), options, name)),
        ),
      };
      await study.begin(entries);
      return studies.announce(study);
    },
  };
}

/** `turbulence`, or `turbulence-2` where that is taken; the number tells the studies' names apart too. */
async function freeFolder(parent: string, name: string): Promise<{ path: string; number: number }> {
  for (let n = 1; ; n++) {
    const path = join(parent, n === 1 ? name : `${name}-${n}`);
    const taken = await access(path).then(
      () => true,
      () => false,
    );
    if (!taken) return { path, number: n };
  }
}
