import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeMessage, encodeMessage } from "../graph/onnx/message";
import { modelProto, type ModelProto } from "../graph/onnx/schema";
import { openModel } from ".";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "finite-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([NaN, Infinity, -Infinity])("weights with %f are refused by name", async (number) => {
  const bytes = await readFile(join(import.meta.dirname, "../../../fixtures/mlp/model.onnx"));
  const model = decodeMessage<ModelProto>(modelProto, new Uint8Array(bytes));
  const weight = model.graph!.initializer.find(({ dims }) => dims.length === 2)!;
  const raw = weight.rawData!.slice();
  new DataView(raw.buffer).setFloat32(8, number, true);
  weight.rawData = raw;
  const path = join(folder, "diverged.onnx");
  await writeFile(path, encodeMessage(modelProto, model));
  await expect(openModel(path)).rejects.toThrow(
    `1 of the ${raw.length / 4} numbers of the parameter "${weight.name}" in ${path} are NaN or infinite.`,
  );
});
