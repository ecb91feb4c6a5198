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
import { normalisationOf, type Normalisation } from "./normalise";
import { readNotice } from "../../shared/analyses/notices";
import { withPooled } from "../../shared/preprocessing/remedy";
import { normalisationWarnings } from "./normaliseWarnings";
import { writeNpz } from "./npz";

/** (s(value) − mean)/std on [B, C, …], in float64. */
function normalise(tensor: Tensor, { mean, std, log }: Normalisation): Tensor {
  const [, channels = 1, ...points] = tensor.shape;
  const data = toFloat64(tensor).map((value, i) => {
    const c = Math.floor(i / sizeOf(points)) % channels;
    const epsilon = log?.[c] ?? null;
    return ((epsilon === null ? value : Math.log(value + epsilon)) - mean[c]!) / std[c]!;
  });
  return { dtype: "float64", shape: tensor.shape, data };
}

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
  log: fc.constantFrom(undefined, [null, null, null, 1], [9, 9, null, null], [null, null, 9, null]),
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

test("of a tensor it warns exactly where normalising and acting do not commute", () => {
  const tensor = parseFieldSpec("tensor:T");
  const u: Tensor = { dtype: "float64", shape, data: field.map((value) => value + 3) };
  const equal = [1, 1, 1, 1];
  const some = fc.record({
    log: fc.constantFrom(undefined, [1, null, null, 1], [1, null, null, null], [1, 1, 1, 1]),
    mean: fc.oneof(fc.tuple(number, number, number, number), fc.constantFrom([2, 0, 0, 2], equal)),
    std: fc.constantFrom(equal, [2, 1, 1, 2], [1, 2, 2, 2], [2, 1, 3, 2]),
    source: fc.constant("test"),
  }) as fc.Arbitrary<Normalisation>;
  fc.assert(
    fc.property(
      some,
      fc.constantFrom("d4", "c4", "v4", "mirror-x", "c2", "trivial"),
      (norm, name) => {
        const group = groupByName(name);
        const commute = group.elements.every((g) => {
          const first = act(g, normalise(u, norm).data as Float64Array, shape, tensor);
          const moved = { ...u, data: act(g, u.data as Float64Array, shape, tensor) };
          const second = normalise(moved, norm).data as Float64Array;
          return first.every((value, i) => Math.abs(value - second[i]!) < 1e-9);
        });
        expect(normalisationWarnings(norm, tensor, group).length === 0).toBe(commute);
      },
    ),
    { numRuns: 300 },
  );
});

