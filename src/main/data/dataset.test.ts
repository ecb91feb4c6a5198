import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataOptions } from "../../shared/contract";
import { sizeOf, type Tensor } from "../../shared/tensor";
import { openData, type DataSet } from "./dataset";
import { describeData } from "./describe";
import { writeNpz, readNpz } from "./npz";
import { channelStatistics } from "./statistics";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "data-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** 0, 1, 2, … so that a value tells where it was stored. */
function counting(...shape: number[]): Tensor {
  return {
    dtype: "float64",
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => i),
  };
}

let files = 0;
async function opened(arrays: Record<string, Tensor>, options: DataOptions = {}): Promise<DataSet> {
  const path = join(folder, `${files++}.npz`);
  await writeNpz(path, arrays, { deflated: files % 2 === 0 });
  return openData(path, options);
}

describe("the fixtures' samples", () => {
  test.each(["mlp", "resnet", "unet", "vit"])(
    "%s: inputs and targets are those of the file",
    async (name) => {
      const path = `fixtures/${name}/data.npz`;
      const data = await openData(path);
      const arrays = await readNpz(path, ["input", "target"]);
      expect(await data.read([0, 1, 2, 3])).toEqual({
        input: arrays.get("input"),
        target: arrays.get("target"),
      });
      expect(data.sampleCount).toBe(4);
      expect(data.place(2)).toEqual({ index: 2, trajectory: null, time: null });
      expect(data.notices[0]).toBe(
        "Inputs are taken from input and targets from target, since the file has no x.",
      );
      await data.close();
    },
  );

  test.each([
    "plain_f32.npy",
    "fortran_f32.npy",
    "big_endian_f32.npy",
    "stored.npz",
    "deflated.npz",
    "zip64.npz",
  ])("%s: targets are the next states", async (name) => {
    const data = await openData(`fixtures/datasets/arrays/${name}`);
    expect(data).toMatchObject({
      targets: "next state",
      shape: [2, 4, 3, 8, 10],
      axes: ["trajectory", "time", "channel", "y", "x"],
      trajectories: 2,
      times: 3,
      sampleCount: 6,
    });
    expect(data.place(5)).toEqual({ index: 5, trajectory: 1, time: 2 });
    const { input, target } = await data.read([4, 5]);
    const size = 3 * 8 * 10;
    expect(target!.data.subarray(0, size)).toEqual(input.data.subarray(size));
    // expected.json: the element [1, 3, 2, 7, 9] ends the second target.
    expect(target!.data.at(-1)).toBe(-1.711098551750183);
    await data.close();
  });
});

test("positions and velocities of particles are one state", async () => {
  const path = "fixtures/datasets/arrays/particles.npz";
  const data = await openData(path);
  expect(data.shape).toEqual([3, 6, 4, 4]);
  expect(data.axes).toEqual(["trajectory", "time", "particle", "channel"]);
  expect(data.channels.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    "position.x vector.x",
    "position.y vector.y",
    "velocity.x vector.x",
    "velocity.y vector.y",
  ]);
  const arrays = await readNpz(path);
  const { target } = await data.read([data.sampleCount - 1]);
  expect(target!.shape).toEqual([1, 4, 4]);
  expect(target!.data.at(-2)).toBe(arrays.get("velocity")!.data.at(-2));
  expect(target!.data.at(-3)).toBe(arrays.get("position")!.data.at(-1));
  expect((await describeData(data)).dt).toBeCloseTo(0.05, 12);
  await data.close();
});

