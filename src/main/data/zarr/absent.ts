/** Chunks that a Zarr folder does not hold: the format reads them as the fill value, whether left out or lost in a copy. */
import { posix } from "node:path";
import { sizeOf, stridesOf } from "../../../shared/tensor";
import type { ZarrArray } from "./metadata";
import type { ZarrStore } from "./store";

/** Looked for at most, of more evenly strided ones: opening a file is waited for. */
const MOST_CHUNKS = 4096;

/** A sentence where chunks (of shards, whole shards) of an array are not there. */
export async function absentIn(
  store: ZarrStore,
  name: string,
  { shape, chunks, key, shards, fill }: ZarrArray,
): Promise<string | undefined> {
  const counts = shape.map((extent, axis) => Math.ceil(extent / chunks[axis]!));
  const strides = stridesOf(counts);
  const count = sizeOf(counts);
  const every = Math.max(1, Math.ceil(count / MOST_CHUNKS));
  /** A folder is listed once: asking for each file takes ten times as long. */
  const listings = new Map<string, Promise<ReadonlySet<string>>>();
  const isThere = async (file: string): Promise<boolean> => {
    const folder = posix.dirname(file);
    const listing = listings.get(folder) ?? store.names(folder).then((names) => new Set(names));
    listings.set(folder, listing);
    return (await listing).has(posix.basename(file));
  };
  let absent = 0;
  for (let i = 0; i < count; i += every) {
    const indices = counts.map((extent, axis) => Math.floor(i / strides[axis]!) % extent);
    if (!(await isThere(posix.join(name, key(indices))))) absent++;
  }
  if (absent === 0) return undefined;
  const what = shards === undefined ? "chunk" : "shard";
  const number = every > 1 ? `At least ${absent}` : `${absent}`;
  return `${number} of ${count} ${what}${count === 1 ? "" : "s"} of ${name === "" ? "the array" : name} ${absent === 1 ? "is" : "are"} not stored and read as the fill value ${fill}.`;
}
