/** `noetherscope train`: trains into a study, and goes on where a training was stopped. */
import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Study } from "../../../../shared/contract";
import { UserError } from "../../../../shared/errors";
import { fileError } from "../../../../shared/fileErrors";
import { parseParameters } from "../../../../shared/parameters";
import { resumable, trainingParameters } from "../../../../shared/training/parameters";
import {
  samplesInWords,
  type SeedRecord,
  type TrainingEntry,
  type TrainingPreview,
  type TrainingRequest,
} from "../../../../shared/training/training";
import { verdictOf } from "../../../../shared/training/verdict";
import { executorNamed, Devices } from "../../../compute/devices";
import { programVersion } from "../../../workbench/places";
import { Workbench } from "../../../workbench/workbench";
import { UsageError, type Arguments, type Command, type Shell } from "../command";
import { givenParameters, parameterFlags } from "./analyse";
import {
  architectureFlags,
  architecturesInWords,
  isArchitecture,
  networkRequestOf,
  readingFlags,
  readingOf,
} from "./architectureOptions";
import { detach, detachOption } from "./detach";
import { jobEnded } from "./jobEnded";
import { bytes, duration, json, jsonOption } from "./shared";
import { removeTraining, trainingIn, trainingsInWords, waitingInWords } from "./trainings";

const training = { parameters: trainingParameters };

export const train: Command = {
  name: "train",
  summary: "Train a network on trajectories or pairs, with checkpoints, into a study.",
  details: `What is trained is an .onnx file, from the weights that it has, or an architecture, from random ones. Ctrl-C keeps everything that was reached, and --resume goes on, also after a crash: on the CPU to the same weights, bit by bit, as if it had never stopped. Checkpoints are checkpoints/ID/epoch-0003.safetensors in the study, of several seeds in a folder each.\nArchitectures, with the parameters of their presets:\n${architecturesInWords}`,
  options: {
    data: {
      value: "FILE",
      help: "States and targets, or trajectories whose next states are the targets.",
    },
    model: { value: "ARCH|FILE", help: "An architecture, or an .onnx file." },
    weights: {
      value: "FILE",
      help: "Values that its parameters begin with, if not those in the model file.",
    },
    study: { value: "DIR", help: "The study; made where there is none." },
    name: { value: "NAME", help: "What the training is called in the study." },
    resume: {
      help: "Go on with the study’s training that has not ended, the latest or --training ID; else begin one that waits.",
    },
    training: { value: "ID", help: "The training to go on with." },
    list: { help: "Only list the study’s trainings and how far they are." },
    remove: { value: "ID", help: "Remove that training with all its weights from study and disk." },
    seed: { value: "K", help: "One seed; --seeds 0,1,2 trains several." },
    ...readingFlags,
    ...parameterFlags(training),
    ...architectureFlags,
    "dry-run": { help: "Only say what it would come to: samples, steps, disk, memory, time." },
    ...detachOption,
    ...jsonOption,
  },
  example:
    "noetherscope train --data resources/examples/jets/jets.npz --model unet --epochs 20 --study studies/jets",
  async run(args, shell) {
    if (args.flag("dry-run")) return preview(args, shell);
    const folder = args.text("study");
    if (folder === undefined) throw new UsageError("--study DIR is needed.", "Or --dry-run.");
    const workbench = new Workbench({
      host: "cli",
      version: programVersion(shell.program),
      places: shell.places,
      compute: await shell.compute(),
    });
    try {
      const removed = args.text("remove");
      const there = args.flag("resume") || args.flag("list") || removed !== undefined;
      if (!there) await assertPossible(args);
      const study = await openStudy(workbench, resolve(folder), there);
      if (args.flag("list")) {
        if (args.flag("json")) shell.print(json(study.trainings));
        else shell.print(trainingsInWords(study));
        for (const sentence of waitingInWords(study)) shell.remark(sentence);
        return;
      }
      if (removed !== undefined) {
        return shell.print(await removeTraining(workbench, study, removed));
      }
      if (args.flag("detach")) {
        // The other process opens it.
        await workbench.call("study.close", { study: study.path });
        await detach(shell, join(study.path, "train.log"));
        return shell.remark(
          `noetherscope train --study ${folder} --list says how far it is; ended by kill, it is kept, and --resume goes on.`,
        );
      }
      const started = args.flag("resume")
        ? await resumed(workbench, study, args)
        : await begun(workbench, study, args);
      const record = await finished(workbench, study.path, started, shell);
      if (args.flag("json")) return shell.print(json(record));
      for (const line of inWords(study.path, record)) shell.print(line);
      for (const { seed, ...ended } of record.seeds) {
        const which = record.seeds.length > 1 ? `seed ${seed}: ` : "";
        for (const sentence of verdictOf(ended, record)) shell.remark(`Note: ${which}${sentence}`);
      }
    } finally {
      await workbench.close();
    }
  },
};

