/** What the checkpoints of a training make of the data's trajectories, for the window to look at. */
import { isAbsolute, join } from "node:path";
import { dataOptions } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { checkpointName } from "../../../shared/training/checkpoints";
import type { Handlers, Services } from "../services";

export function rolloutHandlers({
  compute,
  studies,
}: Services): Pick<Handlers, "training.rollout"> {
  return {
    "training.rollout": async ({ study: path, training, seed, epoch, sample, steps }) => {
      const study = await studies.get(path);
      const record = (await study.trainings.list()).find(({ id }) => id === training);
      const member = record?.seeds.find((each) => each.seed === seed);
      if (record === undefined || member?.checkpoints.includes(epoch) !== true) {
        throw new UserError("training/no-checkpoint", `There are no weights of epoch ${epoch}.`, {
          where: training,
          todo: "Choose one of the training’s checkpoints.",
        });
      }
      const folder = study.trainings.folderOf(training);
      const used = isAbsolute(record.data.path) ? record.data.path : join(study.path, record.data.path); // prettier-ignore
      const entries = study.document.data.flatMap(({ id, file }) => (file.path === used ? [id] : [])); // prettier-ignore
      // What is shown of a file that changed must not stand beside what was read before without a word.
      await studies.look(study, entries);
      return compute.call("rollout", {
        model: join(folder, "model.onnx"),
        weights: join(folder, member.folder, checkpointName(epoch)),
        data: { path: used, options: dataOptions.parse(record.data.options) },
        // Trainings of before kept how it was stated and not the numbers: those follow from the same data.
        normalise: record.normalisation === undefined ? String(record.parameters["normalise"] ?? "none") : "auto", // prettier-ignore
        pad: "auto",
        sample,
        steps,
      });
    },
  };
}
