/** Files dropped on a window elsewhere: taken in pieces into the study's `uploads` folder. */
import { mkdir, open, readdir, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import type { MethodInput } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import { fileError } from "../../shared/fileErrors";

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

  /**
   * Takes one piece; pieces come in order, the first one with offset 0. The last one gives the file its name.
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
        await this.#discard(key);
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
      const path = await freeName(folder, name);
      await rename(upload.partial, path);
      this.#unopened.add(path);
      return { received: upload.received, path };
    } catch (error) {
      await this.#discard(key);
      throw fileError(error, join(folder, name), "write");
    }
  }

  /**
   * Opens a file that may have been uploaded; an upload that is refused goes again, since nothing else knows of it.
   * @throws what `open` throws
   */
  async opening<T>(path: string, open: () => Promise<T>): Promise<T> {
    try {
      const opened = await open();
      this.#unopened.delete(path);
      return opened;
    } catch (error) {
      if (this.#unopened.delete(path)) await rm(path, { force: true });
      throw error;
    }
  }

  /** Discards what is not complete, and what never became part of a study. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((key) => this.#discard(key)));
    await Promise.all([...this.#unopened].map((path) => rm(path, { force: true })));
    this.#unopened.clear();
  }

  async #discard(key: string): Promise<void> {
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

/** `model.onnx`, or `model 2.onnx` where that is taken. */
async function freeName(folder: string, name: string): Promise<string> {
  const taken = new Set(await readdir(folder));
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? name : `${stem} ${n}${extension}`;
    if (!taken.has(candidate)) return join(folder, candidate);
  }
}
