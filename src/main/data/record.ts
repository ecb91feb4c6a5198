/**
 * A JSON document that this program wrote, read with checks: whether it is there, not newer than what this version
 * knows, and whole.
 */
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { UserError } from "../../shared/errors";
import { fileError } from "../../shared/fileErrors";

/** What kind of document it is, and what to say where it cannot be read. */
export interface RecordKind<T> {
  /** Prefix of the error codes: "run" gives "run/missing", "run/newer", "run/damaged". */
  readonly code: string;
  readonly schema: z.ZodType<T>;
  /** The newest `format` of it that this version reads. */
  readonly format: number;
  /** That the folder has no such file, and what to name instead. */
  readonly missing: { readonly sentence: string; readonly todo: string };
  /** What to do where it is newer. */
  readonly newer: string;
  /** What to do where it is damaged. */
  readonly damaged: string;
}

/** @throws UserError "CODE/missing", "CODE/newer", "CODE/damaged", "file/…" */
export async function readRecord<T>(path: string, kind: RecordKind<T>): Promise<T> {
  const json = parsedJson(await textOf(path, kind), path, kind);
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > kind.format) {
    throw new UserError(
      `${kind.code}/newer`,
      `${path} was written by a newer version of Noetherscope (format ${format}, this one reads up to ${kind.format}).`,
      { where: path, todo: kind.newer },
    );
  }
  const parsed = kind.schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(path, kind, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}

async function textOf(path: string, kind: RecordKind<unknown>): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw fileError(error, path, "read");
    const { sentence, todo } = kind.missing;
    throw new UserError(`${kind.code}/missing`, sentence, { where: dirname(path), todo });
  }
}

function parsedJson(text: string, path: string, kind: RecordKind<unknown>): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(path, kind, (error as Error).message);
  }
}

function damaged(path: string, kind: RecordKind<unknown>, problem: string): UserError {
  return new UserError(`${kind.code}/damaged`, `${path} is damaged: ${problem}.`, {
    where: path,
    todo: kind.damaged,
  });
}
