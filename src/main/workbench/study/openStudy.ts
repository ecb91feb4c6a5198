/** A study that is open: its document, its lock, its history. Every change is on the disk before it is answered. */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { analysisById } from "../../../shared/analyses";
import { comparison } from "../../../shared/analyses/comparison";
import type { RunEntry, Study } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { statedIn } from "../../../shared/preprocessing/stated";
import type { RunRecord } from "../../../shared/run";
import type { TrainingElsewhere } from "../../../shared/training/training";
import type { QueuedWork } from "../../../shared/waiting";
import { isThere } from "../../data/isThere";
import { makeFolder } from "../../data/makeFolder";
import { removePartial } from "../../training/folder";
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
import { runningElsewhere, Teller } from "./elsewhere";
import { Freshness, outdates, type FileState } from "./freshness";
import { History } from "./history";
import { takeLock, type Lock } from "./lock";
import { Runs } from "./runs";
import { withDifferences } from "./runTitles";
import { seriesOf, Trainings } from "./trainings";
import { withSeeds } from "../withSeeds";

/** Where what was removed lies, in the study's folder. */
const TRASH = "trash";

/** What undo and redo go over. Requests and the queue are not part of it: what was asked for stays asked for. */
type Edited = Omit<StudyDocument, "requests" | "queue" | "received" | "format" | "setApart">;

export class OpenStudy {
  readonly path: string;
  readonly runs: Runs;
  readonly trainings: Trainings;
  #lock: Lock;
  /** Of the document, as it was last read or written. */
  #stamp = "";
  /** Work of the queue and requests that jobs of this program do. */
  readonly #underWay = new Set<string>();
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
      const study = new OpenStudy(path, await readDocument(path), lock);
      if (lock.holder === null) await study.#tidy();
      return study;
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

  /** Whether the files of that data or model are as they were when it was opened here; null where it was removed. */
  async stateOf(id: string): Promise<FileState | null> {
    const { data, models } = this.#document;
    const entry = [...data, ...models].find((known) => known.id === id);
    if (entry === undefined) return null;
    return this.#freshness.stateOfAll([entry.file, "weights" in entry ? entry.weights : null]);
  }

  /** What a study starts with, which is no edit: undo does not go behind it. */
  begin(entries: Pick<StudyDocument, "data" | "models" | "notes" | "setApart">): Promise<void> {
    return this.#change(() => this.#write({ ...this.#document, ...entries }));
  }

  /**
   * An edit that can be undone.
   * @param received seeds of trainings whose networks come with it, which undo does not forget
   */
  edit(
    label: string,
    change: (document: Edited) => Partial<Edited>,
    received: readonly string[] = [],
  ): Promise<void> {
    return this.#change(async () => {
      const before = edited(this.#document);
      const after = { ...before, ...change(before) };
      await this.#write({ ...this.#document, ...after, received: this.#withReceived(received) });
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

  /** Notes that the networks of these seeds have come into the study. */
  receive(seeds: readonly string[]): Promise<void> {
    return this.#change(async () => {
      const received = this.#withReceived(seeds);
      if (received.length === this.#document.received.length) return;
      await this.#write({ ...this.#document, received });
    });
  }

  addRequest(request: StoredRequest): Promise<void> {
    this.#underWay.add(request.id);
    return this.#change(() =>
      this.#write({ ...this.#document, requests: [...this.#document.requests, request] }),
    );
  }

