/** Files dropped on a window elsewhere: taken in pieces into the study's `uploads` folder. */
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { fileChosen } from "../../shared/chosenPart";
import type { MethodInput } from "../../shared/contract";
import { toErrorRecord, UserError } from "../../shared/errors";
import { fileError } from "../../shared/fileErrors";
import { identify } from "../data/identity";

/** Larger files are better copied to the machine by the user's own means. */
export const UPLOAD_LIMIT = 2 * 2 ** 30;

interface Upload {
  readonly file: FileHandle;
  readonly partial: string;
  received: number;
}

export class Uploads {
  readonly #running = new Map<string, Upload>();
  /** Complete, and not yet opened as anything. */
  readonly #unopened = new Set<string>();
  /** Of these, those of which it is being asked how they are meant: they stay while an answer is refused. */
  readonly #asked = new Set<string>();

  /**
   * Takes one piece; pieces come in order, the first one with offset 0. The last one gives the file its name, or finds
   * that the same file was sent before under that name: then that one is used.
   * @returns how much is there, and the path once it is complete
   * @throws UserError "upload/…", "file/…"; what came so far is discarded then
   */
  async take(
    study: string,
    { name, offset, size, bytes }: Omit<MethodInput<"files.upload">, "study">,
  ): Promise<{ received: number; path: string | null }> {
    const key = `${study}\n${name}`;
    if (size > UPLOAD_LIMIT) {
      throw new UserError(
        "upload/too-large",
        `${name} has more than ${UPLOAD_LIMIT / 2 ** 30} GB.`,
        {
          where: name,
          todo: "Copy it to the machine that computes and open it there.",
        },
      );
    }
    const folder = join(study, "uploads");
    try {
      if (offset === 0) {
        await this.#breakOff(key);
        this.#running.set(key, await begin(folder, name));
      }
      const upload = this.#running.get(key);
      if (upload?.received !== offset || offset + bytes.length > size) {
        throw new UserError("upload/out-of-order", `A piece of ${name} did not arrive.`, {
          where: name,
          todo: "Drop the file again.",
        });
      }
      await upload.file.write(bytes, 0, bytes.length, offset);
      upload.received += bytes.length;
      if (upload.received < size) return { received: upload.received, path: null };
      await upload.file.sync();
      await upload.file.close();
      this.#running.delete(key);
      const { path, same } = await placeFor(upload.partial, folder, name);
      if (same) await rm(upload.partial);
      else {
        await rename(upload.partial, path);
        this.#unopened.add(path);
      }
      return { received: upload.received, path };
    } catch (error) {
      await this.#breakOff(key);
      throw fileError(error, join(folder, name), "write");
    }
  }

  /**
   * Opens files that may have been uploaded; an upload that is refused goes again, since nothing else knows of it. It
   * stays where the refusal asks which of several things in it is meant, until that is answered or given up.
   * @param paths as they are chosen: one may name a part of its file
   * @throws what `open` throws
   */
  async opening<T>(paths: readonly string[], open: () => Promise<T>): Promise<T> {
    const files = paths.map((path) => fileChosen(path).file);
    try {
      const opened = await open();
      for (const file of files) this.#forget(file);
      return opened;
    } catch (error) {
      const { code, choices = [] } = toErrorRecord(error);
      if (choices.length > 0) this.asks(files);
      // They are no data, but a network of the study may be normalised with them.
      if (code === "data/statistics") for (const file of files) this.#forget(file);
      for (const file of files) if (!this.#asked.has(file)) await this.discard(file);
      throw error;
    }
  }

  /** From now on it is asked how these are meant, where they are uploads that nothing opened. */
  asks(files: readonly string[]): void {
    for (const file of files) if (this.#unopened.has(file)) this.#asked.add(file);
  }

  /** Removes an upload that nothing opened; what a study uses, and what was never sent, stays. */
  async discard(file: string): Promise<void> {
    if (this.#forget(file)) await rm(file, { force: true });
  }

  /** @returns whether it was an upload that nothing had opened */
  #forget(file: string): boolean {
    this.#asked.delete(file);
    return this.#unopened.delete(file);
  }

  /** Discards what is not complete, and what never became part of a study. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((key) => this.#breakOff(key)));
    await Promise.all([...this.#unopened].map((path) => this.discard(path)));
  }

  async #breakOff(key: string): Promise<void> {
    const upload = this.#running.get(key);
    if (upload === undefined) return;
    this.#running.delete(key);
    await upload.file.close();
    await rm(upload.partial, { force: true });
  }
}

async function begin(folder: string, name: string): Promise<Upload> {
  // The name comes from another machine: it must not lead anywhere.
  if (name !== basename(name) || name.includes("\\") || /^\.|\p{Cc}/u.test(name) || name === "") {
    throw new UserError("upload/name", `“${name}” is no name for a file.`, { where: name });
  }
  await mkdir(folder, { recursive: true });
  const partial = join(folder, `.${name}.partial`);
  return { file: await open(partial, "w"), partial, received: 0 };
}

/** `model.onnx`, or `model 2.onnx` where another file has that name; `same` where it is this very file. */
async function placeFor(
  sent: string,
  folder: string,
  name: string,
): Promise<{ path: string; same: boolean }> {
  const taken = new Set(await readdir(folder));
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${stem} ${n}${extension}`;
    const path = join(folder, candidate);
    if (!taken.has(candidate)) return { path, same: false };
    if (await isSame(sent, path)) return { path, same: true };
  }
}

/** By size first: only what may be the same is read. */
async function isSame(sent: string, there: string): Promise<boolean> {
  const [a, b] = await Promise.all([stat(sent), stat(there)]);
  if (!b.isFile() || a.size !== b.size) return false;
  const [one, other] = await Promise.all([
    identify(sent, { always: true }),
    identify(there, { always: true }),
  ]);
  return one.sha256 === other.sha256;
}
