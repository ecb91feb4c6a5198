import { readdir, readFile, writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Job, Study } from "../../../shared/contract";
import type { TrainingReport, TrainingRequest } from "../../../shared/training/training";
import { LocalCompute } from "../../compute/local";
import { simulate } from "../../compute/tasks/simulate";
import { Workbench } from "../workbench";

// Every training flushes files to the disk, which others may be busy with.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let home: string;
let study: string;
let request: TrainingRequest;
let workbench: Workbench;
const all: Workbench[] = [];

/** Another program on the same disk. */
function newWorkbench(): Workbench {
  const places = { settings: home, studies: home, resources: home };
  const made = new Workbench({ host: "cli", version: "0", places, compute: new LocalCompute() });
  all.push(made);
  return made;
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "waiting-"));
  workbench = newWorkbench();
  study = (await workbench.call("study.create", { path: join(home, "one") })).path;
  const path = join(study, "flow.npz");
  await simulate(
    { system: "navier-stokes", preset: null, set: {}, trajectories: 4, steps: 4, size: 16, seed: 1, out: path }, // prettier-ignore
    { signal: new AbortController().signal, progress: () => undefined },
  );
  const { entry } = await workbench.call("study.addData", { study, path, options: {} });
  const network = { kind: "architecture" as const, id: "cnn", preset: null, parameters: { width: "4", depth: "2" } }; // prettier-ignore
  request = { data: entry, model: network, parameters: { epochs: 3, batch: 4, validation: 0.25 } };
});
afterEach(async () => {
  await Promise.all(all.splice(0).map((one) => one.close()));
  await rm(home, { recursive: true, force: true });
});

const long = () => ({ ...request, name: "Long", parameters: { ...request.parameters, epochs: 5000 } }); // prettier-ignore
const flow = { system: "kdv", preset: null, set: {}, trajectories: 1, steps: 2, size: 32, seed: 0 };

const view = (of = workbench): Promise<Study> => of.call("study.open", { path: study });
const titles = ({ waiting }: Study): string[] => waiting.map(({ title }) => title);

/** Starts one that takes long, and resolves once it steps. */
async function begun(): Promise<{ job: string; training: string }> {
  const steps = new Promise<void>((resolve) => {
    const stop = workbench.on("training.progress", ({ report }) => {
      if (report.step > 0) resolve(stop());
    });
  });
  const started = await workbench.call("training.start", { study, request: long() });
  await steps;
  return started;
}

async function end(of: Workbench, job: string): Promise<Job> {
  const isOver = ({ state }: Job) => state !== "queued" && state !== "running";
  await expect
    .poll(
      async () => (await of.call("jobs.list", {})).some((one) => one.id === job && isOver(one)),
      { timeout: 60_000 },
    ) // prettier-ignore
    .toBe(true);
  return (await of.call("jobs.list", {})).find(({ id }) => id === job)!;
}

test("what waited when the program was killed is offered again, and starts only when told to", async () => {
  await begun();
  await workbench.call("training.start", { study, request: { ...request, name: "Later" } });
  await workbench.call("simulation.start", { study, request: flow });
  // While this program does it, it is a job and waits nowhere else.
  expect((await view()).waiting).toEqual([]);
  const file = join(study, "study.json");
  const atKill = await readFile(file);
  await workbench.close();
  await writeFile(file, atKill);

  workbench = newWorkbench();
  const found = await view();
  expect(titles(found)).toEqual(["Train Later", "Simulate Korteweg–de Vries"]);
  // What had begun is a training that can go on.
  expect(found.trainings.map(({ name }) => name)).toEqual(["Long"]);
  expect(await workbench.call("jobs.list", {})).toEqual([]);

  const [later, kdv] = found.waiting;
  const { job } = await workbench.call("waiting.start", { study, id: later!.id });
  expect(await end(workbench, job)).toMatchObject({ state: "done", title: "Train Later" });
  const after = await workbench.call("waiting.remove", { study, id: kdv!.id });
  expect(after.waiting).toEqual([]);
  expect((await view()).trainings.map(({ name }) => name)).toEqual(["Long", "Later"]);
  await expect(workbench.call("waiting.start", { study, id: kdv!.id })).rejects.toMatchObject({ code: "study/not-waiting" }); // prettier-ignore
});

