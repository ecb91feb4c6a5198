/**
 * A new training's folder, which appears with all that it begins with or not at all: the network's file, the weights of
 * each seed at epoch 0, and the record.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import packageJson from "../../../../package.json";
import { UserError } from "../../../shared/errors";
import { fileError } from "../../../shared/fileErrors";
import { checkpointName } from "../../../shared/training/checkpoints";
import type { TrainingParameters } from "../../../shared/training/parameters";
import { folderOfSeed, parseSeeds } from "../../../shared/training/seeds";
import {
  TRAINING_FORMAT,
  type SeedRecord,
  type TrainingRecord,
} from "../../../shared/training/training";
import { atomicWrite } from "../../data/atomic";
import { identify } from "../../data/identity";
import { isThere } from "../../data/isThere";
import {
  partialFolder,
  trainingFolder,
  trainingsFolder,
  writeTraining,
} from "../../training/folder";
import { encodeWeights } from "../../training/weightsFile";
import { openSubject, storedOptions, type Subject } from "./trainingSubject";
import { recordOfNormalisation } from "./preparation";
import { trainingPlan, type DataPlace } from "./trainingPlan";

export interface Beginning {
  readonly study: string;
  readonly id: string;
  readonly name: string;
  readonly subject: Subject;
  readonly data: DataPlace;
  /** Complete and checked. */
  readonly parameters: TrainingParameters;
  /** Where it will be computed, as records state it. */
  readonly device: string;
  readonly notices: readonly string[];
}

/** The network's file in a training's folder. */
export const NETWORK = "model.onnx";

/** @throws UserError of model, data and parameters, "training/study-gone", "file/…"; then nothing is there */
export async function beginTraining(given: Beginning): Promise<TrainingRecord> {
  const { study, id, name } = given;
  const folder = trainingFolder(study, id);
  const partial = partialFolder(study, id);
  try {
    // One after the other: a study that was moved must not come into being again where it was.
    for (const place of [trainingsFolder(study), partial]) await makeInside(place);
    const record = await written(partial, given);
    await rename(partial, folder);
    return record;
  } catch (error) {
    // What lies in a study that was moved goes when that is opened again.
    await rm(partial, { recursive: true, force: true });
    if (await isThere(study)) throw fileError(error, folder, "write");
    throw new UserError(
      "training/study-gone",
      `The study ${study} was moved, renamed or deleted while ${name} began, so nothing of the training is kept.`,
      { where: study, todo: "Open the study where it lies now and start the training again.", cause: error }, // prettier-ignore
    );
  }
}

/** A folder in one that is there. */
async function makeInside(place: string): Promise<void> {
  await mkdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

async function written(folder: string, given: Beginning): Promise<TrainingRecord> {
  const { subject, parameters, data: place } = given;
  const seeds = parseSeeds(parameters.seeds);
  const network = join(folder, NETWORK);
  const opened = await openSubject(
    subject,
    place,
    async (bytes) => {
      await atomicWrite(network, bytes);
      return network;
    },
    parameters,
  );
  const { model, data, base } = opened;
  try {
    const plan = await trainingPlan(model, data, parameters);
    for (const seed of seeds) {
      const place = join(folder, folderOfSeed(seed, seeds));
      if (place !== folder) await mkdir(place, { recursive: true });
      const bytes = encodeWeights(base, opened.initial(seed), { epoch: 0, step: 0, seed });
      await atomicWrite(join(place, checkpointName(0)), bytes);
    }
    const bytes = await readFile(network);
    const file = await identify(place.path);
    const inside = relative(given.study, place.path);
    const isInside = inside !== "" && !inside.startsWith("..") && !isAbsolute(inside);
    const record: TrainingRecord = {
      format: TRAINING_FORMAT,
      id: given.id,
      name: given.name,
      started: new Date().toISOString(),
      parameters: { ...parameters },
      model: {
        sha256: createHash("sha256").update(bytes).digest("hex"),
        architecture: opened.architecture,
        parameters: model.info.parameterCount,
      },
      data: {
        ...file,
        path: isInside ? inside.split(sep).join("/") : place.path,
        samplesSha256: plan.samplesSha256,
        options: storedOptions(place.options),
        fields: plan.fields,
      },
      validationTrajectories: [...plan.split.validationTrajectories],
      ...(plan.preparation.normalisation === null
        ? {}
        : { normalisation: recordOfNormalisation(plan.preparation.normalisation) }),
      samples: plan.split.train.length,
      validationSamples: plan.split.validation.length,
      batch: plan.batch,
      stepsPerEpoch: plan.stepsPerEpoch,
      totalSteps: plan.totalSteps,
      seeds: seeds.map((seed) => notBegun(seed, folderOfSeed(seed, seeds))),
      device: given.device,
      executor: "",
      versions: { noetherscope: packageJson.version, node: process.versions.node },
      notices: [...given.notices, ...opened.notices, ...plan.notices],
    };
    await writeTraining(folder, record);
    return record;
  } finally {
    await data.close();
  }
}

function notBegun(seed: number, folder: string): SeedRecord {
  return {
    seed,
    folder,
    status: "waiting",
    reason: null,
    step: 0,
    epoch: 0,
    identityError: null,
    trainLoss: null,
    validationLoss: null,
    relativeError: null,
    best: null,
    seconds: 0,
    checkpoints: [0],
  };
}
