/** Repaired networks: what a conservation run tried, as a model of the study. */
import { mkdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { repairs, type Repair } from "../../../shared/analyses/conservation";
import { UserError } from "../../../shared/errors";
import { readRun } from "../../compute/runFolder";
import type { Handlers, Services } from "../services";
import { readModel } from "./entries";

/** Stated of no network. */
const nothing = { normalisation: null, predicts: "state", padding: null } as const;

export function repairHandlers(services: Services): Pick<Handlers, "study.addRepaired"> {
  const { compute, studies } = services;
  return {
    "study.addRepaired": async ({ study: path, run }) => {
      const study = await studies.get(path);
      await study.assertWritable();
      const { model, data, parameters, summary, preparation } = await readRun(
        study.runs.folderOf(run),
      );
      const repair = repairs.find(({ value }) => value === parameters["repair"])?.value ?? "none";
      if (model === null || repair === "none") {
        throw new UserError("repair/none", "That run has no repaired network.", {
          todo: "Run Conservation with a repair.",
        });
      }
      const text = (name: string): string => String(parameters[name] ?? "");
      if (preparation === undefined && !["", "none", "auto"].includes(text("normalise"))) {
        throw new UserError(
          "repair/preparation",
          "That run did not keep the statistics that it used.",
          {
            todo: "Run it again, then add its network.",
          },
        );
      }
      const folder = join(study.path, "models");
      await mkdir(folder, { recursive: true });
      const name = basename(model.path, extname(model.path));
      // Named after its run, so that none is written over that the study already has.
      const out = join(folder, `${name}-${run}.onnx`);
      await compute.call("projectModel", {
        model: model.path,
        weights: model.weights?.path ?? null,
        repair: repair as Exclude<Repair, "none">,
        fields: data.fields === "" ? null : data.fields,
        repairFields: text("repair-fields"),
        averageOver: text("average-over"),
        // As the run had them: pooled statistics are the data's, and a file may have changed since.
        prepared: preparation ?? nothing,
        states: summary["volume"] === null ? "particles" : "line",
        batch: 1,
        out,
      });
      const entry = await readModel(services, out, null, `${name}, ${repair}`);
      await study.edit(`Add ${entry.name}`, ({ models }) => ({ models: [...models, entry] }));
      return { study: await studies.announce(study), entry: entry.id };
    },
  };
}
