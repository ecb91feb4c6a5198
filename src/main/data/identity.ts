/** What makes a file and a choice of samples recognisable again. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileChosen } from "../../shared/chosenPart";
import type { FileIdentity } from "../../shared/run";
import type { Tensor } from "../../shared/tensor";
import { fileError, notAFile } from "../../shared/fileErrors";

/** Above this a file is hashed only on request. */
const HASH_LIMIT = 1e9;

/**
 * Path, size, time of change and, up to HASH_LIMIT, the SHA-256 of the content; of a folder that of its listing. A path
 * may name a part of a file, `trainer.ckpt::ema`, and keeps it.
 * @throws UserError "file/…"
 */
export async function identify(
  path: string,
  { always = false, signal }: { always?: boolean; signal?: AbortSignal } = {},
): Promise<FileIdentity> {
  try {
    const { size, modified, listing } = await stampOf(path);
    const small = always || size <= HASH_LIMIT;
    const sha256 =
      listing !== undefined
        ? createHash("sha256").update(listing).digest("hex")
        : small
          ? await hashOf(fileChosen(path).file, signal)
          : null;
    return { path, size, modified, sha256 };
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

/** Files of a folder that are looked at; more are no data set. */
const MOST_FILES = 100_000;

export interface Stamp {
  readonly size: number;
  readonly modified: number;
  /** Of a folder: names, sizes and times of the files in it, which stand for their content. */
  readonly listing: string | undefined;
}

/** Size and time of change of a file, or of all files of a folder. @throws errors of node:fs */
export async function stampOf(chosen: string): Promise<Stamp> {
  const path = fileChosen(chosen).file;
  const info = await stat(path);
  if (!info.isDirectory()) {
    if (!info.isFile()) throw notAFile(path);
    return { size: info.size, modified: Math.round(info.mtimeMs), listing: undefined };
  }
  const names = (await readdir(path, { recursive: true })).sort().slice(0, MOST_FILES);
  const lines: string[] = [];
  let [size, modified] = [0, 0];
  for (const name of names) {
    const file = await stat(join(path, name)).catch(() => undefined);
    if (file?.isFile() !== true) continue;
    size += file.size;
    modified = Math.max(modified, Math.round(file.mtimeMs));
    lines.push(`${name} ${file.size} ${Math.round(file.mtimeMs)}`);
  }
  return { size, modified, listing: lines.join("\n") };
}

async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash("sha256");
  const stream = createReadStream(path, { highWaterMark: 1 << 20, ...(signal && { signal }) });
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** SHA-256 over the bytes of the samples, inputs then targets. */
export function samplesSha256(tensors: readonly Tensor[]): string {
  const hash = createHash("sha256");
  for (const { data } of tensors) {
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}
