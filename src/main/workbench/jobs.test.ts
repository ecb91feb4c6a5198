import { describe, expect, test } from "vitest";
import type { Job } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import { Jobs, type Made, type Work } from "./jobs";

/** Work that ends when the test says so. */
function work(
  name: string,
): Work & { finish(run: string): void; fail(error: unknown): void; begun: boolean } {
  const { promise, resolve, reject } = deferred<Made>();
  const handle = {
    study: `/studies/${name}`,
    title: name,
    analysis: "coherence",
    begun: false,
    finish: (run: string) => resolve({ run }),
    fail: reject,
    run: (signal: AbortSignal, onProgress: Parameters<Work["run"]>[1]) => {
      handle.begun = true;
      onProgress({ fraction: 0.25, stage: `${name} at work` });
      signal.addEventListener("abort", () => reject(signal.reason as Error));
      return promise;
    },
    ended: () => Promise.resolve(),
  };
  return handle;
}

function deferred<T>(): {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the queue", () => {
  test("runs one at a time, in the order in which they came", async () => {
    const seen: string[] = [];
    const jobs = new Jobs(({ title, state }) => {
      if (seen.at(-1) !== `${title} ${state}`) seen.push(`${title} ${state}`);
    });
    const [a, b] = [work("a"), work("b")];
    jobs.start(a);
    jobs.start(b);
    expect([a.begun, b.begun]).toEqual([true, false]);
    a.finish("run-a");
    await turn();
    expect(b.begun).toBe(true);
    b.finish("run-b");
    await turn();
    expect(seen).toEqual(["a queued", "a running", "b queued", "a done", "b running", "b done"]);
    expect(jobs.list().map(({ run }) => run)).toEqual(["run-a", "run-b"]);
    expect(jobs.active()).toBe(false);
  });

  test("says what a job is doing from the first moment", () => {
    const changes: Job[] = [];
    const jobs = new Jobs((job) => changes.push(job));
    jobs.start(work("a"));
    expect(changes.map(({ stage }) => stage)).toEqual([
      "Starting",
      "Opening the files",
      "a at work",
    ]);
    expect(changes.at(-1)).toMatchObject({ state: "running", fraction: 0.25 });
  });

  test("cancels what runs and what waits, and goes on with the rest", async () => {
    const jobs = new Jobs(() => undefined);
    const [a, b, c] = [work("a"), work("b"), work("c")];
    const [first, second] = [jobs.start(a), jobs.start(b)];
    jobs.start(c);
    await jobs.cancel(second);
    await jobs.cancel(first);
    await turn();
    expect(jobs.list().map(({ state }) => state)).toEqual(["cancelled", "cancelled", "running"]);
    expect(b.begun).toBe(false);
  });

  test("lets what waits be put in another order, and what runs alone", async () => {
    const orders: string[][] = [];
    const jobs = new Jobs(
      () => undefined,
      (waiting) => orders.push(waiting),
    );
    const all = ["a", "b", "c", "d"].map((name) => work(name));
    const [a, b, c, d] = all.map((each) => jobs.start(each)) as [string, string, string, string];
    jobs.move(d, 0);
    jobs.move(b, 9);
    jobs.move(a, 2);
    expect(orders).toEqual([
      [d, b, c],
      [d, c, b],
    ]);
    expect(jobs.list().map(({ title }) => title)).toEqual(["a", "d", "c", "b"]);
    all[0]!.finish("run-a");
    await turn();
    expect(all.map(({ begun }) => begun)).toEqual([true, false, false, true]);
    expect(() => jobs.move("gone", 0)).toThrow(expect.objectContaining({ code: "jobs/unknown" }));
  });

  test("shows a user's error and goes on", async () => {
    const jobs = new Jobs(() => undefined);
    const [a, b] = [work("a"), work("b")];
    jobs.start(a);
    jobs.start(b);
    a.fail(new UserError("data/shape", "It does not fit.", { todo: "Look." }));
    await turn();
    expect(jobs.list()[0]).toMatchObject({
      state: "failed",
      error: { code: "data/shape", message: "It does not fit.", todo: "Look." },
    });
    expect(b.begun).toBe(true);
  });

  test("forgets only what has ended", async () => {
    const jobs = new Jobs(() => undefined);
    const a = work("a");
    const id = jobs.start(a);
    expect(() => jobs.dismiss(id)).toThrow(expect.objectContaining({ code: "jobs/active" }));
    a.finish("run");
    await turn();
    jobs.dismiss(id);
    expect(jobs.list()).toEqual([]);
    await expect(jobs.cancel(id)).rejects.toMatchObject({ code: "jobs/unknown" });
  });
});
