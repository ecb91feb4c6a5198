/**
 * A training's folder: `model.onnx` that it began with, `training.json` that says what it is and how far it came, and for
 * each seed (in a folder `seed-K` where there are several) weights over the epochs, curves and what is needed to go on.
 */
import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "../../shared/errors";
import { fileError } from "../../shared/fileErrors";
import {
  TRAINING_FORMAT,
  trainingRecord,
  type TrainingRecord,
} from "../../shared/training/training";
import { atomicWrite } from "../data/atomic";
import { readRecord } from "../data/record";

const RECORD = "training.json";
const PARTIAL = ".partial";

/** Where a study's trainings lie. */
export function trainingsFolder(study: string): string {
  return join(study, "checkpoints");
}

/** @throws UserError "training/id" for what is no name: ids come from windows too, and a path would leave the study */
export function trainingFolder(study: string, id: string): string {
  if (!/^[\w.-]+$/.test(id) || id.startsWith(".")) {
    throw new UserError("training/id", `“${id}” is no training’s name.`);
  }
  return join(trainingsFolder(study), id);
}

/** Where a training is made that is not whole yet. */
export function partialFolder(study: string, id: string): string {
  return join(trainingsFolder(study), `.${basename(trainingFolder(study, id))}${PARTIAL}`);
}

/**
 * Takes away what trainings left that never began: their program was killed meanwhile, or their study moved. For whoever
 * holds the study's lock.
 */
export async function removePartial(study: string): Promise<void> {
  const folder = trainingsFolder(study);
  // Where nothing can be listed or deleted, there is nothing that could not wait.
  const names = await readdir(folder).catch((): string[] => []);
  const left = names.filter((name) => name.startsWith(".") && name.endsWith(PARTIAL));
  await Promise.allSettled(left.map((name) => rm(join(folder, name), { recursive: true })));
}

/** Names of the folders that may be trainings. */
export async function listTrainings(study: string): Promise<string[]> {
  const folder = trainingsFolder(study);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw fileError(error, folder, "read");
  });
  return names.filter((name) => /^[\w.-]+$/.test(name) && !name.startsWith("."));
}

/** The record's path. */
export function recordPath(folder: string): string {
  return join(folder, RECORD);
}

/** @throws UserError "training/missing", "training/newer", "training/damaged", "file/…" */
export function readTraining(folder: string): Promise<TrainingRecord> {
  return readRecord(recordPath(folder), {
    code: "training",
    schema: trainingRecord,
    format: TRAINING_FORMAT,
    missing: {
      sentence: `${folder} has no ${RECORD}, so it is no training.`,
      todo: "Name a training of the study, or start one.",
    },
    newer: "Update Noetherscope; the training is left as it is.",
    damaged: "The weights beside it can still be opened; start a new training.",
  });
}

/** @throws UserError "file/…"; the record that was there is untouched then */
export async function writeTraining(folder: string, record: TrainingRecord): Promise<void> {
  await atomicWrite(recordPath(folder), `${JSON.stringify(record, null, 2)}\n`);
}
