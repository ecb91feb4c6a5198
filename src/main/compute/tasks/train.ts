/** A training, from its beginning or from wherever its folder says that it is: its seeds one after the other. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { dataOptions } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { parseParameters } from "../../../shared/parameters";
import { checkpointName } from "../../../shared/training/checkpoints";
import { trainingParameters, type TrainingParameters } from "../../../shared/training/parameters";
import type { SeedRecord, TrainingRecord } from "../../../shared/training/training";
import { identify } from "../../data/identity";
import { openModel } from "../../models";
import { readSafetensors } from "../../models/safetensors";
import type { Executor } from "../../runtime/executor";
import { openExecutor, remarksOf, type Target } from "../../runtime/target";
import { readTraining, trainingFolder, writeTraining } from "../../training/folder";
import { trainMember, type Course } from "../../training/member";
import { Order } from "../../training/order";
import { Validation } from "../../training/validation";
import type { TaskContext } from "../task";
import { openDataFor } from "./fieldsOfModel";
import { beginTraining, NETWORK, type Beginning } from "./trainBegin";
import { atExtentsOf } from "./trainingSubject";
import { courseHash, trainingPlan, type TrainingPlan } from "./trainingPlan";
import { Reports } from "./trainReports";

export interface TrainInput {
  readonly study: string;
  readonly id: string;
  /** What is begun; null goes on with what is there. */
  readonly begin: Omit<Beginning, "study" | "id" | "device"> | null;
  /** What is given anew where a training goes on; of `resumable` alone. */
  readonly changed: Partial<TrainingParameters>;
  readonly target: Target;
  /** Where the data lie now; null for where the record says. */
  readonly data: string | null;
}

/**
 * @returns the record as it is on the disk
 * @throws UserError "training/diverged" after everything was written, "training/other-data", "training/other-model" where
 * it cannot go on, those of model, data and files; what `signal` throws, after everything was written
 */
export async function train(input: TrainInput, context: TaskContext): Promise<TrainingRecord> {
  const { study, id, begin, target } = input;
  context.progress({ fraction: 0, stage: "Opening model and data" });
  const folder = trainingFolder(study, id);
  const device = target.device ?? "cpu";
  if (begin !== null) await beginTraining({ ...begin, study, id, device });
  const record = await readTraining(folder);
  if (record.seeds.every(isEnded)) throw ended(record);
  const parameters = parseParameters(trainingParameters, {
    ...record.parameters,
    ...input.changed,
  });
  await assertModel(folder, record);
  const path = input.data ?? dataPath(study, record);
  await assertSameFile(path, record);
  const executor = openExecutor(target);
  try {
    const run = new Run({ folder, path, parameters, executor, context });
    return await run.all({
      ...record,
      parameters: { ...parameters },
      device,
      executor: executor.description,
      notices: [...new Set([...record.notices, ...movedOn(record, executor)])],
    });
  } finally {
    await executor.dispose();
  }
}

function isEnded({ status }: SeedRecord): boolean {
  return status === "done" || status === "diverged";
}

function ended({ name, seeds }: TrainingRecord): UserError {
  const reason = seeds.find(({ status }) => status === "diverged")?.reason ?? seeds[0]!.reason;
  return new UserError("training/ended", `${name} has ended: ${reason ?? "it is done"}`, {
    todo: "Start a new training from its weights.",
  });
}

/** The data's path now, as the record has it. */
export function dataPath(study: string, { data }: TrainingRecord): string {
  return isAbsolute(data.path) ? data.path : resolve(study, data.path);
}

/** A sentence where numbers may not be what they would have been elsewhere. */
function movedOn({ executor: before }: TrainingRecord, { description }: Executor): string[] {
  return before === "" || before === description
    ? []
    : [
        `It went on with ${description} after ${before}: numbers may differ in their last digits from those of one run.`,
      ];
}

/** @throws UserError "training/other-model" */
async function assertModel(folder: string, { model, name }: TrainingRecord): Promise<void> {
  const path = join(folder, NETWORK);
  const bytes = await readFile(path).catch(() => undefined);
  const sha256 = bytes === undefined ? "" : createHash("sha256").update(bytes).digest("hex");
  if (sha256 === model.sha256) return;
  throw new UserError(
    "training/other-model",
    `${path} is ${bytes === undefined ? "gone" : "another network than"}${bytes === undefined ? "" : ` the one that ${name} began with`}, so the training cannot go on.`,
    { where: path, todo: "Put the file back, or start a new training." },
  );
}

/** @throws UserError "training/other-data", "file/…" */
async function assertSameFile(path: string, record: TrainingRecord): Promise<void> {
  const now = await identify(path);
  const { sha256, size } = record.data;
  const isFolder = (await stat(path)).isDirectory();
  // Of a folder or a large file a few samples are looked at once it is open.
  const known = isFolder || sha256 === null || now.sha256 === null;
  if (now.size !== size || (!known && now.sha256 !== sha256)) throw otherData(path, record);
}

