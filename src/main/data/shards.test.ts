import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openData } from "./dataset";
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

test("files of another number of times are named", async () => {
  const ragged = join(folder, "ragged");
  await mkdir(ragged);
  await shard(join(ragged, "part0.npz"), 0);
  await shard(join(ragged, "part1.npz"), 1, 2);
  await expect(openData(ragged)).rejects.toMatchObject({
    code: "data/ragged",
    message: expect.stringMatching(
      /^part1\.npz has 2 times of .*, but part0\.npz has 3 times/,
    ) as string,
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
