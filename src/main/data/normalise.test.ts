import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseFieldSpec } from "../../shared/fields/spec";
import { act } from "../../shared/groups/act";
import { d4, groupByName } from "../../shared/groups/catalogue";
import { sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import type { DataSet } from "./dataset";
import { openData } from "./dataset";
import {
  denormalise,
  normalisationOf,
  normalisationWarnings,
  normalise,
  type Normalisation,
} from "./normalise";
import { writeNpz } from "./npz";

let folder = "";
let data: DataSet;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "normalise-"));
  data = await openData("fixtures/unet/data.npz", { fields: "scalar:density,vector:v,scalar:p" });
});
afterAll(async () => {
  await data.close();
  await rm(folder, { recursive: true });
});

const spec = parseFieldSpec("vector:v,pseudoscalar:w,scalar:p");
const shape = [1, 4, 4, 4];
const number = fc.constantFrom(0, 1, -1, 2.5);
const normalisations = fc.record({
  mean: fc.tuple(number, number, number, number),
  std: fc.tuple(...[0, 1, 2, 3].map(() => fc.constantFrom(1, 2))),
  source: fc.constant("test"),
}) as fc.Arbitrary<Normalisation>;
const field = Float64Array.from({ length: 64 }, (_, i) => Math.sin(i * i));

test("warns exactly where normalising and acting do not commute", () => {
  fc.assert(
    fc.property(
      normalisations,
      fc.constantFrom("d4", "c4", "v4", "v4-axes", "mirror-x", "c2", "trivial", "translations:2"),
      (norm, name) => {
        const group = groupByName(name);
        const commute = group.elements.every((g) => {
          const u: Tensor = { dtype: "float64", shape, data: field };
          const first = act(g, normalise(u, norm).data as Float64Array, shape, spec);
          const moved: Tensor = { ...u, data: act(g, field, shape, spec) };
          const second = normalise(moved, norm).data as Float64Array;
          return first.every((value, i) => Math.abs(value - second[i]!) < 1e-12);
        });
        expect(normalisationWarnings(norm, spec, group).length === 0).toBe(commute);
      },
    ),
    { numRuns: 300 },
  );
});

test("denormalise undoes normalise and keeps the type", () => {
  const norm = { mean: [1, 2, 3, 4], std: [1, 2, 4, 8], source: "" };
  const u: Tensor = {
    dtype: "float32",
    shape,
    data: Float32Array.from({ length: 64 }, (_, i) => i),
  };
  expect(denormalise(normalise(u, norm), norm)).toEqual(u);
});

describe("pooled statistics", () => {
  test("commute with D4 and give vectors a unit mean square", async () => {
    const norm = (await normalisationOf("pooled", data))!;
    expect(normalisationWarnings(norm, data.fields!, d4)).toEqual([]);
    const { data: v } = normalise((await data.read([0, 1, 2, 3])).input, norm);
    let square = 0;
    let density = 0;
    for (let i = 0; i < v.length; i++) {
      const channel = Math.floor(i / 256) % 4;
      if (channel === 1 || channel === 2) square += Number(v[i]) ** 2 / 2048;
      if (channel === 0) density += Number(v[i]) / 1024;
    }
    // Float32 sums of 2048 terms.
    expect(square).toBeCloseTo(1, 5);
    expect(density).toBeCloseTo(0, 5);
  });

  test("need the fields", async () => {
    await expect(normalisationOf("pooled", { ...data, fields: undefined })).rejects.toThrow(
      "which channels form vectors",
    );
  });
});

describe("a file", () => {
  test("as npz or json gives its numbers", async () => {
    const mean = [1, 0, 0, 2];
    const std = [1, 2, 2, 3];
    const array = (values: number[]): Tensor => ({
      dtype: "float64",
      shape: [1, 4, 1, 1],
      data: Float64Array.from(values),
    });
    await writeNpz(join(folder, "n.npz"), { mean: array(mean), std: array(std) });
    await writeFile(join(folder, "n.json"), JSON.stringify({ mean, std }));
    for (const name of ["n.npz", "n.json"]) {
      expect(await normalisationOf(join(folder, name), data)).toEqual({
        mean,
        std,
        source: join(folder, name),
      });
    }
  });

  test.each([
    ['{"mean": [1]}', "does not hold two lists of numbers"],
    ["not json", "does not hold two lists of numbers"],
    ['{"mean": [1], "std": [1]}', "has 1 means and 1 standard deviations for 4 channels"],
    ['{"mean": [1,0,0,0], "std": [1,0,1,1]}', "channel 1 has mean 0 and standard deviation 0"],
  ])("%s is refused", async (content, message) => {
    const path = join(folder, "bad.json");
    await writeFile(path, content);
    await expect(normalisationOf(path, data)).rejects.toThrow(message);
  });
});

test("min-max takes scalars to 0…1 and vectors to −1…1 about zero, and commutes with D4", async () => {
  const norm = (await normalisationOf("min-max", data))!;
  const { input } = await data.read(Array.from({ length: data.sampleCount }, (_, i) => i));
  const values = toFloat64(normalise(input, norm));
  const plane = sizeOf(input.shape.slice(2));
  const of = (channels: readonly number[]): number[] =>
    [...values].filter((_, i) => channels.includes(Math.floor(i / plane) % input.shape[1]!));
  expect(Math.min(...of([0]))).toBeGreaterThanOrEqual(0);
  expect(Math.max(...of([0]))).toBeLessThanOrEqual(1 + 1e-6);
  expect(Math.max(...of([1, 2]).map(Math.abs))).toBeLessThanOrEqual(1 + 1e-6);
  expect(norm.std[1]).toBe(norm.std[2]);
  expect(normalisationWarnings(norm, data.fields!, d4)).toEqual([]);
});

test("a file may state a range instead of mean and std", async () => {
  const path = join(folder, "range.json");
  await writeFile(path, JSON.stringify({ min: [1, -1, -1, 0], max: [3, 1, 1, 4] }));
  expect(await normalisationOf(path, data)).toMatchObject({
    mean: [1, -1, -1, 0],
    std: [2, 2, 2, 4],
  });
});
