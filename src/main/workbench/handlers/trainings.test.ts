import { access, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Job } from "../../../shared/contract";
import type { TrainingReport, TrainingRequest } from "../../../shared/training/training";
import { LocalCompute } from "../../compute/local";
import { simulate } from "../../compute/tasks/simulate";
import { readSafetensors } from "../../models/safetensors";
import { Workbench } from "../workbench";

// Every training flushes files to the disk, which others may be busy with.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let home: string;
let workbench: Workbench;
let study: string;
let request: TrainingRequest;

function newWorkbench(): Workbench {
  const places = { settings: home, studies: home, resources: home };
  return new Workbench({ host: "cli", version: "0", places, compute: new LocalCompute() });
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "trainings-"));
  workbench = newWorkbench();
  study = (await workbench.call("study.create", { path: join(home, "one") })).path;
  const path = join(study, "flow.npz");
  await simulate(
    { system: "navier-stokes", preset: null, set: {}, trajectories: 4, steps: 4, size: 16, seed: 1, out: path }, // prettier-ignore
    { signal: new AbortController().signal, progress: () => undefined },
  );
  const { entry } = await workbench.call("study.addData", { study, path, options: {} });
  request = {
    data: entry,
    model: {
      kind: "architecture",
      id: "cnn",
      preset: null,
      parameters: { width: "4", depth: "2" },
    },
    parameters: { epochs: 3, batch: 4, validation: 0.25 },
  };
});
afterEach(async () => {
  await workbench.close();
  await rm(home, { recursive: true, force: true });
});

/** The job as it ended, begun by `begin`. */
async function ended(
  begin: () => Promise<{ job: string }>,
  hear: (report: TrainingReport, job: string) => void = () => undefined,
): Promise<Job> {
  const end = new Promise<Job>((resolve) => {
    const stop = workbench.on("job.changed", (job) => {
      if (!["done", "failed", "cancelled"].includes(job.state)) return;
      stop();
      resolve(job);
    });
  });
  const quiet = workbench.on("training.progress", ({ report, job }) => hear(report, job!));
  await begin();
  const job = await end;
  quiet();
  return job;
}

const start = (change: Partial<TrainingRequest> = {}) =>
  workbench.call("training.start", { study, request: { ...request, ...change } });
const view = () => workbench.call("study.open", { path: study });

test("a training’s networks become models of the study, with weights that analyses follow over epochs", async () => {
  const reports: TrainingReport[] = [];
  const parameters = { ...request.parameters, seeds: "0,1" };
  const job = await ended(
    () => start({ name: "Twins", parameters }),
    (report) => reports.push(report),
  );
  expect(job).toMatchObject({ state: "done", error: null, title: "Train Twins, 2 seeds" });
  const { trainings, models, data } = await view();
  const [training] = trainings;
  expect(training).toMatchObject({ id: job.training, name: "Twins", dataEntry: data[0]!.id });
  expect(training!.data.path).toBe("flow.npz");
  expect(training!.models).toEqual(models.map(({ id }) => id));
  expect(models.map(({ name, checkpoints }) => [name, checkpoints])).toEqual([
    ["Twins, seed 0", "seed-0/epoch-*.safetensors"],
    ["Twins, seed 1", "seed-1/epoch-*.safetensors"],
  ]);
  const weights = await readSafetensors(models[0]!.weights!.path);
  const { parameters: own } = models[0]!.info;
  // As in a PyTorch state dict: parameters and statistics, none of the graph's own numbers.
  expect([...weights.keys()]).toEqual([...own.map(({ name }) => name), "input_mean", "input_std", "output_mean", "output_std"]); // prettier-ignore
  expect(reports.at(-1)).toMatchObject({ training: training!.id, seeds: 2, totalSteps: 9 });
  const { seeds } = await workbench.call("training.curves", { study, training: training!.id });
  expect(seeds.map(({ seed, arrays }) => [seed, arrays["validation_loss"]!.shape])).toEqual([
    [0, [4]],
    [1, [4]],
  ]);
  const live = await workbench.call("training.report", { study, training: training!.id });
  expect(live.report).toBeNull();
  const preview = await workbench.call("analysis.preview", {
    study,
    request: { analysis: "lie-derivative", model: models[1]!.id, data: data[0]!.id, parameters: { samples: "2", generators: "tx", checkpoints: models[1]!.checkpoints } }, // prettier-ignore
  });
  expect(preview.samples).toBe(2);
});

test("cancelling pauses: it goes on in another program, where the study lies now", async () => {
  const parameters = { ...request.parameters, epochs: 200 };
  const job = await ended(
    () => start({ parameters }),
    (report, id) => {
      if (report.step > 0) void workbench.call("jobs.cancel", { job: id });
    },
  );
  expect(job.state).toBe("cancelled");
  const [paused] = (await view()).trainings;
  expect(paused!.seeds[0]!.status).toBe("unfinished");
  expect(paused!.seeds[0]!.step).toBeGreaterThan(0);
  expect((await view()).models).toEqual([]);
  await workbench.close();
  await rename(study, join(home, "moved"));
  study = join(home, "moved");
  workbench = newWorkbench();
  const training = paused!.id;
  const again = await ended(() => workbench.call("training.resume", { study, training }));
  expect(again).toMatchObject({ state: "done", training });
  const { trainings, models } = await view();
  expect(trainings[0]!.seeds[0]).toMatchObject({ status: "done", epoch: 200 });
  expect(models).toHaveLength(1);
});

