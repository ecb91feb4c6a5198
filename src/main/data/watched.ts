/**
 * A file that is watched while it is open: numbers from before and after a change would make one data set of two. What was
 * read is compared with the file's state when it was opened, at every reading: that takes some microseconds.
 */
import { statSync } from "node:fs";
import { UserError } from "../../shared/errors";
import { fileError } from "../../shared/fileErrors";
import type { ArrayFile } from "./arrayFile";
import { changed, type ArraySource } from "./arraySource";

/** What tells one state of a file from another. */
export interface FileState {
  readonly inode: number;
  readonly size: number;
  readonly modified: number;
}

/** @throws UserError "file/…" */
export function stateOfFile(path: string): FileState {
  try {
    const { ino: inode, size, mtimeMs: modified } = statSync(path);
    return { inode, size, modified };
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

/**
 * The file, whose arrays throw UserError "file/changed" once it is not what it was, "file/gone" once it is not there.
 * @param mark what is looked at: the file, of a folder the description in it
 * @param before its state before it was opened
 */
export function watched(file: ArrayFile, mark: string, before: FileState): ArrayFile {
  const check = (): void => {
    const problem = problemOf(mark, before);
    if (problem === undefined) return;
    const gone = problem === "gone";
    throw new UserError(
      gone ? "file/gone" : "file/changed",
      gone
        ? `${file.path} was deleted or moved while it was open.`
        : `${file.path} has changed since it was opened.`,
      {
        where: file.path,
        todo: gone
          ? "Put it back, or open it where it is now."
          : "Open it again, once whatever writes it has ended.",
      },
    );
  };
  const arrays = new Map([...file.arrays].map(([name, array]) => [name, checked(array, check)]));
  return { ...file, arrays };
}

function checked(array: ArraySource, check: () => void): ArraySource {
  const guarded = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } finally {
      // Also where reading failed: that it changed says more than that it is damaged.
      check();
    }
  };
  return changed(array, {
    read: (ranges) => guarded(() => array.read(ranges)),
    readBoxes: (boxes, into) => guarded(() => array.readBoxes(boxes, into)),
  });
}

function problemOf(mark: string, before: FileState): "gone" | "changed" | undefined {
  let now: FileState;
  try {
    now = stateOfFile(mark);
  } catch {
    return "gone";
  }
  const same =
    now.inode === before.inode && now.size === before.size && now.modified === before.modified;
  return same ? undefined : "changed";
}
