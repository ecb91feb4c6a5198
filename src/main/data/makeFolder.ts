/** Folders where people name them, which may be places where none can be made. */
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * With the folders above it. Node’s own recursive mkdir never ends where a file system refuses with ENOENT, as /proc does.
 * @throws the file system’s error
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}