  /** Keeps what a job of this program is about to do, should the program end before its turn comes. */
  enqueue(work: QueuedWork): Promise<void> {
    this.#underWay.add(work.id);
    return this.#change(() =>
      this.#write({ ...this.#document, queue: [...this.#document.queue, work] }),
    );
  }

  /**
   * Of work whose job has ended.
   * @param keep whether it stays asked for: it came to a run, or the program ended and nobody stopped it
   */
  async settle(id: string, keep: boolean): Promise<void> {
    try {
      if (!keep) await this.dequeue(id);
    } finally {
      this.#underWay.delete(id);
    }
  }

  /** Takes it off what is asked for; nothing where it is not. */
  dequeue(id: string): Promise<void> {
    return this.#change(async () => {
      const { queue, requests } = this.#document;
      if (![...queue, ...requests].some((work) => work.id === id)) return;
      await this.#write({
        ...this.#document,
        queue: queue.filter((work) => work.id !== id),
        requests: requests.filter((request) => request.id !== id),
      });
    });
  }

  /** What was asked for and no job of this program does, as its entry keeps it. */
  waiting(id: string): QueuedWork | StoredRequest {
    const { queue, requests } = this.#document;
    const found = [...queue, ...requests].find((work) => work.id === id);
    if (found !== undefined && !this.#underWay.has(id)) return found;
    throw new UserError("study/not-waiting", `${id} does not wait any more.`, {
      where: documentPath(this.path),
      todo: "It was started or removed meanwhile.",
    });
  }

  /**
   * Of a study that another program had when it was opened: takes it where that program has ended, and reads what was
   * written meanwhile.
   * @throws UserError "study/…", "file/…": then it is as it was
   */
  async catchUp(): Promise<void> {
    if (this.readOnly === null) return;
    const lock = await takeLock(this.path, Infinity);
    try {
      const stamp = await documentStamp(this.path);
      if (lock.holder === null || stamp !== this.#stamp) {
        this.#document = await readDocument(this.path);
        this.#stamp = stamp;
      }
    } catch (error) {
      await lock.release();
      throw error;
    }
    this.#lock = lock;
    if (lock.holder === null) await this.#tidy();
  }

  /** @throws UserError "study/read-only" */
  async assertWritable(): Promise<void> {
    const holder = this.#lock.holder;
    if (holder !== null || !(await this.#lock.stillOurs())) {
      if (!(await isThere(documentPath(this.path)))) {
        throw new UserError("study/gone", `The study ${this.path} is not there any more.`, {
          where: this.path,
          todo: "It was moved, renamed or deleted: open it where it lies now.",
        });
      }
      throw new UserError(
        "study/read-only",
        `${this.path} is open for reading only: ${holder ?? "it is held by another program, which took it over"}.`,
        {
          where: this.path,
          todo: "Close it there, or let its folder be written to; then open it again.",
        },
      );
    }
  }

  /** Tells those who have the study open to read how a training of this program gets on. */
  tellerOf(training: string): Teller {
    return new Teller(this.trainings.folderOf(training), this.#lock);
  }

  /** What another program, which has the study, is making of a training; null where none works on it. */
  trainedElsewhere(training: string): Promise<TrainingElsewhere | null> {
    return runningElsewhere(this.trainings.folderOf(training), this.#lock);
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
          ...(this.trainings.removedFrom(entry.file.path, document.removedTrainings) ??
            seriesOf(this.path, entry)),
          state: await this.#freshness.stateOfAll([entry.file, entry.weights]),
        })),
      ),
      this.runs.list(),
      listFigures(this.path),
    ]);
    const trainings = await this.trainings.view(data, models, this.#lock);
    return {
      path: this.path,
      name: document.name,
      notes: document.notes,
      readOnly: this.readOnly,
      data,
      models,
      runs: withDifferences(
        records
          .filter(({ id }) => !document.removed.includes(id))
          .map((record) => {
            const entry = runEntry(record, document.requests, data, models, trainings);
            const model = models.find(({ id }) => id === entry.model);
            const path = model?.file.path ?? record.model?.path;
            return {
              ...entry,
              parameters: record.parameters,
              ...(path === undefined
                ? {}
                : this.trainings.removedFrom(path, document.removedTrainings)),
            };
          }),
      ).map(({ parameters: _, ...entry }) => entry),
      trainings,
      waiting: this.#waiting(new Set([...records, ...trainings].map(({ id }) => id)), data, models),
      figures,
      setApart: document.setApart,
      undo: this.readOnly === null ? this.#history.undo : null,
      redo: this.readOnly === null ? this.#history.redo : null,
    };
  }

  async close(): Promise<void> {
    await this.#lastChange.catch(() => undefined);
    await this.#deleteRemoved();
    await this.#lock.release();
  }

  /** @param there runs and trainings that came to be */
  #waiting(
    there: ReadonlySet<string>,
    data: Study["data"],
    models: Study["models"],
  ): Study["waiting"] {
    const { queue, requests, removed } = this.#document;
    const isWaiting = ({ id }: { readonly id: string }): boolean =>
      !there.has(id) && !removed.includes(id) && !this.#underWay.has(id);
    const nameIn = (entries: readonly { id: string; name: string }[], id: string): string =>
      entries.find((entry) => entry.id === id)?.name ?? id;
    return [
      ...queue.filter(isWaiting).map(({ kind, id, title, asked }) => ({ kind, id, title, asked })),
      ...requests.filter(isWaiting).map(({ id, analysis, model, data: of }) => ({
        kind: "analysis" as const,
        id,
        title: titleOf(analysis, [...(model === null ? [] : [nameIn(models, model)]), nameIn(data, of)]), // prettier-ignore
        asked: null,
      })),
    ];
  }

  /** What a program that was killed, or lost sight of the study, left. For whoever holds the lock. */
  async #tidy(): Promise<void> {
    await this.#deleteRemoved();
    await removePartial(this.path);
    // Trainings that had begun are in their folders; later, when one of those is removed, nothing of it waits.
    const begun = new Set((await this.trainings.list()).map(({ id }) => id));
    for (const { id } of this.#document.queue) if (begun.has(id)) await this.dequeue(id);
  }

  #withReceived(seeds: readonly string[]): string[] {
    return [...new Set([...this.#document.received, ...seeds])];
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

  /** Nothing can be undone any more, and weights are large: removed trainings leave the disk. */
  async #deleteRemoved(): Promise<void> {
    if (this.#lock.holder !== null || !(await this.#lock.stillOurs())) return;
    for (const { id } of this.#document.removedTrainings) {
      // What cannot be deleted now is tried again when the study is opened.
      await rm(join(this.path, TRASH, id), { recursive: true, force: true }).catch(() => undefined);
    }
  }

  async #write(next: StudyDocument): Promise<void> {
    const moved = await this.#settleTrash(next);
    try {
      await writeDocument(this.path, next);
      this.#document = next;
      this.#stamp = await documentStamp(this.path);
    } catch (error) {
      for (const [from, to] of moved.reverse()) await rename(to, from);
      throw error;
    }
  }

  /** Moves runs and trainings to where the document will say that they are; returns what was moved, in order. */
  async #settleTrash(next: StudyDocument): Promise<[string, string][]> {
    const trash = join(this.path, TRASH);
    const placesIn = ({ removed, removedTrainings }: StudyDocument): Map<string, string> =>
      new Map([
        ...removed.map((id) => [join(trash, id), this.runs.folderOf(id)] as const),
        ...removedTrainings.map(({ id }) => [join(trash, id), this.trainings.folderOf(id)] as const), // prettier-ignore
      ]);
    const [before, after] = [placesIn(this.#document), placesIn(next)];
    const moves: [string, string][] = [
      ...[...after].filter(([to]) => !before.has(to)).map(([to, from]): [string, string] => [from, to]), // prettier-ignore
      ...[...before].filter(([from]) => !after.has(from)),
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

function edited({ name, notes, data, models, removed, removedTrainings }: StudyDocument): Edited {
  return { name, notes, data, models, removed, removedTrainings };
}

function runEntry(
  record: RunRecord,
  requests: readonly StoredRequest[],
  data: Study["data"],
  models: Study["models"],
  trainings: Study["trainings"],
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
    ...(used === null
      ? []
      : [
          ensembleOf(record, model, trainings) ??
            `${model?.name ?? basename(used.path)}${othersIn(record)}`,
        ]),
    from?.name ?? basename(record.data.path),
  ];
  return {
    id: record.id,
    analysis: record.analysis,
    title: titleOf(record.analysis, names),
    started: record.started,
    seconds: record.seconds,
    model: model?.id ?? null,
    data: from?.id ?? null,
    ...(used === null ? {} : { stated: statedIn(record.parameters) }),
    stale: outdates(
      record,
      model === undefined ? null : { entry: model, state: model.state },
      from === undefined ? null : { entry: from, state: from.state },
    ),
  };
}

/** "Coherence · unet on vortices" */
function titleOf(analysis: string, names: readonly string[]): string {
  return `${analysisById(analysis)?.title ?? analysis} · ${names.join(" on ")}`;
}

/** "NAME, 2 seeds" after the training whose seeds a run is over, not just the model that it was started from. */
function ensembleOf(
  { summary }: RunRecord,
  model: Study["models"][number] | undefined,
  trainings: Study["trainings"],
): string | undefined {
  const { seeds } = summary;
  if (model === undefined || !Array.isArray(seeds) || seeds.length < 2) return undefined;
  const training =
    model.removedTraining ?? trainings.find(({ models }) => models.includes(model.id))?.name;
  return training === undefined ? undefined : withSeeds(training, seeds.length);
}

/** " and 6 others" of a comparison, which is of the model no more than of those. */
function othersIn({ analysis, summary }: RunRecord): string {
  const { models } = summary;
  const others = analysis === comparison.id && Array.isArray(models) ? models.length - 1 : 0;
  if (others < 1) return "";
  return others === 1 ? " and 1 other" : ` and ${others} others`;
}

/** By which a document that another program wrote is known. */
async function documentStamp(folder: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(documentPath(folder));
  return `${size} ${mtimeMs} ${ino}`;
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