test("what waits stays when the program is closed, and goes where it was cancelled", async () => {
  const first = await begun();
  const second = await workbench.call("training.start", { study, request: { ...request, name: "Kept" } }); // prettier-ignore
  const third = await workbench.call("training.start", { study, request: { ...request, name: "Dropped" } }); // prettier-ignore
  await workbench.call("jobs.cancel", { job: third.job });
  expect(second.job).not.toBe(first.job);
  await workbench.close();
  workbench = newWorkbench();
  expect(titles(await view())).toEqual(["Train Kept"]);
});

test("what cannot be started any more goes on waiting", async () => {
  await begun();
  await workbench.call("training.start", { study, request: { ...request, name: "Later" } });
  await workbench.close();
  workbench = newWorkbench();
  await workbench.call("study.remove", { study, entry: request.data });
  const { waiting } = await view();
  await expect(workbench.call("waiting.start", { study, id: waiting[0]!.id })).rejects.toMatchObject({ code: "study/no-data" }); // prettier-ignore
  expect(titles(await view())).toEqual(["Train Later"]);
});

test("another program follows a training, cannot go on with it, and gets the study when it ends", async () => {
  const { job, training } = await begun();
  const other = newWorkbench();
  const reports: TrainingReport[] = [];
  other.on("training.progress", ({ report, job: of }) => {
    expect(of).toBeNull();
    reports.push(report);
  });
  await expect
    .poll(async () => (await view(other)).trainings[0]?.elsewhere?.report?.step ?? 0)
    .toBeGreaterThan(0);
  const seen = await view(other);
  expect(seen.readOnly).toContain(`process ${process.pid}`);
  expect(seen.trainings[0]!.elsewhere).toMatchObject({
    holder: expect.stringContaining(`process ${process.pid} on this machine`) as string,
    stage: expect.stringContaining("Epoch") as string,
  });
  await other.follow();
  expect(reports).not.toEqual([]);
  await expect(other.call("training.resume", { study, training })).rejects.toMatchObject({
    code: "training/elsewhere",
    message: expect.stringContaining("is being trained by another Noetherscope") as string,
  });
  expect((await other.call("training.report", { study, training })).report?.training).toBe(training); // prettier-ignore

  await workbench.call("jobs.cancel", { job });
  await end(workbench, job);
  expect((await view(other)).trainings[0]!.elsewhere).toBeUndefined();
  expect(await readdir(join(study, "checkpoints", training))).not.toContain(".running.json");

  const told: Study[] = [];
  other.on("study.changed", (study) => told.push(study));
  await workbench.call("study.rename", { study, name: "Renamed" });
  await other.follow();
  expect(told.at(-1)).toMatchObject({ name: "Renamed" });
  await workbench.close();
  await other.follow();
  expect(told.at(-1)).toMatchObject({ readOnly: null });
  await other.call("study.rename", { study, name: "Ours" });
  expect((await view(other)).name).toBe("Ours");
});

test("what a killed program said of its training is not believed", async () => {
  const { job, training } = await begun();
  const path = join(study, "checkpoints", training, ".running.json");
  await expect.poll(() => readFile(path, "utf8").catch(() => "")).not.toBe("");
  const left = await readFile(path);
  await workbench.call("jobs.cancel", { job });
  await end(workbench, job);
  await workbench.close();
  await writeFile(path, left);
  workbench = newWorkbench();
  await view();
  const other = newWorkbench();
  expect((await view(other)).readOnly).not.toBeNull();
  expect((await view(other)).trainings[0]!.elsewhere).toBeUndefined();
});
