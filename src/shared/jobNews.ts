/** What is worth a notification: a job that took so long that whoever asked for it has turned to something else. */
import type { Job } from "./contract";

/** Milliseconds. */
export const LONG = 30_000;

export interface JobNews {
  readonly title: string;
  readonly body: string;
}

/** Watches jobs; made once by whoever notifies. */
export class LongJobs {
  /** When each was first heard of. Clocks of two machines may differ, so this one's alone is asked. */
  readonly #since = new Map<string, number>();

  /**
   * @param now milliseconds of any clock that runs evenly
   * @returns what to say; null while the job goes on, where it was short, and where somebody stopped it
   */
  hear(job: Pick<Job, "id" | "title" | "state" | "error">, now: number): JobNews | null {
    const since = this.#since.get(job.id) ?? now;
    if (job.state === "queued" || job.state === "running") {
      this.#since.set(job.id, since);
      return null;
    }
    this.#since.delete(job.id);
    if (job.state === "cancelled" || now - since < LONG) return null;
    return job.state === "failed"
      ? { title: `${job.title} has failed`, body: job.error?.message ?? "" }
      : { title: `${job.title} is done`, body: inWords(now - since) };
  }
}

function inWords(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return "It took under a minute.";
  return minutes < 90
    ? `It took ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`
    : `It took ${Math.round(minutes / 6) / 10} hours.`;
}
