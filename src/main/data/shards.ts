/** A folder of files of one layout as one data set: their trajectories one after the other. */
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { isDataName, zarrEnding } from "../../shared/dataFiles";
import { UserError } from "../../shared/errors";
import { fileError } from "../../shared/fileErrors";
import { numberingOf, unequal } from "../../shared/sampleExtent";
import { sizeOf, type Tensor } from "../../shared/tensor";
import { isZarr } from "./open";
import { roomFor } from "./room";
import { Spare } from "./spare";
import type { StatePlace, States } from "./states";

/** Each is held open by the system; more have to be joined by whoever writes them. */
const MOST_SHARDS = 4000;

/**
 * The data files in a folder, in the order that people count in; the path alone where it is one file or a Zarr folder.
 * @throws UserError "data/folder", "data/too-many-files", "file/…"
 */
export async function shardsOf(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => undefined);
  // What is not there is said by whoever opens it.
  if (info?.isDirectory() !== true || (await isZarr(path))) return [path];
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(error, path, "read");
  });
  const names = entries
    .filter(({ name }) => !name.startsWith("."))
    .filter((entry) =>
      entry.isDirectory() ? entry.name.endsWith(zarrEnding) : isDataName(entry.name),
    )
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (names.length === 0)
    throw noShards(
      path,
      entries.filter((one) => one.isDirectory()),
    );
  const endings = [...new Set(names.map((name) => extname(name).toLowerCase()))];
  if (endings.length > 1) {
    throw new UserError(
      "data/folder",
      `${path} has data files of several kinds: ${endings.join(", ")}.`,
      {
        where: path,
        todo: `Name one file, like ${names[0]!}, or put those that belong together into a folder.`,
      },
    );
  }
  if (names.length > MOST_SHARDS) {
    throw new UserError(
      "data/too-many-files",
      `${path} has ${names.length} data files; ${MOST_SHARDS} open as one data set.`,
      { where: path, todo: "Join some of them, or put fewer into a folder." },
    );
  }
  return names.map((name) => join(path, name));
}

function noShards(path: string, folders: readonly { readonly name: string }[]): UserError {
  const names = folders.map(({ name }) => name).filter((name) => !name.startsWith("."));
  return new UserError("data/folder", `${path} is a folder without data files.`, {
    where: path,
    todo:
      names.length === 0
        ? "Name a file, or a folder of them."
        : `Name a file, or one of the folders in it: ${names.slice(0, 6).join(", ")}.`,
  });
}

/** A sentence for each file of a folder that is a link to a place outside of it; Hugging Face's cache is made of those. */
export async function linksIn(folder: string, paths: readonly string[]): Promise<string[]> {
  if (paths.length < 2) return [];
  const inside = await realpath(folder);
  const outside: string[] = [];
  for (const path of paths) {
    if (dirname(await realpath(path)) !== inside) outside.push(basename(path));
  }
  if (outside.length === 0) return [];
  return [
    outside.length === 1
      ? `${outside[0]!} is a link that leads out of the folder, and is read where it leads.`
      : `${outside[0]!} and ${outside.length - 1} more are links that lead out of the folder, and are read where they lead.`,
  ];
}

/**
 * States of several files as one.
 * @throws UserError "data/ragged" where they differ in more than the numbers of trajectories and times
 */
export function joinedStates(shards: readonly States[], paths: readonly string[]): States {
  const first = shards[0]!;
  if (shards.length === 1) return first;
  shards.forEach((states, i) => {
    const [a, b] = [describe(first), describe(states)];
    if (a === b) return;
    throw new UserError(
      "data/ragged",
      `${basename(paths[i]!)} has ${b}, but ${basename(paths[0]!)} has ${a}.`,
      { where: paths[i]!, todo: "Put only files of one shape into a folder." },
    );
  });
  const starts: number[] = [];
  const lengths: number[] = [];
  for (const states of shards) {
    starts.push(lengths.length);
    const { lengthOf } = numberingOf(states);
    for (let i = 0; i < states.trajectories; i++) lengths.push(lengthOf(i));
  }
  const size = sizeOf(first.shape);
  const spare = new Spare();
  return {
    ...first,
    trajectories: lengths.length,
    times: Math.max(...shards.map(({ times }) => times)),
    lengths: unequal(lengths),
    async read(places, into): Promise<Tensor> {
      const groups = new Map<number, { place: StatePlace; at: number }[]>();
      places.forEach((place, at) => {
        const shard = starts.findLastIndex((start) => start <= place.trajectory);
        const inside = { ...place, trajectory: place.trajectory - starts[shard]! };
        groups.set(shard, [...(groups.get(shard) ?? []), { place: inside, at }]);
      });
      let out: Tensor | undefined;
      for (const [shard, members] of groups) {
        const wanted = members.map(({ place }) => place);
        if (groups.size === 1) return shards[shard]!.read(wanted, into);
        const part = await shards[shard]!.read(wanted, spare.take());
        out ??= {
          ...part,
          shape: [places.length, ...first.shape],
          data: roomFor(part.dtype, places.length * size, into),
        };
        for (const [i, { at }] of members.entries()) {
          out.data.set(part.data.subarray(i * size, (i + 1) * size) as never, at * size);
        }
        spare.give(part.data);
      }
      return out ?? first.read([]);
    },
  };
}

function describe({ axes, shape, storedType }: States): string {
  return `states of ${axes.map((axis, i) => `${axis} ${shape[i]!}`).join(" × ")}, ${storedType}`;
}
