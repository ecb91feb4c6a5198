import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openData } from "./dataset";

const python = "/usr/bin/python3";
const hasH5py = (() => {
  try {
    execFileSync(python, ["-c", "import h5py"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stacked-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A group for each trajectory, whose states are all 100 · trajectory + time. */
function groups(name: string, shapes: readonly (readonly number[])[]): string {
  const path = join(folder, name);
  const script = `
import sys, json, h5py, numpy as np
with h5py.File(sys.argv[1], "w") as f:
    for k, shape in enumerate(json.loads(sys.argv[2])):
        a = np.arange(shape[0]).reshape([-1] + [1] * (len(shape) - 1)) + 100.0 * k
        f[f"{k:04}/data"] = np.broadcast_to(a, shape).astype("f4")
        f[f"{k:04}/grid/t"] = np.arange(shape[0]) * 0.5
        f[f"{k:04}/grid/x"] = np.arange(shape[1]) * 0.25`;
  execFileSync(python, ["-c", script, path, JSON.stringify(shapes)]);
  return path;
}

test.skipIf(!hasH5py)("groups of unequal numbers of times are each read to their end", async () => {
  const data = await openData(groups("ragged.h5", [[2, 6, 1], [4, 6, 1], [3, 6, 1]])); // prettier-ignore
  expect(data).toMatchObject({ sampleCount: 6, lengths: [1, 3, 2], dt: 0.5, spacing: [0.25] });
  const { input, target } = await data.read([0, 1, 2, 3, 4, 5]);
  const firsts = (values: ArrayLike<number | bigint>): number[] =>
    Array.from({ length: 6 }, (_, i) => Number(values[6 * i]));
  expect(firsts(input.data)).toEqual([0, 100, 101, 102, 200, 201]);
  expect(firsts(target!.data)).toEqual([1, 101, 102, 103, 201, 202]);
  await data.close();
});

test.skipIf(!hasH5py)(
  "groups that differ in more than their times are refused in one sentence",
  async () => {
    await expect(
      openData(
        groups("mixed.h5", [
          [3, 6, 1],
          [3, 7, 1],
        ]),
      ),
    ).rejects.toMatchObject({
      // prettier-ignore
      code: "data/ragged",
      message: expect.stringContaining("they differ in more than their times") as string,
    });
  },
);
