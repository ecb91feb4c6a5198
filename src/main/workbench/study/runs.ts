/** The runs of a study's folder: what `runs/<id>/run.json` say, read again only when they changed. */
import { copyFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../../shared/errors";
import type { RunRecord } from "../../../shared/run";
import { readRun } from "../../compute/runFolder";
import { fileError } from "../../../shared/fileErrors";

export class Runs {
  readonly #folder: string;
  readonly #read = new Map<string, { stamp: string; record: RunRecord | null }>();

  constructor(study: string) {
    this.#folder = join(study, "runs");
  }

  folderOf(id: string): string {
    // Ids come from windows too; one that is a path would leave the study.
    if (!/^[\w.-]+$/.test(id) || id.startsWith(".")) {
      throw new UserError("run/id", `“${id}” is no run's name.`);
    }
    return join(this.#folder, id);
  }

  /** All readable runs, oldest first; what an unfinished write or another version left behind is passed over. */
  async list(): Promise<RunRecord[]> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw fileError(error, this.#folder, "read");
    });
    const records = await Promise.all(
      names.filter((name) => !name.startsWith(".")).map((name) => this.#record(name)),
    );
    return records
      .filter((record) => record !== null)
      .sort((a, b) => a.started.localeCompare(b.started));
  }

  /**
   * Copies a run from elsewhere under that id; it appears with all that is in it.
   * @throws UserError "run/…" where there is none, "file/…"
   */
  async take(from: string, id: string): Promise<void> {
    await readRun(from);
    const folder = this.folderOf(id);
    const partial = join(this.#folder, `.${id}.partial`);
    try {
      await mkdir(partial, { recursive: true });
      for (const name of ["arrays.npz", "run.json"]) {
        await copyFile(join(from, name), join(partial, name));
      }
      await rename(partial, folder);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw fileError(error, folder, "write");
    }
  }

  async #record(name: string): Promise<RunRecord | null> {
    const folder = join(this.#folder, name);
    try {
      const { size, mtimeMs } = await stat(join(folder, "run.json"));
      const stamp = `${size} ${mtimeMs}`;
      const known = this.#read.get(name);
      if (known?.stamp === stamp) return known.record;
      const record = await readRun(folder).catch((error: unknown) => {
        if (error instanceof UserError) return null;
        throw error;
      });
      // The folder's name is what the study calls it, also where a run was copied in under another name.
      this.#read.set(name, { stamp, record: record === null ? null : { ...record, id: name } });
      return this.#read.get(name)!.record;
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
      throw error;
    }
  }
}
