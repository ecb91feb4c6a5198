import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeStates } from "./convert";
import { openData } from "./dataset";
import { describeData } from "./describe";
import type { Tensor } from "../../shared/tensor";
import { writeNpz } from "./npz";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shards-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Three times of two channels on 2×2 points, all of that value. */
async function shard(path: string, value: number, times = 3): Promise<void> {
  const shape = [1, times, 2, 2, 2];
  const data = new Float32Array(times * 8).fill(value);
  await writeNpz(path, { states: { dtype: "float32", shape, data } });
}

test("files that links put into a folder are read, and said to lie outside", async () => {
  const [within, outside] = [join(folder, "within"), join(folder, "outside.npz")];
  await mkdir(within);
  for (const i of [0, 1]) await shard(join(within, `part${i}.npz`), i);
  await shard(outside, 7);
  await symlink(outside, join(within, "part2.npz"));
  const data = await openData(within, { fields: "vector:v" });
  expect(data.shape).toEqual([3, 3, 2, 2, 2]);
  expect((await data.read([4])).input.data[0]).toBe(7);
  expect(data.notices).toContain(
    "part2.npz is a link that leads out of the folder, and is read where it leads.",
  );
  await data.close();
});

/** Files of one trajectory each, whose states are all 100 · trajectory + time. */
async function ragged(name: string, lengths: readonly number[]): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  for (const [k, times] of lengths.entries()) {
    const data = Float32Array.from({ length: times * 8 }, (_, i) => 100 * k + Math.floor(i / 8));
    const time = { dtype: "float64" as const, shape: [times], data: Float64Array.from({ length: times }, (_, i) => i / 4) }; // prettier-ignore
    await writeNpz(join(path, `part${k}.npz`), {
      states: { dtype: "float32", shape: [1, times, 2, 2, 2], data },
      time,
    });
  }
  return path;
}

const firstOf = (tensor: Tensor | undefined): number[] =>
  Array.from({ length: tensor!.shape[0]! }, (_, i) => Number(tensor!.data[i * 8]));

test("trajectories of unequal lengths are each read to their end, and nothing beyond", async () => {
  const data = await openData(await ragged("ragged", [3, 5, 1, 2]), { fields: "vector:v" });
  expect(data).toMatchObject({ sampleCount: 7, trajectories: 4, times: 4, dt: 0.25 });
  expect(data.lengths).toEqual([2, 4, 0, 1]);
  const all = [0, 1, 2, 3, 4, 5, 6];
  const { input, target } = await data.read(all);
  expect(firstOf(input)).toEqual([0, 1, 100, 101, 102, 103, 300]);
  expect(firstOf(target)).toEqual([1, 2, 101, 102, 103, 104, 301]);
  expect(all.map((i) => data.place(i).trajectory)).toEqual([0, 0, 1, 1, 1, 1, 3]);
  expect(data.notices).toContain(
    "Trajectories are unequally long, 1 to 5 states: samples are the transitions that each has.",
  );
  const { statistics, lengths } = await describeData(data);
  expect(statistics[0]).toMatchObject({ min: 0, max: 301, nonFinite: 0 });
  expect(lengths).toEqual([2, 4, 0, 1]);
  await data.close();
});

test("a history ends where its trajectory does", async () => {
  const data = await openData(await ragged("looking-back", [3, 5, 2]), { history: 2 });
  const { input, target } = await data.read([0, 1, 2, 3]);
  expect(data.sampleCount).toBe(4);
  expect(input.shape).toEqual([4, 4, 2, 2]);
  expect([0, 1, 2, 3].map((i) => [input.data[i * 16], input.data[i * 16 + 8], target!.data[i * 8]])).toEqual([[0, 1, 2], [100, 101, 102], [101, 102, 103], [102, 103, 104]]); // prettier-ignore
  await data.close();
});

test("what is written of unequal trajectories is what all of them have, or nothing", async () => {
  const data = await openData(await ragged("written", [3, 5, 4]), { fields: "vector:v" });
  const out = join(folder, "written.npz");
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  await expect(
    writeStates(data, out, "npz", { ...options, trajectories: [0, 3], times: [0, 5] }),
  ).rejects.toMatchObject({
    code: "convert/ragged",
    message: expect.stringContaining("have 3 to 5 states") as string,
    todo: expect.stringContaining("--times 0:3") as string,
  });
  await writeStates(data, out, "npz", { ...options, trajectories: [1, 3], times: [1, 4] });
  const after = await openData(out);
  expect(firstOf((await after.read([0, 1, 2, 3])).target)).toEqual([102, 103, 202, 203]);
  await after.close();
  await data.close();
});

test("files that differ in more than their times are named", async () => {
  const mixed = await ragged("mixed", [3, 2]);
  const data = new Float32Array(2 * 2 * 9);
  await writeNpz(join(mixed, "part2.npz"), { states: { dtype: "float32", shape: [1, 2, 2, 3, 3], data } }); // prettier-ignore
  await expect(openData(mixed)).rejects.toMatchObject({
    code: "data/ragged",
    message: expect.stringMatching(/^part2\.npz has states of .* y 3/) as string,
  });
});

test("files of frames that nothing says to be frames are said to need the name of their axis", async () => {
  const frames = join(folder, "frames");
  await mkdir(frames);
  for (const i of [0, 1]) {
    const u = {
      dtype: "float32" as const,
      shape: [3, 1, 2, 2],
      data: new Float32Array(12).fill(i),
    };
    await writeNpz(join(frames, `traj_${i}.npz`), { u });
  }
  const asSamples = await openData(frames);
  expect(asSamples.notices.filter((notice) => notice.includes("t,c,y,x"))).toHaveLength(1);
  await asSamples.close();
  const told = await openData(frames, { axes: "t,c,y,x" });
  expect(told.shape).toEqual([2, 3, 1, 2, 2]);
  expect(told.targets).toBe("next state");
  expect(told.notices.filter((notice) => notice.includes("t,c,y,x"))).toEqual([]);
  await told.close();
});

test("a boundary that is stated is not said to be taken as another", async () => {
  const said = async (options: object): Promise<string[]> => {
    const data = await openData(
      "fixtures/datasets/pdearena_smoke/NavierStokes2D_train_42_0.50000.h5",
      options,
    );
    await data.close();
    return data.notices.filter((notice) => notice.startsWith("The boundary"));
  };
  expect(await said({})).toHaveLength(1);
  expect(await said({ boundary: "periodic" })).toEqual([]);
});
