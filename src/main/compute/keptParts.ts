/**
 * Parts of results in a folder of their own, a file each, named after what they were computed from. A file appears
 * whole or not at all, so that processes which share the folder need no lock: whoever comes second writes the same.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { UserError } from "../../shared/errors";
import type { KeptParts } from "../analyses/context";
import { makeFolder } from "../data/makeFolder";
import { readNpz, writeNpz } from "../data/npz";

/** Beside the runs: what several of them compute alike is computed once. */
export const KEPT_FOLDER = ".parts";

export function keptParts(folder: string): KeptParts {
  const fileOf = (key: string): string =>
    join(folder, `${createHash("sha256").update(key).digest("hex").slice(0, 40)}.npz`);
  return {
    async read(key) {
      try {
        return Object.fromEntries(await readNpz(fileOf(key)));
      } catch (error) {
        // Absent, or damaged by whatever befell the disk: it is computed again and written over.
        if (error instanceof UserError) return null;
        throw error;
      }
    },
    async write(key, arrays) {
      await makeFolder(folder).catch((error: NodeJS.ErrnoException) => {
        // Another share made it in the same moment.
        if (error.code !== "EEXIST") throw error;
      });
      await writeNpz(fileOf(key), arrays);
    },
  };
}

/** Kept parts that know how long they took. */
export interface TimedParts extends KeptParts {
  /** Of all parts that were read, in seconds; what an earlier version kept has no time and counts nothing. */
  seconds(): number;
}

/**
 * With each part goes the time since the one before it, or since `start`: those of a process come to all that it took.
 * @param start what `performance.now()` said when the work began
 */
export function timedParts(kept: KeptParts, start: number): TimedParts {
  const read = new Map<string, number>();
  let last = start;
  return {
    async read(key) {
      const arrays = await kept.read(key);
      if (arrays === null) return null;
      const { [TIME]: time, ...rest } = arrays;
      read.set(key, Number(time?.data[0] ?? 0));
      return rest;
    },
    async write(key, arrays) {
      const now = performance.now();
      const time = Float64Array.of((now - last) / 1000);
      last = now;
      await kept.write(key, { ...arrays, [TIME]: { dtype: "float64", shape: [1], data: time } });
    },
    seconds: () => [...read.values()].reduce((sum, seconds) => sum + seconds, 0),
  };
}

/** Beside the arrays of a part. */
const TIME = "seconds";