describe("which arrays", () => {
  const states = counting(2, 3, 1, 2, 2);
  const line = counting(2);
  test.each([
    ["x and y are inputs and targets", { x: counting(4, 2), y: counting(4, 1) }, {}, "x", "stored"],
    ["a y of one axis is a coordinate of fields", { x: states, y: line }, {}, "x", "next state"],
    ["states come before x and y", { states, x: line, y: line }, {}, "states", "next state"],
    ["a lone array is the input", { field: states, t: line }, {}, "field", "next state"],
    [
      "a named input keeps y as its target",
      { u: counting(4, 2), y: counting(4, 1) },
      { input: "u" },
      "u",
      "stored",
    ],
    [
      "both may be named",
      { x: line, u: counting(4, 2), v: counting(4, 2) },
      { input: "u", target: "v" },
      "u",
      "stored",
    ],
    ["snapshots have no targets", { x: counting(4, 1, 2, 2) }, {}, "x", "none"],
  ] as const)("%s", async (_, arrays, options, input, targets) => {
    const data = await opened(arrays, options);
    expect([data.states.name, data.targets]).toEqual([input, targets]);
    await data.close();
  });

  test("integers on a grid come as float32, and so do their targets", async () => {
    const data = await opened({
      states: { dtype: "int32", shape: [1, 2, 1, 1, 2], data: Int32Array.of(1, 2, 3, 4) },
    });
    const { input, target } = await data.read([0]);
    expect([input.data, target!.data]).toEqual([Float32Array.of(1, 2), Float32Array.of(3, 4)]);
    await data.close();
  });
});

describe("axes", () => {
  test("in any order give the same states, in any order of samples", async () => {
    const order = ["n", "t", "c", "y", "x"];
    const extent: Record<string, number> = { n: 2, t: 3, c: 2, y: 2, x: 3 };
    const canonical = await opened({ states: counting(...order.map((axis) => extent[axis]!)) });
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(order, { minLength: 5 }),
        fc.array(fc.nat(3), { maxLength: 5 }),
        async (axes, indices) => {
          // Stored element with multi-index i holds the number that the canonical array has there.
          const shape = axes.map((axis) => extent[axis]!);
          const stored = counting(...shape);
          for (let flat = 0; flat < stored.data.length; flat++) {
            let rest = flat;
            const at: Record<string, number> = {};
            for (let i = axes.length - 1; i >= 0; i--) {
              at[axes[i]!] = rest % shape[i]!;
              rest = Math.floor(rest / shape[i]!);
            }
            stored.data[flat] = order.reduce((sum, axis) => sum * extent[axis]! + at[axis]!, 0);
          }
          const data = await opened({ states: stored }, { axes: axes.join(",") });
          expect(await data.read(indices)).toEqual(await canonical.read(indices));
          await data.close();
        },
      ),
      { numRuns: 30 },
    );
    await canonical.close();
  });

  test("fields without a channel axis get one", async () => {
    const data = await opened({ states: counting(2, 3, 4, 5) }, { axes: "n,t,y,x" });
    expect(data.shape).toEqual([2, 3, 1, 4, 5]);
    await data.close();
  });

  test.each([
    ["n,t,q", 'Axes "n,t,q": "q" is no axis.'],
    ["b,n,c,y,x", "trajectory is there twice"],
    ["b,c", "has 4 axes, [2, 3, 4, 5], but 2 are named"],
  ])("%s is refused", async (axes, message) => {
    await expect(opened({ x: counting(2, 3, 4, 5) }, { axes })).rejects.toThrow(message);
  });
});