interface Started {
  readonly job: string;
  readonly training: string;
}

/** @throws UserError "study/…" */
async function openStudy(workbench: Workbench, path: string, there: boolean): Promise<Study> {
  const exists = await access(join(path, "study.json")).then(
    () => true,
    () => false,
  );
  return there || exists
    ? workbench.call("study.open", { path })
    : workbench.call("study.create", { path });
}

/** @throws UsageError, UserError of files and parameters */
async function begun(workbench: Workbench, study: Study, args: Arguments): Promise<Started> {
  const { data, model } = filesOf(args);
  const request = {
    ...(args.text("name") === undefined ? {} : { name: args.given("name") }),
    data: await dataEntry(workbench, study, resolve(data), args),
    model: isArchitecture(model)
      ? { kind: "architecture" as const, ...networkRequestOf(model, args) }
      : { kind: "model" as const, entry: await modelEntry(workbench, study, resolve(model), args) },
    parameters: parametersOf(args),
  } satisfies TrainingRequest;
  return workbench.call("training.start", { study: study.path, request });
}

/**
 * What can be said before there is a study, and before a process in the background would say it to nobody.
 * @throws UsageError, UserError "params/…", "file/…"
 */
async function assertPossible(args: Arguments): Promise<void> {
  const { data, model } = filesOf(args);
  parseParameters(trainingParameters, parametersOf(args));
  for (const path of isArchitecture(model) ? [data] : [data, model]) {
    await access(resolve(path)).catch((error: unknown) => {
      throw fileError(error, resolve(path), "read");
    });
  }
}

/** @throws UsageError where one is missing */
function filesOf(args: Arguments): { data: string; model: string } {
  const [data, model] = [args.text("data"), args.text("model")];
  if (data === undefined) throw new UsageError("--data FILE is needed.");
  if (model === undefined) throw new UsageError("--model ARCH|FILE is needed.");
  if (!isArchitecture(model) && !model.toLowerCase().endsWith(".onnx"))
    networkRequestOf(model, args);
  return { data, model };
}

function parametersOf(args: Arguments): Record<string, string | boolean> {
  const given = givenParameters(training, args);
  const seed = args.text("seed");
  if (seed === undefined) return given;
  if (args.has("seeds")) {
    throw new UsageError("--seed and --seeds say the same thing.", "Give one of them.");
  }
  return { ...given, seeds: seed };
}

async function dataEntry(
  workbench: Workbench,
  study: Study,
  path: string,
  args: Arguments,
): Promise<string> {
  const options = stated(readingOf(args));
  const known = study.data.find(
    (entry) =>
      entry.file.path === path &&
      entry.state === "here" &&
      JSON.stringify(stated(entry.options)) === JSON.stringify(options),
  );
  if (known !== undefined) return known.id;
  return (await workbench.call("study.addData", { study: study.path, path, options })).entry;
}

/** Without what is undefined. */
function stated<T extends object>(options: T): T {
  return JSON.parse(JSON.stringify(options)) as T;
}

