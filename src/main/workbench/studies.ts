/** The studies that are open, each once, whoever asks for it. */
import { resolve } from "node:path";
import type { Study } from "../../shared/contract";
import type { Events } from "./events";
import type { Recent } from "./recent";
import type { FileState } from "./study/freshness";
import { OpenStudy } from "./study/openStudy";

export class Studies {
  readonly #open = new Map<string, Promise<OpenStudy>>();
  readonly #events: Events;
  readonly #recent: Recent;
  readonly #busy: (study: string) => boolean;

  /** @param busy whether a job works for that study, which then stays open until it has ended */
  constructor(events: Events, recent: Recent, busy: (study: string) => boolean) {
    this.#events = events;
    this.#recent = recent;
    this.#busy = busy;
  }

  /**
   * The study in that folder, opened if it is not: a window that was away (another computer's sleep) goes on where
   * it was.
   */
  get(path: string): Promise<OpenStudy> {
    return this.#once(resolve(path), (folder) => OpenStudy.open(folder));
  }

  async open(path: string): Promise<Study> {
    const study = await this.get(path);
    await this.#recent.note(study.path, study.document.name);
    const told = this.#told.get(study);
    const view = await study.view();
    this.#note(study, view);
    // Windows that have it open already would go on showing the files as they were.
    const states = [...view.data, ...view.models];
    if (told !== undefined && states.some(({ id, state }) => (told.get(id) ?? state) !== state)) {
      this.#events.emit("study.changed", view);
    }
    return view;
  }

  async create(path: string, name?: string): Promise<OpenStudy> {
    const folder = resolve(path);
    if (this.#open.has(folder)) await OpenStudy.create(folder, name);
    const study = await this.#once(folder, () => OpenStudy.create(folder, name));
    await this.#recent.note(study.path, study.document.name);
    return study;
  }

  /** Tells every window, and returns what it tells. */
  async announce(study: OpenStudy): Promise<Study> {
    const view = await study.view();
    this.#note(study, view);
    this.#events.emit("study.changed", view);
    return view;
  }

  /**
   * Looks at the files of these entries, and tells every window where one is not what windows were last told of it: what is
   * read from a file that changed must not stand beside what was read before without a word.
   */
  async look(study: OpenStudy, entries: readonly string[]): Promise<void> {
    for (const id of entries) {
      const state = await study.stateOf(id);
      if (state === null || state === (this.#told.get(study)?.get(id) ?? "here")) continue;
      await this.announce(study);
      return;
    }
  }

  /** Gives the lock back, unless a job still needs it; then `release` after the job does. */
  async close(path: string): Promise<void> {
    const folder = resolve(path);
    this.#wanted.delete(folder);
    if (!this.#busy(folder)) await this.#close(folder);
  }

  /** Closes what was closed in every window while its jobs went on. */
  async release(path: string): Promise<void> {
    if (!this.#wanted.has(path) && !this.#busy(path)) await this.#close(path);
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((folder) => this.#close(folder)));
  }

  /** Those open now. */
  async opened(): Promise<OpenStudy[]> {
    const all = await Promise.allSettled(this.#open.values());
    return all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  }

  /** Folders of those open now. */
  paths(): string[] {
    return [...this.#open.keys()];
  }

  readonly #wanted = new Set<string>();

  /** Of each study the states of its entries' files as windows know them. */
  readonly #told = new WeakMap<OpenStudy, ReadonlyMap<string, FileState>>();

  #note(study: OpenStudy, { data, models }: Study): void {
    this.#told.set(study, new Map([...data, ...models].map(({ id, state }) => [id, state])));
  }

  #once(folder: string, open: (folder: string) => Promise<OpenStudy>): Promise<OpenStudy> {
    this.#wanted.add(folder);
    const known = this.#open.get(folder);
    if (known !== undefined) return known;
    const opening = open(folder);
    this.#open.set(folder, opening);
    opening.catch(() => {
      this.#open.delete(folder);
      this.#wanted.delete(folder);
    });
    return opening;
  }

  async #close(folder: string): Promise<void> {
    const opening = this.#open.get(folder);
    this.#open.delete(folder);
    await (await opening)?.close();
  }
}
