/** A study that is open: its document, its lock, its history. Every change is on the disk before it is answered. */
import { mkdir, readdir, rename, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { analysisById } from "../../../shared/analyses";
import type { RunEntry, Study } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import type { RunRecord } from "../../../shared/run";
import { makeFolder } from "../../data/makeFolder";
import { fileError } from "../../../shared/fileErrors";
import {
  documentPath,
  emptyDocument,
  readDocument,
  writeDocument,
  type StoredData,
  type StoredModel,
  type StoredRequest,
  type StudyDocument,
} from "./document";
import { Freshness, outdates } from "./freshness";
import { History } from "./history";
import { takeLock, type Lock } from "./lock";
import { Runs } from "./runs";
import { seriesOf, Trainings } from "./trainings";

/** What undo and redo go over. Requests are not part of it: what was computed stays asked for. */
type Edited = Omit<StudyDocument, "requests" | "format" | "setApart">;

export class OpenStudy {
  readonly path: string;
  readonly runs: Runs;
  readonly trainings: Trainings;
  readonly #lock: Lock;
  readonly #history = new History<Edited>();
  readonly #freshness = new Freshness();
  #document: StudyDocument;
  #lastChange: Promise<unknown> = Promise.resolve();

  private constructor(path: string, document: StudyDocument, lock: Lock) {
    this.path = path;
    this.runs = new Runs(path);
    this.trainings = new Trainings(path);
    this.#document = document;
    this.#lock = lock;
  }

  /**
   * Opens a folder that has a study.json; where another program has it, only for reading.
   * @throws UserError "study/missing", "study/newer", "study/damaged", "file/…"
   */
  static async open(folder: string): Promise<OpenStudy> {
    const path = resolve(folder);
    // Read before the lock: a folder that is no study gets no file of ours.
    await readDocument(path);
    const lock = await takeLock(path);
    try {
      return new OpenStudy(path, await readDocument(path), lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /**
   * Makes a folder and an empty study in it.
   * @throws UserError "study/exists" where there is one, "study/not-empty", "file/…"
   */
  static async create(folder: string, name?: string): Promise<OpenStudy> {
    const path = resolve(folder);
    try {
      await makeFolder(path);
      const there = await readdir(path);
      if (there.includes("study.json")) {
        throw new UserError("study/exists", `${path} is a study already.`, {
          where: path,
          todo: "Open it, or name another folder.",
        });
      }
      if (there.length > 0) {
        throw new UserError("study/not-empty", `${path} has other files in it.`, {
          where: path,
          todo: "Name an empty or a new folder.",
        });
      }
    } catch (error) {
      throw fileError(error, path, "write");
    }
    await writeDocument(path, emptyDocument(name ?? basename(path)));
    return OpenStudy.open(path);
  }

  get readOnly(): string | null {
    return this.#lock.holder;
  }

  get document(): StudyDocument {
    return this.#document;
  }

  /** @throws UserError "study/no-data" */
  data(id: string): StoredData {
    const entry = this.#document.data.find((known) => known.id === id);
    if (entry === undefined) throw this.#missing("study/no-data", "data", id);
    return entry;
  }

  /** @throws UserError "study/no-model" */
  model(id: string): StoredModel {
    const entry = this.#document.models.find((known) => known.id === id);
    if (entry === undefined) throw this.#missing("study/no-model", "model", id);
    return entry;
  }

  /** What a study starts with, which is no edit: undo does not go behind it. */
  begin(entries: Pick<StudyDocument, "data" | "models" | "notes" | "setApart">): Promise<void> {
    return this.#change(() => this.#write({ ...this.#document, ...entries }));
  }

  /** An edit that can be undone. */
  edit(label: string, change: (document: Edited) => Partial<Edited>): Promise<void> {
    return this.#change(async () => {
      const before = edited(this.#document);
      const after = { ...before, ...change(before) };
      await this.#write({ ...this.#document, ...after });
      this.#history.push(label, before, after);
    });
  }

  undo(): Promise<void> {
    return this.#change(async () => {
      const state = this.#history.back();
      if (state !== undefined) await this.#write({ ...this.#document, ...state });
    });
  }

  redo(): Promise<void> {
    return this.#change(async () => {
      const state = this.#history.forward();
      if (state !== undefined) await this.#write({ ...this.#document, ...state });
    });
  }

  addRequest(request: StoredRequest): Promise<void> {
    return this.#change(() =>
      this.#write({ ...this.#document, requests: [...this.#document.requests, request] }),
    );
  }

  dropRequest(id: string): Promise<void> {
    return this.#change(() =>
      this.#write({
        ...this.#document,
        requests: this.#document.requests.filter((request) => request.id !== id),
      }),
    );
  }

  /** @throws UserError "study/read-only" */
  async assertWritable(): Promise<void> {
    const holder = this.#lock.holder;
    if (holder !== null || !(await this.#lock.stillOurs())) {
      throw new UserError(
        "study/read-only",
        `${this.path} is open for reading only: ${holder ?? "it is held by another program, which took it over"}.`,
        { where: this.path, todo: "Mend that, and open it again." },
      );
    }
  }

  /** As windows see it. */
  async view(): Promise<Study> {
    const document = this.#document;
    const [data, models, records, figures] = await Promise.all([
      Promise.all(
        document.data.map(async (entry) => ({
          ...entry,
          state: await this.#freshness.stateOf(entry.file),
        })),
      ),
      Promise.all(
        document.models.map(async (entry) => ({
          ...entry,
          ...seriesOf(this.path, entry),
          state: await this.#freshness.stateOfAll([entry.file, entry.weights]),
        })),
      ),
      this.runs.list(),
      listFigures(this.path),
    ]);
    return {
      path: this.path,
      name: document.name,
      notes: document.notes,
      readOnly: this.readOnly,
      data,
      models,
      runs: records
        .filter(({ id }) => !document.removed.includes(id))
        .map((record) => runEntry(record, document.requests, data, models)),
      trainings: await this.trainings.view(data, models),
      figures,
      setApart: document.setApart,
      undo: this.readOnly === null ? this.#history.undo : null,
      redo: this.readOnly === null ? this.#history.redo : null,
    };
  }

  async close(): Promise<void> {
    await this.#lastChange.catch(() => undefined);
    await this.#lock.release();
  }

  /** Changes happen one after the other; one that fails leaves the study as it was. */
  #change(change: () => Promise<void>): Promise<void> {
    const result = this.#lastChange
      .catch(() => undefined)
      .then(async () => {
        await this.assertWritable();
        await change();
      });
    this.#lastChange = result;
    return result;
  }

  async #write(next: StudyDocument): Promise<void> {
    const moved = await this.#settleTrash(next.removed);
    try {
      await writeDocument(this.path, next);
      this.#document = next;
    } catch (error) {
      for (const [from, to] of moved.reverse()) await rename(to, from);
      throw error;
    }
  }

  /** Moves runs to where the document will say that they are; returns what was moved, in order. */
  async #settleTrash(removed: readonly string[]): Promise<[string, string][]> {
    const before = this.#document.removed;
    const trash = join(this.path, "trash");
    const moves: [string, string][] = [
      ...removed
        .filter((id) => !before.includes(id))
        .map((id): [string, string] => [this.runs.folderOf(id), join(trash, id)]),
      ...before
        .filter((id) => !removed.includes(id))
        .map((id): [string, string] => [join(trash, id), this.runs.folderOf(id)]),
    ];
    if (moves.length > 0) await mkdir(trash, { recursive: true });
    const done: [string, string][] = [];
    for (const [from, to] of moves) {
      try {
        await rename(from, to);
        done.push([from, to]);
      } catch (error) {
        for (const [back, there] of done.reverse()) await rename(there, back);
        throw fileError(error, from, "write");
      }
    }
    return done;
  }

  #missing(code: string, what: string, id: string): UserError {
    return new UserError(code, `The study ${this.#document.name} has no ${what} “${id}”.`, {
      where: documentPath(this.path),
      todo: "It may have been removed; undo brings it back.",
    });
  }
}

