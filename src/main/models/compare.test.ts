import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Tensor } from "../../shared/tensor";
import type { WeightsDifference } from "../../shared/weightsDifference";
import { compareWeights } from "./compare";
import { encodeSafetensors } from "./safetensors";

const fixtures = join(import.meta.dirname, "../../../fixtures/checkpoints");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "compare-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const side = (path: string): { path: string; weights: null } => ({ path, weights: null });
const vector = (...values: number[]): Tensor => ({
  dtype: "float32",
  shape: [values.length],
  data: Float32Array.from(values),
});

async function between(
  a: Record<string, Tensor>,
  b: Record<string, Tensor>,
): Promise<WeightsDifference> {
  const paths = [join(folder, "a.safetensors"), join(folder, "b.safetensors")] as const;
  await writeFile(paths[0], encodeSafetensors(new Map(Object.entries(a))));
  await writeFile(paths[1], encodeSafetensors(new Map(Object.entries(b))));
  return compareWeights(side(paths[0]), side(paths[1]));
}

test("what is new, gone, of another shape and changed is told apart", async () => {
  const found = await between(
    { "a.w": vector(3, 4), "a.b": vector(1), "c.w": vector(1, 2), "d.w": vector(5) },
    { "a.w": vector(3, 5), "a.b": vector(1), "c.w": vector(1), "e.w": vector(6) },
  );
  expect(found.changed).toEqual([
    { name: "a.w", shape: [2], difference: 1, relative: 0.2, largest: 1 },
  ]);
  expect(found.same).toEqual(["a.b"]);
  expect(found.reshaped).toEqual([{ name: "c.w", from: [2], to: [1] }]);
  expect(found.gone).toEqual([{ name: "d.w", shape: [1] }]);
  expect(found.added).toEqual([{ name: "e.w", shape: [1] }]);
  expect(found.layers).toEqual([{ layer: "a", difference: 1, relative: Math.sqrt(1 / 26) }]);
});

test("a difference is the same from the other side, and nothing from itself", async () => {
  const [a, b] = [{ w: vector(1, 2, 3) }, { w: vector(2, 0, 3) }];
  expect((await between(a, b)).total.difference).toBe((await between(b, a)).total.difference);
  expect((await between(a, a)).total).toEqual({ difference: 0, relative: 0 });
});

test("prefixes of wrappers are no difference", async () => {
  const found = await compareWeights(
    side(join(fixtures, "state.pt")),
    side(join(fixtures, "trainer.pt")),
  );
  expect(found.same).toHaveLength(10);
  expect([...found.added, ...found.gone]).toEqual([]);
});

test("a network is compared with weights of another library by its own names", async () => {
  const found = await compareWeights(
    side(join(fixtures, "net.onnx")),
    side(join(fixtures, "keras2.h5")),
  );
  expect(found.same).toContain("3.weight");
  expect(found.same).toContain("1.running_var");
  expect(found.total).toEqual({ difference: 0, relative: 0 });
});

test("the double of every weight is as far away as the weights are long", async () => {
  const found = await compareWeights(
    side(join(fixtures, "two.pt::model")),
    side(join(fixtures, "two.pt::ema")),
  );
  // Rounded once: doubling is exact.
  expect(found.total.relative).toBe(1);
});

test("a file of several sets must be chosen from", async () => {
  const path = join(fixtures, "two.pt");
  await expect(compareWeights(side(path), side(path))).rejects.toThrow(
    /several sets of weights: model, ema/,
  );
});

test("a normalised weight is compared as the weight that it is, on either side", async () => {
  const matrix = (...values: number[]): Tensor => ({ ...vector(...values), shape: [2, 2] });
  const parts = {
    "a.weight_g": { ...vector(10, 13), shape: [2, 1] },
    "a.weight_v": matrix(3, 4, 5, 12),
  };
  const plain = { "a.weight": matrix(6, 8, 5, 12) };
  expect(await between(parts, plain)).toMatchObject({ same: ["a.weight"], gone: [], added: [] });
  expect(await between(plain, parts)).toMatchObject({ same: ["a.weight"], gone: [], added: [] });
  // Two that are normalised are compared by their parts.
  expect((await between(parts, parts)).same).toEqual(["a.weight_g", "a.weight_v"]);
});
