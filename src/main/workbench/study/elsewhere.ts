/**
 * A training that another program makes, for those who have the same study open to read: while it runs, its folder has a
 * small file that says how far it is, signed by the study's lock, so that one which a killed program left says nothing.
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { trainingReport, type TrainingElsewhere } from "../../../shared/training/training";
import type { Lock } from "./lock";

const FILE = ".running.json";

const runningFile = z.object({
  /** Of the study's lock, as the program that trains holds it. */
  token: z.string(),
  fraction: z.number(),
  stage: z.string(),
  report: trainingReport.nullable(),
});
export type Running = Omit<z.infer<typeof runningFile>, "token">;

/** Milliseconds between two of these files. */
const PAUSE = 1000;

/** Writes for others how the training in a folder gets on, once a second at most. */
export class Teller {
  readonly #path: string;
  readonly #lock: Lock;
  #last = -Infinity;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, lock: Lock) {
    this.#path = join(folder, FILE);
    this.#lock = lock;
  }

  tell(running: Running): void {
    const { token } = this.#lock;
    if (token === null || performance.now() - this.#last < PAUSE) return;
    this.#last = performance.now();
    const content = JSON.stringify({ token, ...running });
    this.#writing = this.#writing.then(async () => {
      const half = `${this.#path}.tmp`;
      await writeFile(half, content);
      await rename(half, this.#path);
    });
    // No folder yet, a full disk: what others see stops no training.
    this.#writing = this.#writing.catch(() => undefined);
  }

  async end(): Promise<void> {
    await this.#writing;
    await Promise.all([this.#path, `${this.#path}.tmp`].map((path) => rm(path, { force: true })));
  }
}

/** What the holder of a study's lock is making of the training in that folder; null where it does nothing with it. */
export async function runningElsewhere(
  folder: string,
  { holder, token }: Lock,
): Promise<TrainingElsewhere | null> {
  if (holder === null || token === null) return null;
  try {
    const read = runningFile.parse(JSON.parse(await readFile(join(folder, FILE), "utf8")));
    const { token: of, ...running } = read;
    return of === token ? { holder: holder.replace(/^it is held by /, ""), ...running } : null;
  } catch {
    // None, or one of another version: what the record says is all that is known.
    return null;
  }
}
