import { describe, expect, test } from "vitest";
import { LONG, LongJobs } from "./jobNews";

const job = { id: "1", title: "Train unet", state: "running", error: null } as const;

describe("news of jobs", () => {
  test("come once, when a long one has ended", () => {
    const jobs = new LongJobs();
    expect(jobs.hear({ ...job, state: "queued" }, 0)).toBeNull();
    expect(jobs.hear(job, 10)).toBeNull();
    const done = { ...job, state: "done" } as const;
    expect(jobs.hear(done, 5 * 60_000)).toEqual({
      title: "Train unet is done",
      body: "It took 5 minutes.",
    });
    expect(jobs.hear(done, 6 * 60_000)).toBeNull();
  });

  test("say why one has failed", () => {
    const jobs = new LongJobs();
    jobs.hear(job, 0);
    const error = { code: "training/diverged", message: "It diverged." };
    expect(jobs.hear({ ...job, state: "failed", error }, LONG)).toEqual({
      title: "Train unet has failed",
      body: "It diverged.",
    });
  });

  test("are none of what was short, was stopped, or had ended before anyone watched", () => {
    const jobs = new LongJobs();
    jobs.hear(job, 0);
    expect(jobs.hear({ ...job, state: "done" }, LONG - 1)).toBeNull();
    jobs.hear(job, 0);
    expect(jobs.hear({ ...job, state: "cancelled" }, 2 * LONG)).toBeNull();
    expect(jobs.hear({ ...job, id: "2", state: "done" }, 2 * LONG)).toBeNull();
  });
});
