import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toFloat64 } from "../../../shared/tensor";
import { readNpz } from "../../data/npz";
import { createExecutor } from "../../runtime/executors";
import { openModel } from "..";
import { openOperator, unitCentres } from "./file";

const fixtures = join(import.meta.dirname, "../../../../fixtures/checkpoints");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fourier-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["fno1d", [16]],
  ["fno2d", [8, 10]],
] as const)("%s predicts what PyTorch does from the same weights", async (name, points) => {
  const weights = join(fixtures, `${name}.pt`);
  const { bytes } = (await openOperator(weights)).build({ points, ends: unitCentres(points) });
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, bytes);
  const model = await openModel(path, { weights });
  const { x, output } = Object.fromEntries(await readNpz(join(fixtures, `${name}.npz`)));
  const executor = createExecutor("onnxruntime", { threads: 1 });
  try {
    const program = await executor.compile(model.graph(2), { bind: model.parameters });
    const found = toFloat64((await program.run(new Map([["x", x!]]))).get("y")!);
    const wanted = toFloat64(output!);
    const largest = Math.max(...wanted.map(Math.abs));
    // float32 through four layers of transforms on both sides.
    wanted.forEach((value, i) => {
      expect(Math.abs(value - found[i]!)).toBeLessThan(2e-6 * Math.max(1, largest));
    });
  } finally {
    await executor.dispose();
  }
  expect(model.info.differentiable).toBe(true);
  expect(model.info.weights!.leftInFile).toEqual([]);
});

test("a grid that is too coarse for the modes, or has other axes, is refused", async () => {
  const weights = join(fixtures, "fno2d.pt");
  const operator = await openOperator(weights);
  const built = (points: number[]): unknown =>
    operator.build({ points, ends: unitCentres(points) });
  expect(() => built([2, 8])).toThrow(/fewer than the 3 modes/);
  expect(() => built([8])).toThrow(/has 2 axes/);
});

test("a checkpoint of another network is called none", async () => {
  const path = join(fixtures, "state.pt");
  await expect(openOperator(path)).rejects.toThrow(/is no Fourier neural operator/);
  await expect(openModel(path)).rejects.toThrow(/is a PyTorch checkpoint, weights without/);
});

test("an operator's checkpoint is a model by itself, on the grid of the data", async () => {
  const path = join(fixtures, "fno2d.pt");
  const model = await openModel(path);
  expect(model.info.inputs[0]!.shape).toEqual([null, 2, null, null]);
  expect(model.info.outputs[0]!.shape).toEqual([null, 1, null, null]);
  expect(model.info.open).toEqual(["y", "x"]);
  expect(model.info.warnings.join()).toMatch(/coordinates of its points/);
  const placed = await openModel(path, { sample: [2, 8, 10] });
  expect(placed.graph(3).inputs[0]!.shape).toEqual([3, 2, 8, 10]);
  expect(placed.info.parameterCount).toBe(model.info.parameterCount);
});
