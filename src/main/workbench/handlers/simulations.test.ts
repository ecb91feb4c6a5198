import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Job } from "../../../shared/contract";
import type { SimulationRequest } from "../../../shared/simulation";
import { LocalCompute } from "../../compute/local";
import { Workbench } from "../workbench";

let home: string;
let workbench: Workbench;
let study: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "simulations-"));
  const places = { settings: home, studies: home, resources: home };
  workbench = new Workbench({ host: "cli", version: "0", places, compute: new LocalCompute() });
  study = (await workbench.call("study.create", { path: join(home, "one") })).path;
});
afterEach(async () => {
  await workbench.close();
  await rm(home, { recursive: true, force: true });
});

const request: SimulationRequest = {
  system: "navier-stokes",
  preset: "diagonal",
  set: { nu: 0.002 },
  trajectories: 2,
  steps: 3,
  size: 16,
  seed: 1,
};

/** The job as it ended. */
async function ended(wanted: SimulationRequest, hear: (job: Job) => void = () => undefined) {
  const end = new Promise<Job>((resolve) => {
    workbench.on("job.changed", (job) => {
      hear(job);
      if (["done", "failed", "cancelled"].includes(job.state)) resolve(job);
    });
  });
  const { job } = await workbench.call("simulation.start", { study, request: wanted });
  return { id: job, job: await end };
}

test("a simulation becomes data of the study, with the symmetry that its evolution has", async () => {
  const { job } = await ended(request);
  const { data, undo } = await workbench.call("study.open", { path: study });
  expect(job).toMatchObject({ state: "done", run: null, data: data[0]!.id });
  expect(data[0]).toMatchObject({
    name: "navier-stokes-diagonal",
    options: { symmetry: "d4", boundary: "periodic" },
    info: { shape: [2, 4, 2, 16, 16], fields: "vector:v", dt: 0.02 },
  });
  expect(undo).toContain("navier-stokes-diagonal");
  const made = await readFile(join(study, "data", "navier-stokes-diagonal.json"), "utf8");
  expect(JSON.parse(made)).toMatchObject({ seed: 1, coefficients: { nu: 0.002, anisotropy: 0.9 } });
});

test("a second one of the same name lies beside the first", async () => {
  await ended(request);
  await ended(request);
  const { data } = await workbench.call("study.open", { path: study });
  expect(data.map(({ name }) => name)).toEqual([
    "navier-stokes-diagonal",
    "navier-stokes-diagonal-2",
  ]);
});

test("one that is cancelled leaves neither file nor entry", async () => {
  const { job } = await ended({ ...request, trajectories: 500 }, (running) => {
    if (running.fraction > 0) void workbench.call("jobs.cancel", { job: running.id });
  });
  expect(job.state).toBe("cancelled");
  expect((await workbench.call("study.open", { path: study })).data).toEqual([]);
  expect(await readdir(join(study, "data"))).toEqual([]);
});

test("its state can be looked at while it runs, and not after", async () => {
  const seen: Promise<readonly number[] | undefined>[] = [];
  const look = async (job: string): Promise<readonly number[] | undefined> =>
    (await workbench.call("simulation.picture", { job })).picture?.shape;
  const { id } = await ended({ ...request, trajectories: 200 }, (running) => {
    if (running.fraction > 0 && running.state === "running") seen.push(look(running.id));
  });
  expect(await Promise.all(seen)).toContainEqual([2, 16, 16]);
  expect(await look(id)).toBeUndefined();
});

test("what cannot be simulated is refused before there is a job", async () => {
  const start = (change: Partial<SimulationRequest>) =>
    workbench.call("simulation.start", { study, request: { ...request, ...change } });
  await expect(start({ system: "weather" })).rejects.toThrow("no system “weather”");
  await expect(start({ set: { nu: -1 } })).rejects.toThrow("takes a number from 0");
  expect(await workbench.call("jobs.list", {})).toEqual([]);
});

test("every simulator is listed with coefficients and choices that a form can show", async () => {
  const all = await workbench.call("simulators.list", {});
  const euler = all.find(({ id }) => id === "euler")!;
  expect(euler.parameters["boundary"]).toMatchObject({ kind: "choice", default: "periodic" });
  expect(euler.parameters["gamma"]).toMatchObject({ kind: "number", default: 1.4 });
  for (const { presets, parameters } of all) {
    for (const named of Object.values(presets)) {
      for (const name of Object.keys(named)) expect(parameters).toHaveProperty([name]);
    }
  }
});
