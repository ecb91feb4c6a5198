/** What the operating system says about a file, as a sentence that names the path and a way out. */
import { UserError } from "./errors";

const reasons: Readonly<Record<string, { problem: string; todo: string }>> = {
  ENOENT: { problem: "there is no such file or folder", todo: "Check the path." },
  EACCES: {
    problem: "permission is denied",
    todo: "Change its permissions or choose another place.",
  },
  EPERM: { problem: "the system does not permit it", todo: "Choose another place." },
  EISDIR: { problem: "it is a folder", todo: "Name a file." },
  ENOTDIR: { problem: "part of the path is a file, not a folder", todo: "Check the path." },
  ENOSPC: { problem: "the disk is full", todo: "Free some space or choose another disk." },
  EFBIG: {
    problem: "it would become larger than files may be here",
    todo: "Raise the limit (ulimit -f) or choose another disk.",
  },
  EDQUOT: { problem: "the disk quota is used up", todo: "Free some space or choose another disk." },
  EROFS: { problem: "the file system is read-only", todo: "Choose another place." },
  ENAMETOOLONG: { problem: "the name is too long", todo: "Choose a shorter one." },
  EMFILE: { problem: "too many files are open", todo: "Close some and try again." },
  ELOOP: { problem: "its links lead round in a circle", todo: "Name the file itself." },
  EBUSY: { problem: "another program has it open", todo: "Close it there and try again." },
  EIO: { problem: "the disk reports an error", todo: "Copy the file elsewhere and try again." },
};

/** For a path that is a device, a pipe or a socket: reading it may never end. */
export function notAFile(path: string): UserError {
  return new UserError(
    "file/kind",
    `${path} is a device, a pipe or a socket, where a file is wanted.`,
    {
      where: path,
      todo: "Check the path, and where its links lead.",
    },
  );
}

/**
 * Turns an error of node:fs into a UserError "file/enoent", "file/eacces" …; anything else comes back as it was.
 * @param action what failed, as in "read" or "write"
 */
export function fileError(error: unknown, path: string, action: "read" | "write"): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = reasons[code];
  if (reason === undefined) return error;
  return new UserError(
    `file/${code.toLowerCase()}`,
    `Cannot ${action} ${path}: ${reason.problem}.`,
    {
      where: path,
      todo: reason.todo,
      cause: error,
    },
  );
}
