/** Networks made for data of a study: which fit, what one would come to, and one as a model of the study. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../data/makeFolder";
import type { Handlers, Services } from "../services";
import { readModel } from "./entries";

export function architectureHandlers(
  services: Services,
): Pick<Handlers, "architecture.list" | "architecture.preview" | "architecture.create"> {
  const { compute, studies } = services;
  return {
    "architecture.list": async ({ study, data: entry }) => {
      const { file, options } = (await studies.get(study)).data(entry);
      return compute.call("listArchitectures", { path: file.path, options });
    },
    "architecture.preview": async ({ study, data: entry, network }) => {
      const { file, options } = (await studies.get(study)).data(entry);
      const data = { path: file.path, options };
      return compute.call("newModel", { network, data, statistics: "none", seed: 0, out: null });
    },
    "architecture.create": async ({ study: path, data: entry, network, statistics, seed }) => {
      const study = await studies.get(path);
      await study.assertWritable();
      const { file, options } = study.data(entry);
      const data = { path: file.path, options };
      // What does not fit is refused before a folder is made.
      const ask = { network, data, statistics, seed };
      const { id, preset } = await compute.call("newModel", { ...ask, out: null });
      const folder = join(study.path, "models");
      await makeFolder(folder);
      const name = await freeName(folder, `${id}-${preset}`);
      const out = join(folder, `${name}.onnx`);
      await compute.call("newModel", { ...ask, out });
      const made = await readModel(services, out, null, name);
      await study.edit(`Add ${name}`, ({ models }) => ({ models: [...models, made] }));
      return { study: await studies.announce(study), entry: made.id };
    },
  };
}

/** `unet-small`, `unet-small-2` …, the first that no file has: undo may bring an entry back to its file. */
async function freeName(folder: string, stem: string): Promise<string> {
  for (let n = 1; ; n++) {
    const name = n === 1 ? stem : `${stem}-${n}`;
    try {
      await access(join(folder, `${name}.onnx`));
    } catch {
      return name;
    }
  }
}
