/** Jobs of the built program in its real compute process, without a window in the way. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnalysisRequest, Job, Study } from "../src/shared/contract";
import { connect, type ScriptClient } from "./client";
import { expect, test as base, type Host } from "./host";

interface Lab {
  readonly client: ScriptClient;
  /** The bundled example, opened. */
  readonly study: Study;
  /** Every change of a job, with its time in milliseconds. */
  readonly changes: { readonly at: number; readonly job: Job }[];
  request(parameters: AnalysisRequest["parameters"], analysis?: string): AnalysisRequest;
}

const test = base.extend<{ lab: Lab }>({
  lab: async ({ host }, use) => {
    const client = await connect(host.url);
    const changes: Lab["changes"] = [];
    client.on("job.changed", (job) => changes.push({ at: performance.now(), job }));
    const [example] = await client.call("examples.list", {});
    const study = await client.call("examples.open", { id: example!.id });
    const request: Lab["request"] = (parameters, analysis = "coherence") => ({
      analysis,
      model: study.models[0]!.id,
      data: study.data[0]!.id,
      parameters,
    });
    await use({ client, study, changes, request });
    client.close();
  },
});

/** Enough that it can be interrupted. */
const long = { samples: "all", executor: "reference" };

async function ended({ changes }: Lab, id: string): Promise<Job> {
  await expect
    .poll(() => changes.findLast(({ job }) => job.id === id)?.job.state, { timeout: 60_000 })
    .toMatch(/done|failed|cancelled/);
  return changes.findLast(({ job }) => job.id === id)!.job;
}

async function running({ changes }: Lab, id: string): Promise<void> {
  await expect.poll(() => changes.some(({ job }) => job.id === id && job.fraction > 0)).toBe(true);
}

/** Children of the host that compute. */
function computeProcesses({ home }: Host): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const read = (file: string): string => readFileSync(`/proc/${pid}/${file}`, "utf8");
        return read("cmdline").includes("compute.js") && read("environ").includes(home);
      } catch {
        // Ended meanwhile.
        return false;
      }
    })
    .map(Number);
}

test("an example gives a run, its arrays and a figure that knows its run", async ({ lab }) => {
  const { client, study, changes, request } = lab;
  const start = performance.now();
  const { job } = await client.call("analysis.start", { study: study.path, request: request({}) });
  await expect.poll(() => changes.length).toBeGreaterThan(0);
  expect(changes[0]!.at - start).toBeLessThan(300);
  const done = await ended(lab, job);
  expect(done).toMatchObject({ state: "done", error: null, fraction: 1 });

  const run = done.run!;
  const record = await client.call("run.record", { study: study.path, run });
  const { cosine } = await client.call("run.arrays", { study: study.path, run, names: ["cosine"] });
  expect(cosine!.shape).toEqual(record.arrays["cosine"]!.shape);
  expect(cosine!.data).toBeInstanceOf(cosine!.dtype === "float64" ? Float64Array : Float32Array);

  for (const format of ["svg", "pdf", "png", "csv", "npz"] as const) {
    const exported = await client.call("figure.export", {
      study: study.path,
      run,
      figure: "",
      format,
      width: 85,
      theme: "print",
      view: {},
    });
    const bytes = new Uint8Array(readFileSync(exported.path));
    expect(bytes.length).toBe(exported.bytes);
    expect(await client.call("figure.identify", { name: "figure", bytes })).toMatchObject({
      study: study.path,
      run,
      analysis: "coherence",
    });
  }
});

test("a preview says what a run costs", async ({ lab: { client, study, request } }) => {
  const preview = await client.call("analysis.preview", {
    study: study.path,
    request: request({ samples: "4" }),
  });
  expect(preview).toMatchObject({
    samples: 4,
    elements: ["e", "r", "r2", "r3", "s", "sr", "sr2", "sr3"],
  });
  for (const number of [preview.passes, preview.memoryBytes, preview.seconds]) {
    expect(number).toBeGreaterThan(0);
  }
});

test("a cancel returns within half a second and leaves nothing", async ({ lab }) => {
  const { client, study, request } = lab;
  const { job } = await client.call("analysis.start", {
    study: study.path,
    request: request(long),
  });
  await running(lab, job);
  const start = performance.now();
  await client.call("jobs.cancel", { job });
  expect(performance.now() - start).toBeLessThan(500);
  expect(await ended(lab, job)).toMatchObject({ state: "cancelled", run: null });
  expect((await client.call("study.open", { path: study.path })).runs).toEqual([]);
  expect(readFileSync(join(study.path, "study.json"), "utf8")).toContain('"requests": []');
});

test("questions are answered while a job runs", async ({ lab }) => {
  const { client, study, request } = lab;
  const { job } = await client.call("analysis.start", {
    study: study.path,
    request: request(long),
  });
  await running(lab, job);
  const entry = study.data[0]!.id;
  const { input } = await client.call("data.sample", { study: study.path, entry, indices: [0] });
  expect(input.shape[0]).toBe(1);
  expect(lab.changes.at(-1)!.job.state).toBe("running");
  await client.call("jobs.cancel", { job });
});

for (const signal of ["SIGSEGV", "SIGKILL"] as const) {
  test(`a compute process ended by ${signal} costs the job that ran, and nothing else`, async ({
    lab,
    host,
  }) => {
    test.skip(process.platform !== "linux", "finds the process in /proc");
    const { client, study, request } = lab;
    const start = async (parameters: AnalysisRequest["parameters"]): Promise<string> =>
      (await client.call("analysis.start", { study: study.path, request: request(parameters) }))
        .job;
    const crashing = await start(long);
    const next = await start({ samples: "2" });
    await running(lab, crashing);
    const [pid] = computeProcesses(host);
    process.kill(pid!, signal);
    expect(await ended(lab, crashing)).toMatchObject({
      state: "failed",
      error: {
        code: "compute/crashed",
        message: `The computing process ended unexpectedly (signal ${signal}).`,
        todo: expect.stringContaining("The study is as it was."),
      },
    });
    expect(await ended(lab, next)).toMatchObject({ state: "done" });
    // The same request, as the window's "Try again" sends it.
    const again = await start(long);
    await running(lab, again);
    await client.call("jobs.cancel", { job: again });
    const { runs, models } = await client.call("study.open", { path: study.path });
    expect(runs).toHaveLength(1);
    expect(models).toHaveLength(study.models.length);
  });
}

test("the compute process ends with its host", async ({ lab, host }) => {
  test.skip(process.platform !== "linux", "finds the process in /proc");
  const [pid] = computeProcesses(host);
  expect(pid).toBeDefined();
  const parent = /\((?:.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))![1]!;
  execFileSync("kill", ["-9", parent]);
  await expect.poll(() => computeProcesses(host)).toEqual([]);
  lab.client.close();
});
