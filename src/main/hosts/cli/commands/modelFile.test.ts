import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { modelFile, namedNetwork } from "./modelFile";

let study: string;
beforeEach(async () => {
  study = await mkdtemp(join(tmpdir(), "model-file-"));
});
afterEach(() => rm(study, { recursive: true }));

async function training(id: string): Promise<string> {
  const folder = join(study, "checkpoints", id);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "training.json"), "{}");
  return folder;
}

test("a training's folder stands for its network, and a study for that of its only training", async () => {
  const folder = await training("unet-1");
  expect(await modelFile(folder)).toBe(join(folder, "model.onnx"));
  expect(await modelFile(study)).toBe(join(folder, "model.onnx"));
  // A folder that was begun and never finished is none.
  await mkdir(join(study, "checkpoints", "other"));
  expect(await modelFile(study)).toBe(join(folder, "model.onnx"));
});

test("of several trainings one is to be named, by folders that can be copied", async () => {
  const folders = [await training("unet-1"), await training("unet-2")];
  await expect(modelFile(study)).rejects.toMatchObject({
    code: "model/several",
    todo: `Name the folder of one of them: ${folders.join(", ")}.`,
  });
});

test("the folder of a seed stands for its training's network with the last weights of that seed", async () => {
  const folder = await training("twins");
  const seed = join(folder, "seed-1");
  await mkdir(seed);
  for (const epoch of ["0000", "0002", "0010"]) {
    await writeFile(join(seed, `epoch-${epoch}.safetensors`), "");
  }
  const path = join(folder, "model.onnx");
  const checkpoints = "seed-1/epoch-*.safetensors";
  expect(await namedNetwork(seed, null)).toEqual({ path, weights: join(seed, "epoch-0010.safetensors"), checkpoints }); // prettier-ignore
  await writeFile(join(seed, "final.safetensors"), "");
  expect(await namedNetwork(seed, null)).toEqual({ path, weights: join(seed, "final.safetensors"), checkpoints }); // prettier-ignore
  expect((await namedNetwork(seed, "/other.pt")).weights).toBe("/other.pt");
  expect(await namedNetwork(folder, null)).toEqual({ path, weights: null });
  expect(await namedNetwork(join(folder, "model.onnx"), null)).toEqual({ path, weights: null });
});

test("a training's folder, or a study of one, stands for its network with the last weights", async () => {
  const folder = await training("unet-1");
  const path = join(folder, "model.onnx");
  expect(await namedNetwork(study, null)).toEqual({ path, weights: null });
  await writeFile(join(folder, "epoch-0001.safetensors"), "");
  await writeFile(join(folder, "epoch-0003.safetensors"), "");
  expect((await namedNetwork(study, null)).weights).toBe(join(folder, "epoch-0003.safetensors"));
  await writeFile(join(folder, "final.safetensors"), "");
  const final = { path, weights: join(folder, "final.safetensors") };
  expect(await namedNetwork(folder, null)).toEqual(final);
  expect(await namedNetwork(study, null)).toEqual(final);
  expect((await namedNetwork(study, "/other.pt")).weights).toBe("/other.pt");
  expect(await namedNetwork(path, null)).toEqual({ path, weights: null });
});

test("files and folders without trainings stay what they are", async () => {
  const file = join(study, "net.onnx");
  await writeFile(file, "");
  expect(await modelFile(file)).toBe(file);
  expect(await modelFile(join(study, "missing.onnx"))).toBe(join(study, "missing.onnx"));
  expect(await modelFile(study)).toBe(study);
});
