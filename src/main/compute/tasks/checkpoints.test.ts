import { cp, mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkpointsBeside, checkpointsOf } from "./checkpoints";

const fixture = fileURLToPath(new URL("../../../../fixtures/mlp", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoints-"));
  await cp(join(fixture, "model.onnx"), join(folder, "model.onnx"));
  for (const name of ["epoch-10", "epoch-9", "epoch-100"]) {
    await cp(join(fixture, "weights.safetensors"), join(folder, `${name}.safetensors`));
  }
  for (const seed of ["a", "b"]) {
    await mkdir(join(folder, `seed-${seed}`));
    await cp(join(fixture, "weights.safetensors"), join(folder, `seed-${seed}`, "w.safetensors"));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const names = async (list: string): Promise<string[]> =>
  (await checkpointsOf(list, join(folder, "model.onnx"), [6])).map(({ name }) => name);

test("checkpoints are ordered by the numbers in their names, each once", async () => {
  expect(await names("epoch-*.safetensors, epoch-9.safetensors")).toEqual([
    "epoch-9.safetensors",
    "epoch-10.safetensors",
    "epoch-100.safetensors",
  ]);
  expect(await names(join(folder, "epoch-1?.safetensors"))).toEqual(["epoch-10.safetensors"]);
});

test("a set of weights is chosen in every file of a series", async () => {
  const file = fileURLToPath(new URL("../../../../fixtures/checkpoints/two.pt", import.meta.url));
  for (const step of [20, 3]) await cp(file, join(folder, `ckpt_${step}.pt`));
  expect(await names("ckpt_*.pt::ema")).toEqual(["ckpt_3.pt::ema", "ckpt_20.pt::ema"]);
});

test("equal names are told apart by their folders", async () => {
  expect(await names("seed-*/w.safetensors")).toEqual([
    join("seed-a", "w.safetensors"),
    join("seed-b", "w.safetensors"),
  ]);
  // The model that they stand beside has that name too.
  await cp(join(fixture, "model.onnx"), join(folder, "seed-b", "model.onnx"));
  expect(await names("seed-b/model.onnx")).toEqual([join("seed-b", "model.onnx")]);
});

test("a folder stands for the numbered weights in it, or in the folders in it, which are seeds", async () => {
  const series = join(folder, "series");
  const weights = join(fixture, "weights.safetensors");
  for (const seed of ["seed-0", "seed-1"]) {
    await mkdir(join(series, seed), { recursive: true });
    for (const name of ["epoch-2", "epoch-10", "optimiser-10", "best"]) {
      await cp(weights, join(series, seed, `${name}.safetensors`));
    }
  }
  const all = await checkpointsOf(series, join(folder, "model.onnx"), [6]);
  expect(all.map((one) => [one.series, one.name])).toEqual([
    ["seed-0", join("seed-0", "epoch-2.safetensors")],
    ["seed-0", join("seed-0", "epoch-10.safetensors")],
    ["seed-1", join("seed-1", "epoch-2.safetensors")],
    ["seed-1", join("seed-1", "epoch-10.safetensors")],
  ]);
  // The same bytes for the same graph are the same network, wherever they lie.
  expect(await all[0]!.identity!()).toBe(await all[3]!.identity!());
});

test("beside a model lie its numbered weights, or other networks", async () => {
  const model = join(folder, "model.onnx");
  const beside = await checkpointsBeside("weights", model, [6]);
  const names = beside.map(({ name }) => name);
  expect(names.filter((name) => name.endsWith(".safetensors"))).toEqual([
    "epoch-9.safetensors",
    "epoch-10.safetensors",
    "epoch-100.safetensors",
  ]);
  const networks = await checkpointsBeside("networks", model, [6]);
  expect(networks.map(({ name }) => name)).toEqual(["model.onnx"]);
  await mkdir(join(folder, "alone"));
  const alone = join(folder, "alone", "model.onnx");
  await cp(model, alone);
  await expect(checkpointsBeside("weights", alone, [6])).rejects.toThrow(
    "No checkpoints lie beside",
  );
});

test("weights and whole networks open as the network", async () => {
  const all = await checkpointsOf(
    "epoch-9.safetensors, model.onnx",
    join(folder, "model.onnx"),
    [6],
  );
  const [first, second] = await Promise.all(all.map(({ open }) => open()));
  expect([...first!.parameters.keys()]).toEqual([...second!.parameters.keys()]);
});

test("weights alone that are compared are called apart, also from those that the model has", async () => {
  const model = join(folder, "model.onnx");
  const called = async (list: string, own: string | null): Promise<string[]> =>
    (await checkpointsOf(list, model, [6], own)).map(({ name }) => name);
  expect(await called("seed-*/w.safetensors,epoch-9.safetensors", null)).toEqual([
    "epoch-9.safetensors",
    join("seed-a", "w.safetensors"),
    join("seed-b", "w.safetensors"),
  ]);
  const own = join(folder, "seed-a", "w.safetensors");
  expect(await called("seed-b/w.safetensors", own)).toEqual([join("seed-b", "w.safetensors")]);
});

test.each(["epoch-7.safetensors", "nowhere/*.safetensors", "seed-?"])(
  "%s is refused",
  async (list) => {
    await expect(names(list)).rejects.toThrow(`No checkpoint is called ${list}`);
  },
);

test("a network is named with the weights that it has, and called after the training that made both", async () => {
  const place = join(folder, "trained");
  const seed = (number: number): object => ({
    ...{ seed: number, folder: `seed-${number}`, status: "done", reason: null, step: 1, epoch: 1 },
    ...{ identityError: null, trainLoss: null, validationLoss: null, relativeError: null },
    ...{ best: null, seconds: 1, checkpoints: [0, 1] },
  });
  for (const number of [0, 4]) {
    await mkdir(join(place, `seed-${number}`), { recursive: true });
    for (const name of ["best", "epoch-0001"]) {
      const to = join(place, `seed-${number}`, `${name}.safetensors`);
      await cp(join(fixture, "weights.safetensors"), to);
    }
  }
  await cp(join(fixture, "model.onnx"), join(place, "model.onnx"));
  await writeFile(
    join(place, "training.json"),
    JSON.stringify({
      ...{ format: 1, id: "trained", name: "unet on waves", started: "", parameters: {} },
      model: { sha256: "", architecture: null, parameters: 1 },
      data: { path: "", size: 0, sha256: null, samplesSha256: "", options: {}, fields: "" },
      ...{ validationTrajectories: [], samples: 1, validationSamples: 0, batch: 1 },
      ...{ stepsPerEpoch: 1, totalSteps: 1, seeds: [seed(0), seed(4)], device: "", executor: "" },
      ...{ versions: {}, notices: [] },
    }),
  );
  const network = "trained/model.onnx";
  const list = [
    `${network} with trained/seed-*/best.safetensors`,
    `${network} with trained/seed-4/epoch-0001.safetensors`,
    network,
  ].join(",");
  const all = await checkpointsOf(list, join(folder, "model.onnx"), [6]);
  expect(all.map(({ name }) => name).toSorted()).toEqual([
    "unet on waves, seed 0",
    "unet on waves, seed 4",
    "unet on waves, seed 4, epoch-0001.safetensors",
    "unet on waves, untrained",
  ]);
  await Promise.all(all.map(({ open }) => open()));
  await expect(names(`${network} with trained/none.safetensors`)).rejects.toThrow(
    "No checkpoint is called trained/none.safetensors.",
  );
});
