/** A run's folder, `run.json` beside `arrays.npz`: written whole or not at all, read with checks. */
import { access, constants, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../shared/errors";
import { RUN_FORMAT, runRecord, type RunRecord } from "../../shared/run";
import type { Tensor } from "../../shared/tensor";
import { atomicWrite } from "../data/atomic";
import { makeFolder } from "../data/makeFolder";
import { fileError } from "../../shared/fileErrors";
import { writeNpz } from "../data/npz";
import { readRecord } from "../data/record";

/**
 * Looks before the work whether a run could be written there, without making anything.
 * @throws UserError "file/…"
 */
export async function assertWritable(folder: string): Promise<void> {
  try {
    await access(folder, constants.W_OK);
    if (!(await stat(folder)).isDirectory()) {
      throw new UserError("file/enotdir", `Cannot write a run to ${folder}: it is a file.`, {
        where: folder,
        todo: "Name a folder.",
      });
    }
  } catch (error) {
    const parent = dirname(folder);
    // What is not there yet is made in the nearest folder that is.
    if ((error as NodeJS.ErrnoException).code === "ENOENT" && parent !== folder) {
      return assertWritable(parent);
    }
    throw fileError(error, folder, "write");
  }
}

/**
 * Hours of computing may be in a run: none is replaced unless that was asked for.
 * @throws UserError "run/exists"
 */
export async function assertNoRun(folder: string): Promise<void> {
  for (const name of ["run.json", "arrays.npz"]) {
    const there = await stat(join(folder, name)).catch(() => undefined);
    if (there === undefined) continue;
    const since = there.mtime.toISOString().slice(0, 16).replace("T", " ");
    throw new UserError("run/exists", `${folder} holds a run already, written ${since} UTC.`, {
      where: folder,
      todo: "Name another folder, or add --force to replace it.",
    });
  }
}

/**
 * Writes a run, first beside its place. A new folder then appears with all that is in it; in a folder that is there,
 * `run.json` of a former run goes first and the new one comes last, so that no mixture of two ever looks like a run.
 * NaN and infinities in the record become null.
 * @throws UserError "file/…"; what was there before is left as it was where the disk is full
 */
export async function writeRun(
  folder: string,
  record: RunRecord,
  arrays: Readonly<Record<string, Tensor>>,
): Promise<void> {
  const there = await stat(folder).then(
    () => true,
    () => false,
  );
  const partial = join(
    there ? folder : dirname(folder),
    `.${basename(folder)}.${process.pid}.partial`,
  );
  try {
    await makeFolder(partial);
    await writeNpz(join(partial, "arrays.npz"), arrays);
    await atomicWrite(join(partial, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
    if (!there) await rename(partial, folder);
    else {
      await rm(join(folder, "run.json"), { force: true });
      for (const name of ["arrays.npz", "run.json"]) {
        await rename(join(partial, name), join(folder, name));
      }
      await rm(partial, { recursive: true });
    }
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Which of the files it was, and under which passing name, is no help.
    const cause = error instanceof UserError ? (error.cause ?? error) : error;
    throw fileError(cause, folder, "write");
  }
}

/**
 * The record of a run's folder.
 * @throws UserError "run/missing", "run/newer", "run/damaged", "file/…"
 */
export function readRun(folder: string): Promise<RunRecord> {
  return readRecord(join(folder, "run.json"), {
    code: "run",
    schema: runRecord,
    format: RUN_FORMAT,
    missing: {
      sentence: `${folder} has no run.json, so it is no run.`,
      todo: "Name a folder that an analysis wrote.",
    },
    newer: "Update Noetherscope.",
    damaged: "Run the analysis again.",
  });
}
