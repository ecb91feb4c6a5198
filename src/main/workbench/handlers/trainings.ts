/** Trainings: what one would come to, starting them and going on, and how they are getting on. */
import { join } from "node:path";
import { UserError } from "../../../shared/errors";
import { parseParameters } from "../../../shared/parameters";
import {
  resumable,
  trainingParameters,
  type TrainingParameters,
} from "../../../shared/training/parameters";
import { parseSeeds } from "../../../shared/training/seeds";
import type { TrainingReport, TrainingRequest } from "../../../shared/training/training";
import { executorNamed, type Wanted } from "../../compute/devices";
import type { TaskInput } from "../../compute/compute";
import { readCurves } from "../../training/curves";
import { readTraining } from "../../training/folder";
import { memberFiles } from "../../training/member";
import { newRunId } from "../runId";
import { withSeeds } from "../withSeeds";
import type { Handlers, Services } from "../services";
import type { OpenStudy } from "../study/openStudy";
import { addTrained } from "./trained";

export function trainingHandlers(
  services: Services,
): Pick<
  Handlers,
  "training.preview" | "training.start" | "training.resume" | "training.curves" | "training.report"
> {
  const { compute, devices, events, jobs, studies } = services;
  /** Of the trainings that run, by folder. */
  const reports = new Map<string, TrainingReport>();
  /** Names of those that wait or run, by folder: they are given away before a record says so. */
  const names = new Map<string, string>();

  const begin = (
    study: OpenStudy,
    training: { id: string; name: string; parameters: { readonly seeds: string } },
    input: (signal: AbortSignal) => Promise<TaskInput<"train">>,
  ): string => {
    const folder = study.trainings.folderOf(training.id);
    names.set(folder, training.name);
    const job = jobs.start({
      study: study.path,
      title: titleOf(training),
      analysis: "train",
      training: training.id,
      run: async (signal, onProgress) => {
        onProgress({ fraction: 0, stage: "Looking for the device" });
        const given = await input(signal);
        const tell = newsOf(services, study, training.id);
        const teller = study.tellerOf(training.id);
        try {
          await compute.call("train", given, {
            signal,
            winding: true,
            onProgress: ({ training: report, ...progress }) => {
              teller.tell({ ...progress, report: report ?? null });
              if (report !== undefined) {
                reports.set(folder, report);
                events.emit("training.progress", { study: study.path, job, report });
                tell();
              }
              onProgress(progress);
            },
          });
        } finally {
          await teller.end();
        }
        return {};
      },
      ended: async (_state, closing) => {
        reports.delete(folder);
        names.delete(folder);
        // One that has begun is in its folder, where it can go on.
        await study.settle(training.id, closing && !(await study.trainings.has(training.id)));
        await addTrained(services, study, training.id);
        await studies.announce(study);
        await studies.release(study.path);
      },
    });
    return job;
  };

  return {
    "training.preview": async ({ study: path, request }) => {
      const study = await studies.get(path);
      const { parameters, subject, data } = specOf(study, request);
      const { target } = await devices.settle(wantedTarget(parameters));
      return compute.call("trainPreview", { subject, data, parameters, target });
    },
    "training.start": async ({ study: path, request }) => {
      const study = await studies.get(path);
      await study.assertWritable();
      const asked = specOf(study, request);
      const there = await study.trainings.list();
      const name = numbered(asked.name, [
        ...[...there, ...study.document.removedTrainings].map((training) => training.name),
        ...names.values(),
      ]);
      const spec = { ...asked, name };
      const id = newRunId(slug(name));
      const kept = { ...request, name };
      const folder = study.trainings.folderOf(id);
      names.set(folder, name);
      try {
        await study.enqueue({ kind: "training", id, title: titleOf(spec), asked: new Date().toISOString(), request: kept }); // prettier-ignore
      } catch (error) {
        names.delete(folder);
        throw error;
      }
      const job = begin(study, { ...spec, id }, async (signal) => {
        const { target, notices } = await devices.settle(wantedTarget(spec.parameters), signal);
        const begun = { ...spec, notices };
        return { study: study.path, id, begin: begun, changed: {}, target, data: null };
      });
      return { job, training: id };
    },
    "training.resume": async ({ study: path, training, parameters: given = {}, data = null }) => {
      const study = await studies.get(path);
      await assertNotElsewhere(study, training);
      await study.assertWritable();
      const record = await readTraining(study.trainings.folderOf(training));
      const changed = changeable(given);
      const parameters = parseParameters(trainingParameters, { ...record.parameters, ...changed });
      const job = begin(study, { ...record, parameters }, async (signal) => {
        const { target } = await devices.settle(wantedTarget(parameters), signal);
        return { study: study.path, id: training, begin: null, changed, target, data };
      });
      return { job };
    },
    "training.curves": async ({ study: path, training }) => {
      const study = await studies.get(path);
      const folder = study.trainings.folderOf(training);
      const { seeds } = await readTraining(folder);
      const begun = seeds.filter(({ status }) => status !== "waiting");
      return {
        seeds: await Promise.all(
          begun.map(async ({ seed, folder: own }) => ({
            seed,
            arrays: await readCurves(join(folder, own, memberFiles.curves)),
          })),
        ),
      };
    },
    "training.report": async ({ study: path, training }) => {
      const study = await studies.get(path);
      const own = reports.get(study.trainings.folderOf(training));
      return { report: own ?? (await study.trainedElsewhere(training))?.report ?? null };
    },
  };
}

