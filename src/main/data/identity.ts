/** What makes a file and a choice of samples recognisable again. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { FileIdentity } from "../../shared/run";
import type { Tensor } from "../../shared/tensor";
import { fileError } from "../../shared/fileErrors";

/** Above this a file is hashed only on request. */
const HASH_LIMIT = 1e9;

/**
 * Path, size, time of change and, up to HASH_LIMIT, the SHA-256 of the content.
 * @throws UserError "file/…"
 */
export async function identify(
  path: string,
  { always = false, signal }: { always?: boolean; signal?: AbortSignal } = {},
): Promise<FileIdentity> {
  try {
    const { size, mtimeMs } = await stat(path);
    const sha256 = always || size <= HASH_LIMIT ? await hashOf(path, signal) : null;
    return { path, size, modified: Math.round(mtimeMs), sha256 };
  } catch (error) {
    throw fileError(error, path, "read");
  }
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