test("a grid of few points says how it is read as particles, until its axes are stated", async () => {
  const arrays = { x: counting(20, 3, 4) };
  const guessed = await opened(arrays);
  expect(guessed.notices.join()).toMatch(/3 particles of 4 numbers each.*b,p,c \(--axes on/u);
  await guessed.close();
  const stated = await opened(arrays, { axes: "b,p,c" });
  expect(stated.axes).toEqual(["trajectory", "time", "particle", "channel"]);
  expect(stated.notices).toEqual([]);
  await stated.close();
});

describe("what cannot be used says why", () => {
  test("unequal numbers of inputs and targets", async () => {
    await expect(opened({ x: counting(4, 2), y: counting(5, 2) })).rejects.toThrow(
      "are not equally many",
    );
  });
  test("several arrays without the usual names", async () => {
    await expect(opened({ a: counting(4, 2), b: counting(5, 2) })).rejects.toThrow(
      "several that may be meant: a [4, 2], b [5, 2]",
    );
  });
  test("a name that is not there", async () => {
    await expect(opened({ a: counting(4, 2) }, { input: "z" })).rejects.toThrow('has no array "z"');
  });
  test("two states an input of trajectories of one", async () => {
    await expect(opened({ states: counting(2, 1, 3, 4, 4) }, { history: 2 })).rejects.toThrow(
      "too few for inputs of 2",
    );
  });
  test("fields for another number of channels", async () => {
    await expect(
      opened({ x: counting(2, 4, 4, 4) }, { fields: "scalar:p,vector:v" }),
    ).rejects.toThrow("they name 3 channels, but there are 4");
  });
  test("fields for channels that come last, naming the axes to state", async () => {
    await expect(
      opened({ x: counting(2, 8, 8, 3) }, { fields: "scalar:p,vector:v" }),
    ).rejects.toMatchObject({
      message: 'Fields "scalar:p,vector:v": they name 3 channels, but there are 8.',
      todo: expect.stringMatching(/axis that is read as x has 3: .*--axes .* b,y,x,c/) as string,
    });
  });
  test("NaN in a chosen sample, naming sample, channel and position; other samples are read", async () => {
    const x = counting(3, 3, 2, 2);
    x.data[15] = NaN;
    const data = await opened({ x }, { fields: "scalar:p,vector:v" });
    await expect(data.read([2, 1])).rejects.toThrow(
      "input of sample 1 (counted from 0) is NaN at channel 0 (p), y 1, x 1.",
    );
    expect((await data.read([0, 2])).input.shape).toEqual([2, 3, 2, 2]);
    await data.close();
  });
});

describe("data info", () => {
  test("describes a file that this program writes", async () => {
    const data = await opened(
      {
        states: counting(2, 3, 3, 4, 4),
        time: { dtype: "float64", shape: [3], data: Float64Array.of(0, 0.1, 0.2) },
        x: { dtype: "float32", shape: [4], data: Float32Array.of(0, 0.1, 0.2, 0.3) },
        y: { dtype: "float32", shape: [4], data: Float32Array.of(0, 0.2, 0.4, 0.6) },
      },
      { fields: "scalar:p,vector:v" },
    );
    const info = await describeData(data);
    expect(info).toMatchObject({
      layout: "npz",
      shape: [2, 3, 3, 4, 4],
      axes: ["trajectory", "time", "channel", "y", "x"],
      dtype: "float64",
      fields: "scalar:p,vector:v",
      samples: 4,
      dt: 0.1,
      boundary: null,
    });
    expect(info.channels[2]).toEqual({ name: "v.y", kind: "vector.y", group: "v" });
    expect(info.spacing![0]).toBeCloseTo(0.2, 6);
    expect(info.spacing![1]).toBeCloseTo(0.1, 6);
    expect(data.grid!.length[1]).toBeCloseTo(0.4, 6);
    await data.close();
  });

  test("counts NaN and says what is not known", async () => {
    const x = counting(2, 1, 2, 2);
    x.data[0] = NaN;
    const data = await opened({ x });
    const { warnings, statistics, channels } = await describeData(data);
    expect(warnings.join(" ")).toMatch("channel 0 has 1 NaN or infinite value.");
    expect(warnings.join(" ")).toMatch("no targets");
    expect(channels[0]!.kind).toBe("unknown");
    expect(statistics[0]).toMatchObject({ nonFinite: 1, mean: 4, min: 1, max: 7 });
    await data.close();
  });
});

describe("statistics", () => {
  test("are those of all values, however they are cut into chunks and far from zero", async () => {
    const offset = 1e8;
    const x = counting(6, 2, 3, 3);
    for (let i = 0; i < x.data.length; i++) x.data[i] = offset + (i % 7);
    const data = await opened({ x });
    const { channels, looked, states } = await channelStatistics(data);
    expect([looked, states]).toEqual([6, 6]);
    for (const [c, { mean, std }] of channels.entries()) {
      const values = Array.from(x.data as Float64Array).filter(
        (_, i) => Math.floor(i / 9) % 2 === c,
      );
      const expected = values.reduce((a, v) => a + v - offset, 0) / values.length;
      const spread = values.reduce((a, v) => a + (v - offset - expected) ** 2, 0) / values.length;
      // One unit in the last place at 1e8 is 1.5e-8.
      expect(Math.abs(mean - offset - expected)).toBeLessThan(1e-7);
      expect(Math.abs(std - Math.sqrt(spread))).toBeLessThan(1e-7);
    }
    await data.close();
  });

  test("of values that overflow when added are huge, not infinite", async () => {
    const x = counting(2, 1, 1, 2);
    x.data.set([1e308, 1e308, 1e308, -1e308] as never);
    const data = await opened({ x });
    const { mean, std } = (await channelStatistics(data)).channels[0]!;
    expect([mean, std].every(Number.isFinite)).toBe(true);
    expect(std).toBe(Number.MAX_VALUE);
    await data.close();
  });

  test("of a file beyond the bound are those of every k-th state", async () => {
    const data = await opened({ x: counting(10, 1, 2, 2) });
    const { channels, looked, states } = await channelStatistics(data, { mostValues: 20 });
    expect([looked, states]).toEqual([5, 10]);
    expect(channels[0]!.max).toBe(35);
    await data.close();
  });

  test("that a description takes of some states say of how many, and are bounds where they are extremes", async () => {
    const x = counting(9, 1, 1024, 512);
    x.data[3] = NaN;
    const data = await opened({ x });
    const { statisticsOf, warnings } = await describeData(data);
    expect(statisticsOf).toEqual({ states: 5, of: 9 });
    expect(warnings.join(" ")).toMatch("Statistics are of 5 of 9 states, evenly spread");
    expect(warnings.join(" ")).toMatch("has at least 1 NaN or infinite value.");
    await data.close();
    const whole = await opened({ x: counting(2, 1, 3, 3) });
    expect(await describeData(whole)).not.toHaveProperty("statisticsOf");
    await whole.close();
  });
});

describe("the box of a grid", () => {
  const vector = (...data: number[]): Tensor => ({
    dtype: "float64",
    shape: [data.length],
    data: Float64Array.from(data),
  });
  const wide = { x: counting(2, 1, 24, 32), y: counting(2, 1, 24, 32) };

  test("has square cells and the longest side 1 where nothing is stated, and says so off a square", async () => {
    const data = await opened(wide);
    expect(data.grid!.length).toEqual([0.75, 1]);
    expect(data.spacing).toBeNull();
    expect(data.notices.join()).toContain("cells are taken as square");
    const square = await opened({ x: counting(2, 1, 8, 8), y: counting(2, 1, 8, 8) });
    expect(square.grid!.length).toEqual([1, 1]);
    expect(square.notices.join()).not.toContain("cells");
  });

  test("has the sides that are stated: the longest, or each", async () => {
    expect((await opened(wide, { length: [2] })).grid!.length).toEqual([1.5, 2]);
    expect((await opened(wide, { length: [1, 1] })).grid!.length).toEqual([1, 1]);
    expect((await opened(wide, { length: [1, 1] })).notices.join()).not.toContain("cells");
    await expect(opened(wide, { length: [1, 1, 1] })).rejects.toThrow(/3 sides .* 2 axes/);
  });

  test("follows coordinates unless the file's sides are stated, and gives their cells to the other axis", async () => {
    const line = vector(...Array.from({ length: 32 }, (_, i) => i / 8));
    const data = await opened({ ...wide, grid_x: line }, { length: [3, 7] });
    expect(data.grid!.length).toEqual([3, 7]);
    // What is stated of files of its kind says nothing against the file itself.
    const expects = { axes: ["trajectory", "time", "channel", "y", "x"], channels: 1, arrays: "x" };
    const preset = await opened({ ...wide, grid_x: line }, { length: [3, 7], expects });
    expect(preset.grid!.length[1]).toBeCloseTo(4, 12);
    expect((await opened({ ...wide, grid_x: line })).grid!.length[0]).toBeCloseTo(3, 12);
  });

  test("has the time step that a number beside the states gives, unless another one is stated", async () => {
    const dt = vector(0.25);
    expect((await opened({ ...wide, dt })).dt).toBe(0.25);
    const overruled = await opened({ ...wide, dt }, { dt: 0.5 });
    expect(overruled.dt).toBe(0.5);
    expect(overruled.notices.join()).toContain("0.5, as stated; the file itself says 0.25");
    expect((await opened(wide, { dt: 0.5 })).dt).toBe(0.5);
    expect((await opened(wide)).dt).toBeUndefined();
  });
});
