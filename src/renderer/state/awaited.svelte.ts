/** Runs that the user waits for: the form that started each, which gives way to its result. */
import { SvelteMap } from "svelte/reactivity";
import type { AnalysisRequest, Job } from "../../shared/contract";
import type { Jobs } from "./jobs.svelte";
import { keyOf, type Page } from "./tabs.svelte";

export interface Awaited {
  readonly form: Page;
  /** null of a simulation, whose page keeps what was set. */
  readonly request: AnalysisRequest | null;
  /** To the right of the run that has taken the form's place before. */
  readonly beside: boolean;
}

export class AwaitedRuns {
  readonly #jobs: Jobs;
  readonly #all = new SvelteMap<string, Awaited>();

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  add(job: string, awaited: Awaited): void {
    this.#all.set(job, awaited);
  }

  get(job: string): Awaited | undefined {
    return this.#all.get(job);
  }

  remove(job: string): void {
    this.#all.delete(job);
  }

  /** The job that this form waits for, if any. */
  jobOf(form: Page): Job | undefined {
    const key = keyOf(form);
    return this.#jobs.all.findLast((job) => {
      const waiting = this.#all.get(job.id);
      return waiting !== undefined && keyOf(waiting.form) === key;
    });
  }

  /** What that form asked for last: it shows what it waits for, also after it was closed and opened. */
  requestOf(form: Page): AnalysisRequest | undefined {
    const job = this.jobOf(form);
    return job === undefined ? undefined : (this.#all.get(job.id)?.request ?? undefined);
  }
}
