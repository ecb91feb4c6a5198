/** The files of a Zarr folder. What lies outside of the folder is not read, whichever way a name or link leads there. */
import { open, readdir, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { UserError } from "../../../shared/errors";
import { fileError } from "../../../shared/fileErrors";

export interface ZarrStore {
  readonly path: string;
  /** undefined where there is no such file. @throws UserError "zarr/outside", "zarr/too-large", "file/…" */
  read(key: string, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** A part of a file, from its end where `offset` is negative; undefined where there is no such file. */
  readPart(
    key: string,
    offset: number,
    length: number,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Names of what is in a folder; none where there is no such folder. */
  names(key: string): Promise<string[]>;
  /** Names of folders in a folder, and of links in it, which are not followed. */
  folders(key: string): Promise<{ folders: string[]; links: string[] }>;
}

export async function openStore(path: string): Promise<ZarrStore> {
  const root = await realpath(path).catch((error: unknown) => {
    throw fileError(error, path, "read");
  });

  async function inside(key: string): Promise<string | undefined> {
    const target = await realpath(join(root, key)).catch((error: unknown) => {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw fileError(error, join(path, key), "read");
    });
    if (target === undefined) return undefined;
    const way = relative(root, target);
    if (way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) {
      throw new UserError("zarr/outside", `${join(path, key)} leads out of its folder.`, {
        where: path,
        todo: "Links and names that leave a data set’s folder are not followed: copy the file into it.",
      });
    }
    return target;
  }

  async function part(
    key: string,
    offset: number,
    length: number,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const target = await inside(key);
    if (target === undefined) return undefined;
    try {
      const file = await open(target, "r");
      try {
        const { size } = await file.stat();
        const start = offset < 0 ? size + offset : offset;
        if (start < 0) return new Uint8Array(0);
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - start)));
        await file.read(bytes, 0, bytes.length, start);
        return bytes;
      } finally {
        await file.close();
      }
    } catch (error) {
      throw fileError(error, join(path, key), "read");
    }
  }

  return {
    path,
    async read(key, limit) {
      const target = await inside(key);
      if (target === undefined) return undefined;
      const { size } = await stat(target);
      if (size > limit) {
        throw new UserError(
          "zarr/too-large",
          `${join(path, key)} has ${size} bytes, more than what it holds can take.`,
          { where: path, todo: "Copy or download it again." },
        );
      }
      return part(key, 0, size);
    },
    readPart: part,
    async names(key) {
      const target = await inside(key);
      return target === undefined ? [] : readdir(target).catch(() => []);
    },
    async folders(key) {
      const target = await inside(key);
      if (target === undefined) return { folders: [], links: [] };
      const entries = await readdir(target, { withFileTypes: true });
      const seen = entries.filter(({ name }) => !name.startsWith("."));
      const namesOf = (some: typeof entries): string[] => some.map(({ name }) => name).sort();
      return {
        folders: namesOf(seen.filter((entry) => entry.isDirectory())),
        links: namesOf(seen.filter((entry) => entry.isSymbolicLink())),
      };
    },
  };
}