/** "Train unet on jets, 2 seeds" */
function titleOf({ name, parameters }: { name: string; parameters: { readonly seeds: string } }) {
  return `Train ${withSeeds(name, parseSeeds(parameters.seeds).length)}`;
}

/** Two programs that train one network would write each other's weights. @throws UserError "training/elsewhere" */
async function assertNotElsewhere(study: OpenStudy, training: string): Promise<void> {
  const elsewhere = await study.trainedElsewhere(training);
  if (elsewhere === null) return;
  throw new UserError(
    "training/elsewhere",
    `${training} is being trained by another Noetherscope, ${elsewhere.holder}: ${elsewhere.stage}.`,
    {
      where: study.path,
      todo: "Pause it there, or wait until it has ended; windows that have the study open follow it meanwhile.",
    },
  );
}

/** Milliseconds between two looks whether a training that runs has written its record. */
const NEWS = 1000;

/** Lets windows hear of a training's record as it begins, and as its checkpoints come. */
function newsOf({ studies }: Services, study: OpenStudy, id: string): () => void {
  let last = -Infinity;
  return () => {
    if (performance.now() - last < NEWS) return;
    last = performance.now();
    const told = async (): Promise<void> => {
      if (await study.trainings.hasNews(id)) await studies.announce(study);
    };
    // A folder that cannot be read at the moment stops no training: the job tells what there is when it ends.
    told().catch(() => undefined);
  };
}

interface Spec {
  readonly name: string;
  readonly subject: NonNullable<TaskInput<"train">["begin"]>["subject"];
  readonly data: NonNullable<TaskInput<"train">["begin"]>["data"];
  readonly parameters: TrainingParameters;
}

/** @throws UserError "study/no-model", "study/no-data", "params/…" */
function specOf(study: OpenStudy, { name, model, data: id, parameters }: TrainingRequest): Spec {
  const data = study.data(id);
  const file = model.kind === "model" ? study.model(model.entry) : null;
  const network = file?.name ?? (model.kind === "architecture" ? model.id : "");
  return {
    name: name ?? `${network} on ${data.name}`,
    subject:
      model.kind === "architecture"
        ? model
        : { kind: "file", path: file!.file.path, weights: file!.weights?.path ?? null },
    data: { path: data.file.path, options: data.options },
    parameters: parseParameters(trainingParameters, parameters),
  };
}

function wantedTarget({ executor, device, fallback }: TrainingParameters): Wanted {
  return { executor: executorNamed(executor), device, fallback };
}

/** @throws UserError "params/…" for what a training that goes on cannot change */
function changeable(given: Readonly<Record<string, unknown>>): Partial<TrainingParameters> {
  const schema = Object.fromEntries(resumable.map((name) => [name, trainingParameters[name]]));
  const all = parseParameters(schema, given);
  return Object.fromEntries(Object.keys(given).map((name) => [name, all[name]]));
}

/** The name, or "NAME 2" and so on where it is taken: a study's tree, jobs and figures tell trainings apart by it. */
function numbered(name: string, taken: readonly string[]): string {
  let free = name;
  for (let n = 2; taken.includes(free); n++) free = `${name} ${n}`;
  return free;
}

/** Letters that every file system takes. */
function slug(name: string): string {
  const plain = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return plain.slice(0, 40) || "training";
}
