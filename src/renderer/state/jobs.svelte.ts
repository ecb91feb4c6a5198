/** What is running, waiting and done, kept by the host and followed here. */
import { SvelteMap } from "svelte/reactivity";
import type { Client, Job } from "../../shared/contract";
import type { Page } from "./tabs.svelte";

/** The page of what a job made: its run, or the data that it added; of a training its own, from the start. */
export function pageOf({ run, data, training }: Job): Page | null {
  if (training !== null) return { kind: "training", id: training };
  if (run !== null) return { kind: "run", id: run };
  return data === null ? null : { kind: "data", id: data };
}

/** What the training that a job works on is called; also of one that waits and has no folder yet. */
export function trainingOf({ title }: Job): string {
  return title.replace(/^Train /, "");
}

export class Jobs {
  readonly #client: Client;
  readonly #all = new SvelteMap<string, Job>();
  readonly #ended: ((job: Job) => void)[] = [];

  /** Newest last, as they were asked for. */
  readonly all = $derived([...this.#all.values()]);
  readonly running = $derived(this.all.filter((job) => job.state === "running"));
  readonly queued = $derived(this.all.filter((job) => job.state === "queued"));

  constructor(client: Client) {
    this.#client = client;
    client.on("job.changed", (job) => this.#follow(job));
    client.on("jobs.ordered", ({ jobs }) => this.#reorder(jobs));
  }

  /** Everything anew; jobs may have gone on while the window was away. */
  async refresh(): Promise<void> {
    const jobs = await this.#client.call("jobs.list", {});
    this.#all.clear();
    for (const job of jobs) this.#all.set(job.id, job);
  }

  /** The last job that works or worked on that training. */
  ofTraining(training: string): Job | undefined {
    return this.all.findLast((job) => job.training === training);
  }

  get(id: string): Job | undefined {
    return this.#all.get(id);
  }

  async cancel(id: string): Promise<void> {
    await this.#client.call("jobs.cancel", { job: id });
  }

  /** Puts a waiting job at that place among those that wait. */
  async move(id: string, place: number): Promise<void> {
    await this.#client.call("jobs.move", { job: id, place });
  }

  async dismiss(id: string): Promise<void> {
    await this.#client.call("jobs.dismiss", { job: id });
    this.#all.delete(id);
  }

  /** Hears of every job that ends while the window watches. */
  onended(listener: (job: Job) => void): void {
    this.#ended.push(listener);
  }

  /** A map keeps the order of insertion. */
  #reorder(waiting: readonly string[]): void {
    for (const id of waiting) {
      const job = this.#all.get(id);
      if (job === undefined) continue;
      this.#all.delete(id);
      this.#all.set(id, job);
    }
  }

  #follow(job: Job): void {
    const before = this.#all.get(job.id)?.state;
    this.#all.set(job.id, job);
    if (job.state !== before && ["done", "failed", "cancelled"].includes(job.state)) {
      for (const listener of this.#ended) listener(job);
    }
  }
}
