/** Why a file that was named cannot be opened, and which one was probably meant. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { UserError } from "../../shared/errors";
import { fileError } from "../../shared/fileErrors";
import { nearest } from "../../shared/nearest";

/** Names listed of a folder that was given in a file's place. */
const MOST_NAMES = 6;

/**
 * The error for a path of which the system says that nothing is there, or that it is a folder; any other as it is.
 * @param endings of the files that could have been meant, ".onnx"
 */
export async function openError(
  error: unknown,
  path: string,
  endings: readonly string[],
): Promise<unknown> {
  const known = fileError(error, path, "read");
  if (!(known instanceof UserError)) return known;
  if (known.code === "file/enoent") return missing(known, path);
  if (known.code === "file/eisdir") return isFolder(known, path, endings);
  return known;
}

async function missing(known: UserError, path: string): Promise<UserError> {
  const [folder, name] = [dirname(path), basename(path)];
  const names = await namesIn(folder);
  if (names?.includes(name) === true) {
    return new UserError(known.code, `${path} is a link to a file that is not there.`, {
      where: path,
      todo: "Put the file back, or name it where it is now.",
      cause: known.cause,
    });
  }
  const [sentence, todo] =
    names === undefined
      ? [
          `There is no file ${path}, nor its folder ${await firstMissing(folder)}.`,
          "Check the path.",
        ]
      : [`There is no file ${path}.`, meant(name, names)];
  return new UserError(known.code, sentence, { where: path, todo, cause: known.cause });
}

function meant(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? "Check the path." : `Did you mean ${near}, in the same folder?`;
}

async function isFolder(
  known: UserError,
  path: string,
  endings: readonly string[],
): Promise<UserError> {
  const inside = ((await namesIn(path)) ?? [])
    .filter((name) => endings.some((ending) => name.toLowerCase().endsWith(ending)))
    .sort();
  const listed = inside.slice(0, MOST_NAMES).join(", ");
  const more = inside.length > MOST_NAMES ? ` and ${inside.length - MOST_NAMES} more` : "";
  return new UserError(known.code, `${path} is a folder, where a file is wanted.`, {
    where: path,
    todo:
      inside.length === 0
        ? `There is no ${endings.join(" or ")} in it.`
        : `Name one of the files in it: ${listed}${more}.`,
    cause: known.cause,
  });
}

/** The uppermost folder on the way that is not there: where the path leaves what exists. */
async function firstMissing(folder: string): Promise<string> {
  const parent = dirname(folder);
  const parentThere = await stat(parent).then(
    () => true,
    () => false,
  );
  return parentThere || parent === folder ? folder : firstMissing(parent);
}

async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith("."));
  } catch {
    // Not there, or not to be read: then there is nothing to propose.
    return undefined;
  }
}
