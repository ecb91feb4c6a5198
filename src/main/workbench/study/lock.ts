/**
 * One study, one program that writes: a lock file in the study's folder names process and host. A lock whose process
 * is gone, or whose program has not touched it for minutes, is taken over.
 */
import { randomUUID } from "node:crypto";
import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";

/** Milliseconds between signs of life, and after how long without one a lock counts as abandoned. */
const HEARTBEAT = 30_000;
const ABANDONED = 5 * 60_000;

const lockFile = z.object({
  pid: z.number(),
  host: z.string(),
  since: z.string(),
  token: z.string(),
});
type LockFile = z.infer<typeof lockFile>;

/** Where this process took the locks that it has not given back, by token. */
const taken = new Map<string, string>();

export interface Lock {
  /** Why it is not ours, in words: who has it, or that nobody can; null where it is ours. */
  readonly holder: string | null;
  /** Names this taking of the lock, ours or the holder’s; null where nobody can be named. */
  readonly token: string | null;
  /** False once another program took the lock, having found this one unresponsive (a sleeping laptop). */
  stillOurs(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * Takes the lock of a study's folder, or says who has it.
 * @param silence milliseconds without a sign of life after which a lock counts as abandoned. Who asks again and again
 * gives Infinity: on a machine that wakes up, it may be asked before the holder could say that it lives.
 */
export async function takeLock(folder: string, silence = ABANDONED): Promise<Lock> {
  const path = join(folder, ".lock");
  const mine: LockFile = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    token: randomUUID(),
  };
  // A second round suffices: the first one may remove an abandoned lock.
  for (let round = 0; round < 2; round++) {
    try {
      const file = await open(path, "wx");
      taken.set(mine.token, path);
      await file.writeFile(JSON.stringify(mine));
      await file.close();
      return ownLock(path, mine.token);
    } catch (error) {
      taken.delete(mine.token);
      if (isForbidden(error)) return heldElsewhere(FORBIDDEN);
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = await livingHolder(path, silence);
    if (holder !== null) return heldElsewhere(`it is held by ${holder.words}`, holder.token);
    try {
      if (!(await removeAbandoned(path, silence))) break;
    } catch (error) {
      // A copy on a medium that cannot be written to has the lock that was there when it was made.
      if (isForbidden(error)) return heldElsewhere(FORBIDDEN);
      throw error;
    }
  }
  return heldElsewhere("it is held by another program, which opened it at this very moment");
}

const FORBIDDEN = "its folder cannot be written to";

function isForbidden(error: unknown): boolean {
  return ["EACCES", "EROFS", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "");
}

/** Milliseconds after which whoever was about to take a lock over is gone as well: it takes a few. */
const TAKING = 10_000;

/**
 * Of several programs that find a lock abandoned one removes it, having looked again: the others would remove the lock that
 * this one takes then.
 * @returns false where another is about to
 */
async function removeAbandoned(path: string, silence: number): Promise<boolean> {
  const guard = `${path}.taking`;
  try {
    await (await open(guard, "wx")).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const since = await stat(guard).then(
      ({ mtimeMs }) => mtimeMs,
      () => Infinity,
    );
    if (Date.now() - since > TAKING) await rm(guard, { force: true });
    return false;
  }
  try {
    if ((await livingHolder(path, silence)) === null) await rm(path, { force: true });
    return true;
  } finally {
    await rm(guard, { force: true });
  }
}

function ownLock(path: string, token: string): Lock {
  const beat = setInterval(() => {
    const now = new Date();
    // A study whose folder vanished is noticed by the next write; a sign of life is not worth a message.
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT);
  beat.unref();
  const stillOurs = async (): Promise<boolean> => (await readLock(path))?.token === token;
  return {
    holder: null,
    token,
    stillOurs,
    release: async () => {
      clearInterval(beat);
      // One that lies elsewhere by now stays known, so that its folder can be opened there.
      if (!(await stillOurs())) return;
      taken.delete(token);
      await rm(path, { force: true });
    },
  };
}

function heldElsewhere(holder: string, token: string | null = null): Lock {
  return {
    holder,
    token,
    stillOurs: () => Promise.resolve(false),
    release: () => Promise.resolve(),
  };
}

/** The lock's owner in words; null where it is gone. */
async function livingHolder(
  path: string,
  silence: number,
): Promise<{ readonly words: string; readonly token: string | null } | null> {
  const lock = await readLock(path);
  const touched = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (Date.now() - touched > silence) return null;
  // Just being written: its owner is alive.
  if (lock === null) return { words: "another program, which is opening it", token: null };
  const here = lock.host === hostname();
  if (here && !isRunning(lock.pid)) return null;
  if (here && lock.pid === process.pid && (await isMoved(lock.token))) return null;
  const where = here ? "this machine" : lock.host;
  const since = lock.since.slice(0, 16).replace("T", " ");
  return { words: `process ${lock.pid} on ${where}, since ${since} UTC`, token: lock.token };
}

/** Whether a lock that names this process lies elsewhere than where it was taken: its study's folder was renamed. */
async function isMoved(token: string): Promise<boolean> {
  const place = taken.get(token);
  return place !== undefined && (await readLock(place))?.token !== token;
}

async function readLock(path: string): Promise<LockFile | null> {
  try {
    return lockFile.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    // Absent or half-written: in either case it names nobody.
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, under another user.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