test("a history's field is remarked on once, and a trained network is not told to take other statistics", () => {
  const spec = parseFieldSpec("scalar:rho_1,vector:v_1,scalar:rho_2,vector:v_2");
  const norm = { mean: [1, 0, 0, 1, 0, 0], std: [2, 1, 3, 2, 1, 3], source: "stats.npz" };
  const [notice, ...more] = normalisationWarnings(norm, spec, d4);
  expect(more).toEqual([]);
  expect(notice).toMatch(
    /^The normalisation of v \(.*not equivariant by construction.* must stay /,
  );
  expect(readNotice(notice!)?.code).toBe("normalise/trained");
  const [training] = normalisationWarnings(norm, spec, d4, "to be trained");
  expect(withPooled("per-channel", [training!])).toBe("per-channel,v=pooled");
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

  test("give a tensor's components one standard deviation about zero", async () => {
    const tensors = { ...data, fields: parseFieldSpec("tensor:T") };
    const norm = (await normalisationOf("pooled", tensors))!;
    expect(normalisationWarnings(norm, tensors.fields, d4)).toEqual([]);
    expect(norm.mean).toEqual([0, 0, 0, 0]);
    const { data: T } = normalise((await data.read([0, 1, 2, 3])).input, norm);
    const square = toFloat64({ data: T }).reduce((sum, value) => sum + value ** 2 / T.length, 0);
    expect(square).toBeCloseTo(1, 5);
  });

  test("need the fields", async () => {
    await expect(normalisationOf("pooled", { ...data, fields: undefined })).rejects.toThrow(
      "which channels form vectors",
    );
  });
});

describe("single fields", () => {
  test("have kinds of their own, the rest what stands without a name", async () => {
    const [all, norm] = [
      (await normalisationOf("per-channel", data))!,
      (await normalisationOf("per-channel,density=none,p=1.5+-0.5,2=0..4", data))!,
    ];
    expect(norm.mean).toEqual([0, all.mean[1], 0, 1.5]);
    expect(norm.std).toEqual([1, all.std[1], 4, 0.5]);
  });

  test("whose logarithm is taken have its statistics", async () => {
    const { input } = await data.read(Array.from({ length: data.sampleCount }, (_, i) => i));
    const least = Math.min(...toFloat64(input));
    const epsilon = 1 - least;
    const norm = (await normalisationOf(`density=log+${epsilon}/pooled`, data))!;
    expect(norm.log).toEqual([epsilon, null, null, null]);
    // All states, the last of which are no inputs, go into the statistics: here inputs and targets are pairs.
    const values = toFloat64(normalise(input, norm));
    const plane = sizeOf(input.shape.slice(2));
    const own = [...values].filter((_, i) => Math.floor(i / plane) % 4 === 0);
    expect(own.reduce((sum, value) => sum + value, 0) / own.length).toBeCloseTo(0, 6);
  });

  test("a logarithm of what is not positive is refused by name", async () => {
    await expect(normalisationOf("v=log/per-channel", data)).rejects.toThrow(
      /trajectory \d+, time \d+: v\.x is -.*, and the normalisation takes log\(v\.x\)/,
    );
  });

  test("that are not there are refused with those that are", async () => {
    await expect(normalisationOf("rho=log", data)).rejects.toMatchObject({
      code: "normalise/name",
      todo: expect.stringContaining("density, v, p") as string,
    });
  });
});

test("a file of one state’s numbers serves an input of several", async () => {
  const [path, states] = [join(folder, "one.json"), join(folder, "states.npz")];
  await writeFile(path, JSON.stringify({ mean: [1, 2], std: [3, 4] }));
  const values = Float64Array.from({ length: 2 * 5 * 2 * 16 }, (_, i) => Math.sin(i));
  await writeNpz(states, { u: { dtype: "float64", shape: [2, 5, 2, 4, 4], data: values } });
  const two = await openData(states, { fields: "scalar:p,scalar:q", history: 2 });
  expect(await normalisationOf(path, two)).toMatchObject({ mean: [1, 2, 1, 2], std: [3, 4, 3, 4] });
  await two.close();
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

test("min-max takes the range of the data onto the one that is stated, and vectors about its middle", async () => {
  const unit = (await normalisationOf("min-max", data))!;
  const norm = (await normalisationOf("min-max:-3..3", data))!;
  const { input } = await data.read(Array.from({ length: data.sampleCount }, (_, i) => i));
  const [plain, onto] = [normalise(input, unit), normalise(input, norm)].map(toFloat64);
  const plane = sizeOf(input.shape.slice(2));
  // Scalars from [0, 1], vectors from [−1, 1]; rounding of float32.
  onto!.forEach((value, i) => {
    const scalar = Math.floor(i / plane) % input.shape[1]! === 0;
    const wanted = scalar ? 6 * plain![i]! - 3 : 3 * plain![i]!;
    if (scalar || Math.floor(i / plane) % input.shape[1]! < 3) expect(value).toBeCloseTo(wanted, 5);
  });
  expect(norm.mean.slice(1, 3)).toEqual([0, 0]);
  expect(normalisationWarnings(norm, data.fields!, d4)).toEqual([]);
  const shifted = (await normalisationOf("none,v=min-max:0..1", data))!;
  expect(normalisationWarnings(shifted, data.fields!, d4)).not.toEqual([]);
});

test("a file may state a range instead of mean and std", async () => {
  const path = join(folder, "range.json");
  await writeFile(path, JSON.stringify({ min: [1, -1, -1, 0], max: [3, 1, 1, 4] }));
  expect(await normalisationOf(path, data)).toMatchObject({
    mean: [1, -1, -1, 0],
    std: [2, 2, 2, 4],
  });
});
