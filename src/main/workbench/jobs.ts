/**
 * The queue: one job at a time on the device, the others in the order in which they came or were put. A job either ends
 * with a complete run or leaves nothing.
 */
import { randomUUID } from "node:crypto";
import type { Job } from "../../shared/contract";
import { isAbort, toErrorRecord, UserError } from "../../shared/errors";
import type { Progress } from "../compute/task";
import { TimeLeft } from "./timeLeft";

/** What a job leaves, by id: a run, or data that it added to the study; a training it has from the start. */
export type Made = { readonly run: string } | { readonly data: string } | Record<never, never>;

export interface Work {
  readonly study: string;
  readonly title: string;
  readonly analysis: string;
  /** The training that it works on. */
  readonly training?: string;
  run(signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<Made>;
  /**
   * After the job ended in whatever way, before that is announced.
   * @param closing whether it was cancelled because the program ends, and nobody stopped it
   */
  ended(state: Job["state"], closing: boolean): Promise<void>;
}

interface Entry {
  job: Job;
  readonly work: Work;
  readonly abort: AbortController;
  settled: Promise<void>;
}

export class Jobs {
  readonly #entries = new Map<string, Entry>();
  readonly #changed: (job: Job) => void;
  readonly #ordered: (waiting: string[]) => void;
  #busy = false;
  #closing = false;

  /** @param ordered hears of the waiting jobs, by id, when they were put in another order */
  constructor(changed: (job: Job) => void, ordered: (waiting: string[]) => void = () => undefined) {
    this.#changed = changed;
    this.#ordered = ordered;
  }

  /** Puts work at the end of the queue; returns the job's id. */
  start(work: Work): string {
    const id = randomUUID();
    const { study, title, analysis, training = null } = work;
    this.#entries.set(id, {
      job: {
        id,
        study,
        title,
        analysis,
        state: "queued",
        fraction: 0,
        stage: this.#busy ? "Waiting for the job before" : "Starting",
        secondsLeft: null,
        started: new Date().toISOString(),
        run: null,
        data: null,
        training,
        error: null,
      },
      work,
      abort: new AbortController(),
      settled: Promise.resolve(),
    });
    this.#changed(this.#entry(id).job);
    this.#next();
    return id;
  }

  list(): Job[] {
    return [...this.#entries.values()].map(({ job }) => job);
  }

  /** True where a job of that study has not ended; of any study where none is named. */
  active(study?: string): boolean {
    return this.#unfinished().some((job) => study === undefined || job.study === study);
  }

  /** True while a job works on that training, or waits to. */
  trains(study: string, training: string): boolean {
    return this.#unfinished().some((job) => job.study === study && job.training === training);
  }

  /** Resolves once the job is over. */
  async cancel(id: string): Promise<void> {
    const entry = this.#entry(id);
    entry.abort.abort();
    if (entry.job.state === "queued") await this.#end(entry, { state: "cancelled" });
    await entry.settled;
  }

  /**
   * Puts a job that waits at another place among those that do; one that has begun meanwhile is left alone.
   * @param place 0 for the next one to run
   * @throws UserError "jobs/unknown"
   */
  move(id: string, place: number): void {
    if (this.#entry(id).job.state !== "queued") return;
    const waiting = this.list().flatMap(({ id, state }) => (state === "queued" ? [id] : []));
    const others = waiting.filter((other) => other !== id);
    const order = [...others.slice(0, place), id, ...others.slice(place)];
    // A map keeps the order of insertion.
    for (const each of order) {
      const entry = this.#entry(each);
      this.#entries.delete(each);
      this.#entries.set(each, entry);
    }
    this.#ordered(order);
  }

  /** @throws UserError "jobs/unknown", "jobs/active" */
  dismiss(id: string): void {
    const { job } = this.#entry(id);
    if (job.state === "queued" || job.state === "running") {
      throw new UserError("jobs/active", `${job.title} has not ended.`, {
        todo: "Cancel it first.",
      });
    }
    this.#entries.delete(id);
  }

  /** For a program that ends: nothing more is begun. */
  async cancelAll(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#unfinished().map(({ id }) => this.cancel(id)));
  }

  #unfinished(): Job[] {
    return this.list().filter(({ state }) => state === "queued" || state === "running");
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new UserError("jobs/unknown", "This job is not there any more.");
    return entry;
  }

  #next(): void {
    if (this.#busy || this.#closing) return;
    const entry = [...this.#entries.values()].find(({ job }) => job.state === "queued");
    if (entry === undefined) return;
    this.#busy = true;
    entry.settled = this.#run(entry).finally(() => {
      this.#busy = false;
      this.#next();
    });
  }

  async #run(entry: Entry): Promise<void> {
    const seconds = (): number => performance.now() / 1000;
    const timeLeft = new TimeLeft(seconds());
    this.#update(entry, { state: "running", stage: "Opening the files" });
    try {
      const made = await entry.work.run(entry.abort.signal, ({ fraction, stage }) => {
        if (entry.job.state !== "running") return;
        this.#update(entry, {
          fraction,
          stage,
          secondsLeft: timeLeft.estimate(seconds(), fraction),
        });
      });
      await this.#end(entry, { state: "done", fraction: 1, stage: "Done", ...made });
    } catch (error) {
      if (isAbort(error)) await this.#end(entry, { state: "cancelled" });
      else await this.#end(entry, { state: "failed", error: toErrorRecord(error) });
    }
  }

  async #end(entry: Entry, change: Partial<Job> & { state: Job["state"] }): Promise<void> {
    entry.job = { ...entry.job, secondsLeft: null, ...change };
    try {
      await entry.work.ended(change.state, this.#closing && change.state === "cancelled");
    } catch (error) {
      // The run is complete on the disk all the same; what could not be noted is told with the job.
      entry.job = { ...entry.job, error: toErrorRecord(error) };
    }
    this.#changed(entry.job);
  }

  #update(entry: Entry, change: Partial<Job>): void {
    entry.job = { ...entry.job, ...change };
    this.#changed(entry.job);
  }
}