async function modelEntry(
  workbench: Workbench,
  study: Study,
  path: string,
  args: Arguments,
): Promise<string> {
  const weights = args.text("weights");
  const file = weights === undefined ? undefined : resolve(weights);
  const known = study.models.find(
    (entry) => entry.file.path === path && entry.weights?.path === file && entry.state === "here",
  );
  if (known !== undefined) return known.id;
  const given = file === undefined ? {} : { weights: file };
  return (await workbench.call("study.addModel", { study: study.path, path, ...given })).entry;
}

/** @throws UserError "training/none"; UsageError for options that a training which goes on cannot change */
async function resumed(workbench: Workbench, study: Study, args: Arguments): Promise<Started> {
  const waiting = waitingTraining(study, args.text("training"));
  if (waiting !== null) return startWaiting(workbench, study, waiting, args);
  const record = unfinished(study, args.text("training"));
  const given = Object.entries(parametersOf(args)).filter(
    ([name, value]) =>
      (args.has(name) || args.has(`no-${name}`) || (name === "seeds" && args.has("seed"))) &&
      String(value) !== String(record.parameters[name]),
  );
  const fixed = given.find(([name]) => !(resumable as readonly string[]).includes(name));
  if (fixed !== undefined || args.text("model") !== undefined) {
    const name = fixed?.[0] ?? "model";
    throw new UsageError(
      `--${name} cannot change in a training that goes on${fixed === undefined ? "" : `: it was begun with ${String(record.parameters[name])}`}.`,
      `What can: ${resumable.map((each) => `--${each}`).join(", ")}, and --data for another place of the same file.`,
    );
  }
  const data = args.text("data");
  const { job } = await workbench.call("training.resume", {
    study: study.path,
    training: record.id,
    parameters: Object.fromEntries(given),
    ...(data === undefined ? {} : { data: resolve(data) }),
  });
  return { job, training: record.id };
}

/** The id of a training that waits to be begun: that one, or the first where none that has begun can go on. */
function waitingTraining({ waiting, trainings }: Study, id: string | undefined): string | null {
  const all = waiting.filter(({ kind }) => kind === "training");
  if (id === undefined) return trainings.some(canGoOn) ? null : (all[0]?.id ?? null);
  return all.find((one) => one.id === id)?.id ?? null;
}

/** @throws UsageError for options: it begins as it was asked for */
async function startWaiting(
  workbench: Workbench,
  study: Study,
  id: string,
  args: Arguments,
): Promise<Started> {
  const given = Object.keys(parametersOf(args)).find((name) => args.has(name) || args.has(`no-${name}`)); // prettier-ignore
  if (given !== undefined) {
    throw new UsageError(
      `--${given} cannot change in ${id}, which waits as it was asked for.`,
      `Start it without, or remove it (--remove ${id}) and start another.`,
    );
  }
  const { job } = await workbench.call("waiting.start", { study: study.path, id });
  const jobs = await workbench.call("jobs.list", {});
  return { job, training: jobs.find((each) => each.id === job)!.training! };
}

function canGoOn({ seeds }: TrainingEntry): boolean {
  return seeds.some(({ status }) => status === "waiting" || status === "unfinished");
}

/** @throws UserError "training/none" */
function unfinished(study: Study, id: string | undefined): TrainingEntry {
  const { trainings, path, name } = study;
  if (id !== undefined) return trainingIn(study, id);
  const found = trainings.findLast(canGoOn);
  if (found !== undefined) return found;
  throw new UserError("training/none", `The study ${name} has no training that has not ended.`, {
    where: path,
    todo: trainings.length === 0 ? "Start one." : "All have; start a new one from their weights.",
  });
}

