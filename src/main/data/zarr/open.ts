/** Zarr folders of both versions of the format. */
import { join, posix } from "node:path";
import { UserError } from "../../../shared/errors";
import type { ArrayFile, Attributes } from "../arrayFile";
import type { ArraySource } from "../arraySource";
import { chunkCache } from "../chunkCache";
import { zarrSource } from "./array";
import { arrayOf, attributesIn } from "./metadata";
import { openStore, type ZarrStore } from "./store";

/** Descriptions are short; consolidated ones hold those of every array. */
const LONGEST = 1 << 26;
/** Folders that are looked into, and how deep. */
const MOST_FOLDERS = 20_000;
const DEEPEST = 8;

/** Names of files by one of which a folder is a Zarr array or group. */
export const zarrMarks = [".zgroup", ".zarray", "zarr.json"] as const;

/** @throws UserError "zarr/…", "file/…" */
export async function openZarr(path: string): Promise<ArrayFile> {
  const store = await openStore(path);
  const arrays = new Map<string, ArraySource>();
  const attributes = new Map<string, Attributes>();
  const owner = chunkCache.owner();
  const outside: string[] = [];
  let isThird = false;
  let seen = 0;

  function add(name: string, description: unknown, about: Attributes): void {
    attributes.set(name, about);
    const where = join(path, name);
    arrays.set(name, zarrSource(store, name, arrayOf(description, about, where), owner));
  }

  async function visit(name: string, depth: number): Promise<void> {
    if (++seen > MOST_FOLDERS || depth > DEEPEST) {
      throw new UserError("zarr/too-many", `${path} has more folders than a data set can have.`, {
        where: path,
      });
    }
    const third = await json(store, posix.join(name, "zarr.json"));
    if (third !== undefined) {
      isThird = true;
      const about = attributesIn((third as { attributes?: unknown }).attributes);
      attributes.set(name, about);
      if ((third as { node_type?: unknown }).node_type === "array") return add(name, third, about);
    } else {
      const about = attributesIn(await json(store, posix.join(name, ".zattrs")));
      attributes.set(name, about);
      const second = await json(store, posix.join(name, ".zarray"));
      if (second !== undefined) return add(name, second, about);
    }
    const { folders, links } = await store.folders(name);
    outside.push(...links.map((link) => posix.join(name, link)));
    for (const folder of folders) await visit(posix.join(name, folder), depth + 1);
  }

  const consolidated = await json(store, ".zmetadata");
  const entries = (consolidated as { metadata?: unknown } | undefined)?.metadata;
  if (typeof entries === "object" && entries !== null) {
    // Sorted, as the folders are that one without this description is read by.
    for (const [key, value] of Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const name = key.split("/").slice(0, -1).join("/");
      const about = attributesIn((entries as Record<string, unknown>)[posix.join(name, ".zattrs")]);
      if (key.endsWith(".zarray")) add(name, value, about);
      else if (key.endsWith(".zgroup")) attributes.set(name, about);
    }
  } else await visit("", 0);
  const notices = outside.map((link) => `${link} is a link, and is not followed.`);
  if (arrays.size === 0) {
    throw new UserError("zarr/empty", `${path} is a Zarr folder without arrays.`, {
      where: path,
      todo: notices[0] ?? "Check that it is the folder you mean.",
    });
  }
  return {
    path,
    format: isThird ? "Zarr 3" : "Zarr 2",
    arrays,
    notices,
    attributes: (name) => attributes.get(name) ?? {},
    close() {
      chunkCache.release(owner);
      return Promise.resolve();
    },
  };
}

async function json(store: ZarrStore, key: string): Promise<unknown> {
  const bytes = await store.read(key, LONGEST);
  if (bytes === undefined) return undefined;
  try {
    // Python's JSON has NaN and Infinity as words of their own.
    const text = Buffer.from(bytes)
      .toString()
      .replace(/:\s*(NaN|-?Infinity)\b/g, ':"$1"');
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError("zarr/metadata", `${join(store.path, key)} is no JSON.`, {
      where: store.path,
      todo: "Copy or write it again.",
      cause,
    });
  }
}