function otherData(path: string, { name }: TrainingRecord): UserError {
  return new UserError(
    "training/other-data",
    `${path} is not what ${name} was trained on so far: its content is another.`,
    {
      where: path,
      todo: "Put the file back as it was (--data on the command line names another place), or start a new training.",
    },
  );
}

interface RunOptions {
  readonly folder: string;
  /** Of the data. */
  readonly path: string;
  readonly parameters: TrainingParameters;
  readonly executor: Executor;
  readonly context: TaskContext;
}

class Run {
  readonly #given: RunOptions;

  constructor(given: RunOptions) {
    this.#given = given;
  }

  async all(begun: TrainingRecord): Promise<TrainingRecord> {
    const { folder } = this.#given;
    let record = begun;
    await writeTraining(folder, record);
    for (const [member, { status }] of record.seeds.entries()) {
      if (status === "done" || status === "diverged") continue;
      record = await this.#member(record, member);
    }
    const diverged = record.seeds.find(({ status }) => status === "diverged");
    if (diverged === undefined) return record;
    throw new UserError("training/diverged", `${record.name} diverged. ${diverged.reason ?? ""}`, {
      where: folder,
      todo: "Take a smaller learning rate, a warm-up, or clip the gradient.",
    });
  }

  async #member(begun: TrainingRecord, member: number): Promise<TrainingRecord> {
    const { folder, path, parameters, executor, context } = this.#given;
    const { seed, folder: place } = begun.seeds[member]!;
    const own = join(folder, place);
    const start = join(own, checkpointName(0));
    const opened = await openModel(join(folder, NETWORK), { weights: start });
    const options = dataOptions.parse(begun.data.options);
    const { data } = await openDataFor(opened, { path, options });
    let validation: Validation | null = null;
    try {
      const model = await atExtentsOf(opened, data, start, parameters);
      const plan = await trainingPlan(model, data, parameters);
      if (plan.samplesSha256 !== begun.data.samplesSha256) throw otherData(path, begun);
      validation = await validationOf(executor, plan);
      const course: Course = {
        ...plan,
        executor,
        rate: parameters.rate,
        order: new Order(plan.split.train, plan.batch, seed),
        validation,
        base: await readSafetensors(start),
        initial: model.parameters,
        seed,
        course: courseOf(begun, parameters, seed),
        folder: own,
        limits: {
          patience: parameters.patience,
          time: 60 * parameters["time-limit"],
          saveEvery: parameters["save-every"],
        },
      };
      const reports = new Reports(begun, member, plan, context);
      let record = begun;
      const before = begun.seeds[member]!;
      const identityError = before.identityError ?? (await validation?.identityError()) ?? null;
      await trainMember(
        course,
        { ...before, identityError },
        {
          signal: context.signal,
          onStep: (report) => reports.step(report, identityError),
          onSaved: async (saved) => {
            const seeds = record.seeds.map((each, k) => (k === member ? saved : each));
            const notices = [...new Set([...record.notices, ...remarksOf(executor)])];
            record = { ...record, seeds, notices };
            await writeTraining(folder, record);
          },
        },
      ).catch((error: unknown) => {
        throw interrupted(error, record.seeds[member]!);
      });
      return record;
    } finally {
      await validation?.dispose();
      await data.close();
    }
  }
}

/** What a full disk or a folder that was moved left is what the last saving wrote. */
function interrupted(error: unknown, { step }: SeedRecord): unknown {
  if (!(error instanceof UserError) || !error.code.startsWith("file/")) return error;
  const what = error.message.replace(/\.$/, "");
  return new UserError(error.code, `${what}; the training is kept as of step ${step}.`, {
    ...(error.where === undefined ? {} : { where: error.where }),
    todo: `${error.todo ?? "Mend that."} Then it can go on (--resume on the command line).`,
    cause: error,
  });
}

async function validationOf(executor: Executor, plan: TrainingPlan): Promise<Validation | null> {
  const { split, network, samples, batch, step } = plan;
  if (split.validation.length === 0) return null;
  return Validation.open(executor, network, {
    loss: step.loss,
    batch,
    samples,
    indices: split.validation,
    ...(step.own === undefined ? {} : { own: step.own }),
  });
}

/** What may be given anew leaves the numbers as they are. */
function courseOf(
  { model, data }: TrainingRecord,
  parameters: TrainingParameters,
  seed: number,
): string {
  const {
    patience: _patience,
    "time-limit": _time,
    "save-every": _save,
    device: _device,
    fallback: _fallback,
    memory: _memory,
    seeds: _seeds,
    ...rest
  } = parameters;
  return courseHash({ ...rest, seed, model: model.sha256, data: data.samplesSha256 });
}
