/** Finished runs. */
import { resolve } from "node:path";
import type { Handlers, Services } from "../services";
import { readRun } from "../../compute/runFolder";
import { newRunId } from "../runId";

export function runHandlers({
  compute,
  studies,
}: Services): Pick<Handlers, "run.record" | "run.arrays" | "study.addRun"> {
  return {
    "study.addRun": async ({ study: path, folder: given }) => {
      const study = await studies.get(path);
      const folder = resolve(given);
      const { id, analysis } = await readRun(folder);
      const there = (await study.runs.list()).some((run) => run.id === id);
      if (there) return { study: await study.view(), run: id };
      await study.assertWritable();
      // In the trash it keeps its name, so that undo can bring it back.
      const run = study.document.removed.includes(id) ? newRunId(analysis) : id;
      await study.runs.take(folder, run);
      return { study: await studies.announce(study), run };
    },
    "run.record": async ({ study, run }) => readRun((await studies.get(study)).runs.folderOf(run)),
    "run.arrays": async ({ study, run, names }) =>
      compute.call("readArrays", { folder: (await studies.get(study)).runs.folderOf(run), names }),
  };
}
