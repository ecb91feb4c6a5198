/** A run's folder, `run.json` beside `arrays.npz`: written whole or not at all, read with checks. */
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../shared/errors";
import { RUN_FORMAT, runRecord, type RunRecord } from "../../shared/run";
import type { Tensor } from "../../shared/tensor";
import { atomicWrite } from "../data/atomic";
import { fileError } from "../data/fileErrors";
import { writeNpz } from "../data/npz";

/**
 * Writes a run. A new folder appears with all that is in it; in a folder that is there, `run.json` comes last and the
 * one of a former run goes first, so that no mixture of two ever looks like a run. NaN and infinities in the record
 * become null.
 * @throws UserError "file/…"; nothing of the run is left then
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
  const target = there
    ? folder
    : join(dirname(folder), `.${basename(folder)}.${process.pid}.partial`);
  try {
    await mkdir(target, { recursive: true });
    if (there) await rm(join(folder, "run.json"), { force: true });
    await writeNpz(join(target, "arrays.npz"), arrays);
    await atomicWrite(join(target, "run.json"), `${JSON.stringify(record, null, 2)}\n`);
    if (!there) await rename(target, folder);
  } catch (error) {
    if (!there) await rm(target, { recursive: true, force: true });
    else await rm(join(folder, "arrays.npz"), { force: true });
    throw fileError(error, folder, "write");
  }
}

/**
 * The record of a run's folder.
 * @throws UserError "run/missing", "run/newer", "run/damaged", "file/…"
 */
export async function readRun(folder: string): Promise<RunRecord> {
  const path = join(folder, "run.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw fileError(error, path, "read");
    throw new UserError("run/missing", `${folder} has no run.json, so it is no run.`, {
      where: folder,
      todo: "Name a folder that an analysis wrote.",
    });
  }
  const damaged = (problem: string): UserError =>
    new UserError("run/damaged", `${path} is damaged: ${problem}.`, {
      where: path,
      todo: "Run the analysis again.",
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged((error as Error).message);
  }
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > RUN_FORMAT) {
    throw new UserError(
      "run/newer",
      `${path} was written by a newer version of Noetherscope (format ${format}, this one reads up to ${RUN_FORMAT}).`,
      { where: path, todo: "Update Noetherscope." },
    );
  }
  const parsed = runRecord.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
