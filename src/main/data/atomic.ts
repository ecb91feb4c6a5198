/**
 * Files that are complete or not there: written beside their destination, flushed to the disk, then renamed over it. A
 * crash at any instant leaves the old file.
 */
import { randomBytes } from "node:crypto";
import { open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, basename } from "node:path";
import { fileError } from "../../shared/fileErrors";

/**
 * Writes a whole file. Chunks are taken one after the other, so a large file need not be in memory.
 * @throws UserError "file/…" naming the path where the system refuses; nothing is left behind then
 */
export async function atomicWrite(
  destination: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const path = await linkTarget(destination);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      if (typeof content === "string" || content instanceof Uint8Array)
        await file.writeFile(content);
      else for await (const chunk of content) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileError(error, destination, "write");
  }
  await syncFolder(dirname(path));
}

/** A rename would replace a link by a file; what it points to is what is meant. */
async function linkTarget(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return path;
    throw fileError(error, path, "write");
  }
}

/** The rename itself reaches the disk with its folder. Windows cannot open folders and needs no such step. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
