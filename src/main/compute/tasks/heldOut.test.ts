import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parseParameters } from "../../../shared/parameters";
import { normals, randomFrom } from "../../../shared/random";
import type { TrainingRecord } from "../../../shared/training/training";
import { trainingParameters } from "../../../shared/training/parameters";
import { writeNpz } from "../../data/npz";
import { trainingFolder } from "../../training/folder";
import { openExperiment, type Experiment } from "./experiment";
import { inspectModel } from "./inspectModel";
import { checkedParameters } from "./spec";
import { train } from "./train";

// Every training flushes files to the disk, which others may be busy with.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const [TRAJECTORIES, TIMES, SIDE] = [6, 5, 4];
let study: string;
let data: string;
let other: string;
let folder: string;
let record: TrainingRecord;

async function states(name: string, seed: number): Promise<string> {
  const path = join(study, name);
  const shape = [TRAJECTORIES, TIMES, 1, SIDE, SIDE];
  const values = normals(randomFrom(seed), TRAJECTORIES * TIMES * SIDE * SIDE);
  const tensor = { dtype: "float32", shape, data: Float32Array.from(values) } as const;
  await writeNpz(path, { states: tensor }, { fields: "scalar:u" });
  return path;
}

beforeAll(async () => {
  study = await mkdtemp(join(tmpdir(), "held-out-"));
  data = await states("waves.npz", 1);
  other = await states("others.npz", 2);
  const parameters = parseParameters(trainingParameters, {
    ...{ epochs: 2, batch: 8, validation: 0.34, seeds: "0,1", checkpoints: "all" },
  });
  record = await train(
    {
      ...{ study, id: "mlp", changed: {}, data: null },
      ...{ target: { executor: "onnxruntime", device: "cpu", fallback: false } },
      begin: {
        name: "mlp on waves",
        subject: { kind: "architecture", id: "mlp", preset: null, parameters: { width: 8 } },
        data: { path: data, options: {} },
        parameters,
        notices: [],
      },
    },
    { signal: new AbortController().signal, progress: () => undefined },
  );
  folder = trainingFolder(study, "mlp");
});
afterAll(() => rm(study, { recursive: true }));

async function opened(
  analysis: string,
  given: Record<string, unknown>,
  { path = data, weights = null }: { path?: string; weights?: string | null } = {},
): Promise<Experiment> {
  const experiment = await openExperiment({
    analysis,
    parameters: checkedParameters(analysis, { group: "trivial", samples: "4", ...given }),
    model: { path: join(folder, "model.onnx"), weights },
    data: { path, options: {} },
  });
  await experiment.close();
  return experiment;
}

const trajectoriesOf = ({ samples }: Experiment) => [...new Set(samples.map((one) => one.trajectory))]; // prettier-ignore
const final = (): string => join(folder, "seed-0", "final.safetensors");

test("an evolution's samples are of trajectories that its training held out, and it says so", async () => {
  const held = record.validationTrajectories;
  expect(held).toHaveLength(2);
  const experiment = await opened("evolution", {});
  expect(trajectoriesOf(experiment)).toEqual(held);
  expect(experiment.notices.join("\n")).toContain(
    `Samples are of the 2 trajectories that the training held out, counted from 0: ${held.join(", ")}`,
  );
  expect(experiment.notices.join("\n")).not.toContain("trained on");
});

test("samples that were trained on are counted wherever they are chosen", async () => {
  const seen = (TRAJECTORIES - record.validationTrajectories.length) * (TIMES - 1);
  const all = TRAJECTORIES * (TIMES - 1);
  const said = `${seen} of the ${all} samples are ones that the network was trained on (mlp on waves).`;
  const evolution = await opened("evolution", { trajectories: ":", samples: "all" });
  expect(evolution.notices.join("\n")).toContain(said);
  const coherence = await opened("coherence", { samples: "all" }, { weights: final() });
  expect(coherence.notices.join("\n")).toContain(said);
});

test("a single sample that was held out is no choice: any may be taken", async () => {
  const experiment = await opened("evolution", { times: "0:1", samples: "1" });
  expect(experiment.samples).toHaveLength(1);
  expect(experiment.notices.join("\n")).not.toContain("Samples are of");
});

test("of data that were not trained on nothing is held out", async () => {
  const experiment = await opened("evolution", { samples: "all" }, { path: other });
  expect(trajectoriesOf(experiment)).toHaveLength(TRAJECTORIES);
  expect(experiment.notices.join("\n")).not.toMatch(/held out|trained on/);
});

test("the network that a training began with is told from a trained one, with where these are", async () => {
  const began = `${join(folder, "model.onnx")} holds the weights that the training mlp on waves began with`;
  const { notices } = await opened("coherence", {});
  expect(notices[0]).toContain(began);
  expect(notices[0]).toContain(final());
  expect(notices[0]).toContain(join(folder, "seed-1", "final.safetensors"));
  expect(notices[0]).toContain("--weights");
  const path = join(folder, "model.onnx");
  expect((await inspectModel({ path, weights: null })).warnings[0]).toContain(began);
});

test("nothing is said where trained weights are given, or where only these are looked at", async () => {
  const given = await opened("coherence", {}, { weights: final() });
  const evolution = await opened("evolution", {});
  for (const { notices } of [given, evolution])
    expect(notices.join("\n")).not.toContain("began with");
  const path = join(folder, "model.onnx");
  expect((await inspectModel({ path, weights: final() })).warnings.join()).not.toContain("began");
});
