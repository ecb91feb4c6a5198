import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ComputeProcess } from "./client";
import type { TaskInput, TaskOutput } from "./compute";
import { forkCompute } from "./fork";

/**
 * A real process that speaks the protocol and does what its task's input says: `echo` answers, `hang` blocks its
 * thread as native code would, `listen` stops when it is told to, `crash` dies of a signal.
 */
const child = `
const listening = new Set();
process.on("message", ({ kind, id, input }) => {
  if (kind === "cancel") {
    if (listening.delete(id)) process.send({ kind: "error", id, error: { code: "cancelled", message: "Cancelled." } });
    return;
  }
  if (input.do === "echo") process.send({ kind: "result", id, output: { input, pid: process.pid } });
  if (input.do === "refuse") process.send({ kind: "error", id, error: { code: "test/no", message: "No.", todo: "Ask." } });
  if (input.do === "listen") {
    listening.add(id);
    process.send({ kind: "progress", id, fraction: 0.5, stage: "Half" });
  }
  if (input.do === "hang") { process.send({ kind: "progress", id, fraction: 0, stage: "Hung" }, () => { for (;;); }); }
  if (input.do === "crash") process.kill(process.pid, "SIGSEGV");
});
process.on("disconnect", () => process.exit());
`;

let folder: string;
let compute: ComputeProcess;
const PATIENCE = 300;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "compute-"));
  await writeFile(join(folder, "child.mjs"), child);
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => compute.close());

function start(): ComputeProcess {
  compute = new ComputeProcess(() => forkCompute(join(folder, "child.mjs")), {
    patience: PATIENCE,
  });
  return compute;
}

type Job = "analyse";
type Query = "readArrays";
const todo = (what: Record<string, unknown>): never => what as never;

async function echo(task: Job | Query = "readArrays"): Promise<{ pid: number; input: unknown }> {
  const input = todo({ do: "echo", array: new Float32Array([1, NaN]), big: 2n });
  return (await compute.call(task, input as TaskInput<typeof task>)) as unknown as {
    pid: number;
    input: unknown;
  } & TaskOutput<typeof task>;
}

describe("the compute process", () => {
  test("carries typed arrays and bigints both ways", async () => {
    start();
    const { input } = await echo();
    expect(input).toEqual({ do: "echo", array: new Float32Array([1, NaN]), big: 2n });
  });

  test("passes a user's error on with its remedy", async () => {
    start();
    await expect(compute.call("readArrays", todo({ do: "refuse" }))).rejects.toMatchObject({
      name: "UserError",
      code: "test/no",
      todo: "Ask.",
    });
  });

  test("answers a cancel at once and goes on in the same process where the task stops", async () => {
    start();
    const before = await echo();
    const abort = new AbortController();
    const reports: string[] = [];
    const job = compute.call("analyse", todo({ do: "listen" }), {
      signal: abort.signal,
      onProgress: ({ stage }) => {
        reports.push(stage);
        abort.abort();
      },
    });
    await expect(job).rejects.toMatchObject({ name: "AbortError" });
    expect(reports).toEqual(["Half"]);
    // Longer than the patience: a task that stopped must not cost the process.
    await sleep(2 * PATIENCE);
    expect((await echo()).pid).toBe(before.pid);
  });

  // Once in three is enough where a clock is asked: the machine may be busy with something else.
  test(
    "kills a task that hangs after a cancel, asks what else was under way again",
    { retry: 2 },
    async () => {
      start();
      const before = await echo();
      const abort = new AbortController();
      let cancelled = Infinity;
      const job = compute.call("analyse", todo({ do: "hang" }), {
        signal: abort.signal,
        onProgress: () => {
          cancelled = performance.now();
          abort.abort();
        },
      });
      await expect(job).rejects.toMatchObject({ name: "AbortError" });
      expect(performance.now() - cancelled).toBeLessThan(100);
      // Asked while the process hangs, answered by the next one.
      expect((await echo()).pid).not.toBe(before.pid);
    },
  );

  test("fails the job that crashed, with one sentence, and nothing else", async () => {
    start();
    const crash = compute.call("analyse", todo({ do: "crash" }));
    const question = echo();
    await expect(crash).rejects.toMatchObject({
      code: "compute/crashed",
      message: "The computing process ended unexpectedly (signal SIGSEGV).",
    });
    await expect(question).resolves.toMatchObject({ input: { do: "echo" } });
  });

  test("of a training that crashed, says that it is kept and can go on", async () => {
    start();
    const todoAfter = async (task: "analyse" | "train"): Promise<unknown> =>
      compute.call(task, todo({ do: "crash" })).catch(({ todo }: { todo?: string }) => todo);
    expect(await todoAfter("train")).toMatch(/^The training is kept as of what it saved last/);
    expect(await todoAfter("analyse")).toMatch(/^The study is as it was/);
  });

  test("gives up on a question that crashes the process twice", async () => {
    start();
    await expect(compute.call("readArrays", todo({ do: "crash" }))).rejects.toMatchObject({
      code: "compute/crashed",
    });
    await expect(echo()).resolves.toMatchObject({ input: { do: "echo" } });
  });

  test("apart, is another one, which ends with its answer", async () => {
    start();
    const before = await echo();
    const input = todo({ do: "echo" }) as TaskInput<Query>;
    const answer = (await compute.apart("readArrays", input, { seconds: 30 })) as unknown as {
      pid: number;
    };
    expect(answer.pid).not.toBe(before.pid);
    expect(() => process.kill(answer.pid, 0)).toThrow("ESRCH");
    expect((await echo()).pid).toBe(before.pid);
  });

  test("apart, crashes once and hangs no longer than it may, at nobody's cost", async () => {
    start();
    const before = await echo();
    const apart = (what: string, seconds: number): Promise<unknown> =>
      compute.apart("readArrays", todo({ do: what }), { seconds });
    await expect(apart("crash", 30)).rejects.toMatchObject({ code: "compute/crashed" });
    await expect(apart("hang", 0.5)).rejects.toMatchObject({ code: "compute/hung" });
    expect((await echo()).pid).toBe(before.pid);
  });

  test("ends with the program that started it", async () => {
    start();
    const { pid } = await echo();
    await compute.close();
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await expect(compute.call("readArrays", todo({ do: "echo" }))).rejects.toThrow("closed");
  });
});
