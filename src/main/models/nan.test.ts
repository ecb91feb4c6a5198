import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeMessage, encodeMessage } from "../graph/onnx/message";
import { modelProto, type ModelProto } from "../graph/onnx/schema";
import { openModel } from ".";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nan-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The path of a network with `number` among its weights, and the weight's name. */
async function diverged(number: number): Promise<{ path: string; name: string; size: number }> {
  const bytes = await readFile(join(import.meta.dirname, "../../../fixtures/mlp/model.onnx"));
  const model = decodeMessage<ModelProto>(modelProto, new Uint8Array(bytes));
  const weight = model.graph!.initializer.find(({ dims }) => dims.length === 2)!;
  const raw = weight.rawData!.slice();
  new DataView(raw.buffer).setFloat32(8, number, true);
  weight.rawData = raw;
  const path = join(folder, "diverged.onnx");
  await writeFile(path, encodeMessage(modelProto, model));
  return { path, name: weight.name, size: raw.length / 4 };
}

test("weights that are NaN are refused by name", async () => {
  const { path, name, size } = await diverged(NaN);
  await expect(openModel(path)).rejects.toThrow(
    `1 of the ${size} numbers of the parameter "${name}" in ${path} are NaN.`,
  );
});

test("infinite ones are not: masks are tensors too", async () => {
  const { path } = await diverged(-Infinity);
  await expect(openModel(path)).resolves.toBeDefined();
});