test("no two trainings have one name, be they named alike, unnamed, waiting or removed", async () => {
  const jobs = await Promise.all([
    start({ name: "Same" }),
    start({ name: "Same" }),
    start(),
    start(),
  ]);
  const titles = (await workbench.call("jobs.list", {})).map(({ title }) => title);
  // Asked for at once, they come in any order.
  expect(titles.toSorted()).toEqual(["Train Same", "Train Same 2", "Train cnn on flow", "Train cnn on flow 2"]); // prettier-ignore
  await expect
    .poll(async () => (await view()).trainings.length, { timeout: 60_000, interval: 100 })
    .toBe(4);
  for (const { job } of jobs) await workbench.call("jobs.cancel", { job });
  await workbench.call("study.remove", { study, entry: jobs[0]!.training });
  const { job } = await start({ name: "Same" });
  const [latest] = (await workbench.call("jobs.list", {})).filter(({ id }) => id === job);
  expect(latest!.title).toBe("Train Same 3");
  await workbench.call("jobs.cancel", { job });
});

test("an analysis over all seeds of a training is named after the training, not after one seed", async () => {
  await ended(() => start({ name: "Twins", parameters: { ...request.parameters, seeds: "0,1" } }));
  const { models, data } = await view();
  const titles: string[] = [];
  for (const checkpoints of ["", "seed-*/epoch-*.safetensors", models[0]!.checkpoints!]) {
    const asked = { analysis: "evolution", model: models[0]!.id, data: data[0]!.id, parameters: { checkpoints } }; // prettier-ignore
    const { job } = await workbench.call("analysis.start", { study, request: asked });
    titles.push((await workbench.call("jobs.list", {})).find(({ id }) => id === job)!.title);
    await workbench.call("jobs.cancel", { job });
  }
  expect(titles).toEqual([
    "Evolution · Twins, 2 seeds on flow",
    "Evolution · Twins, 2 seeds on flow",
    "Evolution · Twins, seed 0 on flow",
  ]);
});

test("what cannot change in a training that goes on is refused before there is a job", async () => {
  await ended(() => start());
  const training = (await view()).trainings[0]!.id;
  const before = await workbench.call("jobs.list", {});
  await expect(
    workbench.call("training.resume", { study, training, parameters: { rate: 1 } }),
  ).rejects.toThrow("no option “rate”");
  await expect(
    workbench.call("training.resume", { study, training: "../one" }),
  ).rejects.toMatchObject({ code: "training/id" });
  await expect(start({ parameters: { rate: -1 } })).rejects.toMatchObject({ code: "params/invalid" }); // prettier-ignore
  expect(await workbench.call("jobs.list", {})).toEqual(before);
});

/** The study as a killed program leaves it: trained to the end, and nobody noted that. */
async function forget(): Promise<void> {
  await workbench.close();
  const path = join(study, "study.json");
  const document = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...document, models: [], received: [] }));
  workbench = newWorkbench();
}

test("a study that is opened has the networks of trainings that ended when nobody could note it", async () => {
  await ended(() => start({ name: "Lost" }));
  await forget();
  const { models, trainings } = await view();
  expect(models.map(({ name }) => name)).toEqual(["Lost"]);
  expect(trainings[0]!.models).toEqual([models[0]!.id]);
  expect((await view()).models).toHaveLength(1);
  await workbench.call("study.remove", { study, entry: models[0]!.id });
  await workbench.close();
  workbench = newWorkbench();
  // What was taken out on purpose does not come back.
  expect((await view()).models).toEqual([]);
});

test("a removed training comes back by undo, and is gone from the disk once the study is closed", async () => {
  await ended(() => start({ name: "Away" }));
  const before = await view();
  const [{ id } = { id: "" }] = before.trainings;
  const folder = join(study, "checkpoints", id);
  const names = await readdir(folder);
  const removed = await workbench.call("study.remove", { study, entry: id });
  expect(removed).toMatchObject({ trainings: [], undo: "Remove the training Away" });
  expect(removed.models).toMatchObject([
    { name: "Away", removedTraining: "Away", state: "missing" },
  ]);
  expect(removed.models[0]!.checkpoints).toBeUndefined();
  await expect(access(folder)).rejects.toThrow();
  const back = await workbench.call("study.undo", { study });
  expect(back).toEqual({ ...before, undo: back.undo, redo: "Remove the training Away" });
  expect(await readdir(folder)).toEqual(names);
  await workbench.call("study.redo", { study });
  await workbench.close();
  expect(await readdir(join(study, "trash"))).toEqual([]);
  workbench = newWorkbench();
  const after = await view();
  expect(after).toMatchObject({ trainings: [], undo: null });
  expect(after.models).toMatchObject([{ name: "Away", removedTraining: "Away" }]);
});

test("a training that runs is not removed", async () => {
  const parameters = { ...request.parameters, epochs: 200 };
  const refusals: unknown[] = [];
  await ended(
    () => start({ parameters }),
    ({ training, step }, job) => {
      if (step !== 1) return;
      void workbench
        .call("study.remove", { study, entry: training })
        .catch((error: unknown) => refusals.push(error))
        .finally(() => void workbench.call("jobs.cancel", { job }));
    },
  );
  expect(refusals).toMatchObject([{ code: "training/running" }]);
  expect((await view()).trainings).toHaveLength(1);
});
