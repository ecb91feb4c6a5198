/** Studies that were opened lately, in the user's settings. */
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { MethodOutput } from "../../shared/contract";
import { atomicWrite } from "../data/atomic";
import { documentPath } from "./study/document";

const recentFile = z.array(z.object({ path: z.string(), name: z.string(), opened: z.string() }));
type RecentFile = z.infer<typeof recentFile>;

const LENGTH = 20;

export class Recent {
  readonly #folder: string;
  #lastChange: Promise<void> = Promise.resolve();

  constructor(settings: string) {
    this.#folder = settings;
  }

  async list(): Promise<MethodOutput<"recent.list">> {
    return Promise.all(
      (await this.#read()).map(async (study) => ({ ...study, here: await isThere(study.path) })),
    );
  }

  note(path: string, name: string): Promise<void> {
    return this.#change((studies) => [
      { path, name, opened: new Date().toISOString() },
      ...studies.filter((study) => study.path !== path),
    ]);
  }

  forget(path: string): Promise<void> {
    return this.#change((studies) => studies.filter((study) => study.path !== path));
  }

  get #file(): string {
    return join(this.#folder, "recent.json");
  }

  async #read(): Promise<RecentFile> {
    const text = await readFile(this.#file, "utf8").catch(() => "[]");
    try {
      return recentFile.parse(JSON.parse(text));
    } catch {
      // A list of conveniences that is damaged starts anew; nothing of the user's is lost with it.
      return [];
    }
  }

  #change(change: (studies: RecentFile) => RecentFile): Promise<void> {
    const result = this.#lastChange
      .catch(() => undefined)
      .then(async () => {
        const studies = change(await this.#read()).slice(0, LENGTH);
        await mkdir(this.#folder, { recursive: true });
        await atomicWrite(this.#file, `${JSON.stringify(studies, null, 2)}\n`);
      });
    this.#lastChange = result;
    return result;
  }
}

function isThere(study: string): Promise<boolean> {
  return stat(documentPath(study)).then(
    () => true,
    () => false,
  );
}
