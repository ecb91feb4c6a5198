/** Finished runs. */
import type { Handlers, Services } from "../services";
import { readRun } from "../../compute/runFolder";

export function runHandlers({
  compute,
  studies,
}: Services): Pick<Handlers, "run.record" | "run.arrays"> {
  return {
    "run.record": async ({ study, run }) => readRun((await studies.get(study)).runs.folderOf(run)),
    "run.arrays": async ({ study, run, names }) =>
      compute.call("readArrays", { folder: (await studies.get(study)).runs.folderOf(run), names }),
  };
}
