/** Looking through the folders of the machine that computes, which need not be the one with the window. */
import { access, readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, extname, join, parse, resolve } from "node:path";
import type { FileEntry, MethodOutput } from "../../shared/contract";
import { isDataName, zarrEnding } from "../../shared/dataFiles";
import { isWeightsName } from "../../shared/weightFiles";
import { fileError } from "../../shared/fileErrors";
import { documentPath } from "./study/document";

const kinds: Readonly<Record<string, FileEntry["opens"]>> = {
  ".onnx": "model",
  ".svg": "figure",
  ".pdf": "figure",
  ".png": "figure",
};

/**
 * A folder's contents, folders first; hidden ones and what cannot be looked at are left out.
 * @throws UserError "file/…" where the folder itself cannot be read
 */
export async function listFolder(
  path: string | undefined,
  studies: string,
): Promise<MethodOutput<"files.list">> {
  const folder = resolve(path ?? homedir());
  const names = await readdir(folder).catch((error: unknown) => {
    throw fileError(error, folder, "read");
  });
  const entries = (
    await Promise.all(
      names.filter((name) => !name.startsWith(".")).map((name) => entryOf(join(folder, name))),
    )
  ).filter((entry) => entry !== null);
  entries.sort(
    (a, b) =>
      Number(b.folder) - Number(a.folder) ||
      a.name.localeCompare(b.name, "en", { numeric: true, sensitivity: "base" }),
  );
  const parent = dirname(folder);
  const places = [
    { label: "Home", path: homedir() },
    { label: "Studies", path: studies },
    { label: "Started in", path: process.cwd() },
    { label: "Computer", path: parse(folder).root },
  ];
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    entries,
    places: (
      await Promise.all(places.map(async (place) => ({ place, here: await exists(place.path) })))
    )
      .filter(({ here }) => here)
      .map(({ place }) => place),
  };
}

async function entryOf(path: string): Promise<FileEntry | null> {
  try {
    const info = await stat(path);
    const folder = info.isDirectory();
    if (!folder && !info.isFile()) return null;
    return {
      name: basename(path),
      path,
      folder,
      size: folder ? 0 : info.size,
      modified: info.mtime.toISOString(),
      opens: folder
        ? (await exists(documentPath(path)))
          ? "study"
          : path.endsWith(zarrEnding)
            ? "data"
            : null
        : kindOf(path),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    // A dangling link, or a folder that this user may not enter: nothing that could be opened.
    return null;
  }
}

function kindOf(path: string): FileEntry["opens"] {
  if (isWeightsName(path)) return "weights";
  return kinds[extname(path).toLowerCase()] ?? (isDataName(path) ? "data" : null);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