/** Waits for the job, shows how it gets on, and lets Ctrl-C pause it. */
async function finished(
  workbench: Workbench,
  study: string,
  { job, training: id }: Started,
  shell: Shell,
): Promise<TrainingEntry> {
  const said = new Set<string>();
  // As soon as there is a record, so that who meant something else need not wait for the end.
  const tell = ({ path, trainings }: Pick<Study, "path" | "trainings">): void => {
    const record = path === study ? trainings.find((entry) => entry.id === id) : undefined;
    for (const notice of record?.notices ?? []) {
      if (!said.has(notice)) shell.remark(`Note: ${notice}`);
      said.add(notice);
    }
  };
  const quiet = workbench.on("study.changed", tell);
  try {
    await jobEnded(workbench, job, shell);
  } finally {
    quiet();
    if (shell.signal.aborted) {
      const { trainings } = await workbench.call("study.open", { path: study });
      const begun = trainings.some((training) => training.id === id);
      shell.remark(
        begun
          ? `Kept; --study ${study} --resume goes on with ${id}.`
          : "It was stopped before it began; nothing of it is kept.",
      );
    }
  }
  const ended = await workbench.call("study.open", { path: study });
  tell(ended);
  return ended.trainings.find((entry) => entry.id === id)!;
}

function inWords(study: string, { id, seeds, parameters }: TrainingEntry): string[] {
  const folder = join(study, "checkpoints", id);
  return seeds.map((record) => {
    const { seed, folder: own, step, epoch, reason, seconds } = record;
    const which = String(parameters["seeds"]).includes(",") ? `seed ${seed}: ` : "";
    return `${join(folder, own)}: ${which}${epoch} epochs, ${step} steps, ${judgedInWords(record)}, ${duration(seconds)}. ${reason ?? ""}`.trim();
  });
}

/** The best epoch, whose weights others take, beside the last one and no change at all. */
function judgedInWords({
  best,
  epoch,
  relativeError,
  identityError,
  trainLoss,
}: SeedRecord): string {
  if (best === null) return `training loss ${trainLoss?.toPrecision(3) ?? "unknown"}`;
  const beside = [
    ...(best.epoch === epoch || relativeError === null
      ? []
      : [`after epoch ${epoch}: ${percent(relativeError)}`]),
    ...(identityError === null ? [] : [`no change predicted: ${percent(identityError)}`]),
  ].join(", ");
  return `best validation loss ${best.validationLoss.toPrecision(3)} in epoch ${best.epoch}, relative one-step error there ${percent(best.relativeError)}${beside === "" ? "" : ` (${beside})`}`;
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(3)} %`;
}

async function preview(args: Arguments, shell: Shell): Promise<void> {
  const { data, model } = filesOf(args);
  const compute = await shell.compute();
  const parameters = parseParameters(trainingParameters, parametersOf(args));
  const { executor, device, fallback } = parameters;
  const wanted = { executor: executorNamed(executor), device, fallback };
  const { target, notices } = await new Devices(compute).settle(wanted, shell.signal);
  const weights = args.text("weights");
  const found = await compute.call(
    "trainPreview",
    {
      subject: isArchitecture(model)
        ? { kind: "architecture", ...networkRequestOf(model, args) }
        : {
            kind: "file",
            path: resolve(model),
            weights: weights === undefined ? null : resolve(weights),
          },
      data: { path: resolve(data), options: stated(readingOf(args)) },
      parameters,
      target,
    },
    { signal: shell.signal },
  );
  for (const notice of [...notices, ...found.notices]) shell.remark(`Note: ${notice}`);
  shell.print(args.flag("json") ? json(found) : previewInWords(found));
}

function previewInWords(found: TrainingPreview): string {
  const { seeds, seconds, checkpoints } = found;
  const each = seeds === 1 ? "" : ` for each of ${seeds} seeds`;
  const time = seconds === null ? "" : `, about ${duration(seconds)}`;
  return `${found.parameterCount} parameters; samples: ${samplesInWords(found)}; ${found.totalSteps} steps of ${found.batch} samples${each}, ${checkpoints.length} checkpoints, ${bytes(found.bytes)} on the disk, ${bytes(found.memoryBytes)} of memory a step${time}.`;
}
