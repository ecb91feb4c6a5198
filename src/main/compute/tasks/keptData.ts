/**
 * Data sets that stay open between questions about their samples: opening one reads its headers and unpacks chunks, which
 * the next frame needs again. Left alone for a while, a file is closed.
 */
import type { DataOptions } from "../../../shared/contract";
import { fileError } from "../../../shared/fileErrors";
import { stampOf, type Stamp } from "../../data/identity";
import { openData, type DataSet } from "../../data/dataset";

/** The window shows one, two while it goes from one to the other. */
const MOST = 2;
const IDLE_MS = 30_000;

interface Kept {
  readonly key: string;
  readonly data: Promise<DataSet>;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

const kept: Kept[] = [];

/**
 * Opened as `openData` does, or open already; a file that changed is opened anew.
 * @param use gets the data and the file's stamp, which tells what it returns from what it would of another state of it
 * @throws what opening throws, and what `use` throws
 */
export async function withKeptData<T>(
  path: string,
  options: DataOptions,
  use: (data: DataSet, stamp: Stamp) => Promise<T>,
): Promise<T> {
  const stamp = await stampNow(path);
  const key = JSON.stringify([path, stamp.size, stamp.modified, options]);
  const entry = take(key, path, options);
  entry.users++;
  clearTimeout(entry.timer);
  try {
    return await use(await entry.data, stamp);
  } catch (error) {
    drop(entry);
    throw error;
  } finally {
    entry.users--;
    if (!kept.includes(entry)) close(entry);
    else {
      entry.timer = setTimeout(() => {
        drop(entry);
        close(entry);
      }, IDLE_MS);
      entry.timer.unref();
    }
  }
}

async function stampNow(path: string): Promise<Stamp> {
  try {
    return await stampOf(path);
  } catch (error) {
    throw fileError(error, path, "read");
  }
}

function take(key: string, path: string, options: DataOptions): Kept {
  const known = kept.find((entry) => entry.key === key);
  const entry = known ?? { key, data: openData(path, options), users: 0, timer: undefined };
  if (known !== undefined) drop(known);
  kept.push(entry);
  while (kept.length > MOST) {
    const oldest = kept.shift()!;
    clearTimeout(oldest.timer);
    close(oldest);
  }
  return entry;
}

function drop(entry: Kept): void {
  const at = kept.indexOf(entry);
  if (at >= 0) kept.splice(at, 1);
}

/** Once nobody reads it; whoever still does closes it on leaving. */
function close(entry: Kept): void {
  if (entry.users > 0) return;
  // A file that could not be opened has nothing to close, and its error was thrown to whoever asked.
  entry.data.then(
    (data) => data.close(),
    () => undefined,
  );
}