function edited({ name, notes, data, models, removed }: StudyDocument): Edited {
  return { name, notes, data, models, removed };
}

function runEntry(
  record: RunRecord,
  requests: readonly StoredRequest[],
  data: Study["data"],
  models: Study["models"],
): RunEntry {
  const request = requests.find(({ id }) => id === record.id);
  const used = record.model;
  const model =
    used === null
      ? undefined
      : (models.find(({ id }) => id === request?.model) ??
        models.find(({ file }) => file.path === used.path) ??
        models.find(({ file }) => file.sha256 !== null && file.sha256 === used.sha256));
  const from =
    data.find(({ id }) => id === request?.data) ??
    data.find(({ file }) => file.path === record.data.path) ??
    data.find(({ file }) => file.sha256 !== null && file.sha256 === record.data.sha256);
  const names = [
    ...(used === null ? [] : [model?.name ?? basename(used.path)]),
    from?.name ?? basename(record.data.path),
  ];
  return {
    id: record.id,
    analysis: record.analysis,
    title: `${analysisById(record.analysis)?.title ?? record.analysis} · ${names.join(" on ")}`,
    started: record.started,
    seconds: record.seconds,
    model: model?.id ?? null,
    data: from?.id ?? null,
    stale: outdates(
      record,
      model === undefined ? null : { entry: model, state: model.state },
      from === undefined ? null : { entry: from, state: from.state },
    ),
  };
}

export function figuresFolder(study: string): string {
  return join(study, "figures");
}

async function listFigures(study: string): Promise<Study["figures"]> {
  const folder = figuresFolder(study);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw fileError(error, folder, "read");
  });
  const figures = await Promise.all(
    names
      .filter((name) => !name.startsWith("."))
      .map(async (name) => {
        const path = join(folder, name);
        return { name, path, modified: (await stat(path)).mtime.toISOString() };
      }),
  );
  return figures.sort((a, b) => b.modified.localeCompare(a.modified));
}
