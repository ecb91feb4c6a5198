import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DataSet } from "../../data/dataset";
import { writeNpz } from "../../data/npz";
import { withKeptData } from "./keptData";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kept-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Two states of one value. */
async function written(name: string, value: number): Promise<string> {
  const path = join(folder, name);
  await writeNpz(path, {
    states: { dtype: "float32", shape: [1, 2, 1, 2], data: new Float32Array(4).fill(value) },
  });
  return path;
}

const itself = (data: DataSet): Promise<DataSet> => Promise.resolve(data);
const firstValue = async (data: DataSet): Promise<number> =>
  Number((await data.read([0])).input.data[0]);

test("a data set is opened once for the same question, anew for another reading", async () => {
  const path = await written("same.npz", 1);
  const [one, two] = await Promise.all([
    withKeptData(path, {}, itself),
    withKeptData(path, {}, itself),
  ]);
  expect(two).toBe(one);
  expect(await withKeptData(path, { boundary: "open" }, itself)).not.toBe(one);
});

test("a file that changed is read as it is now", async () => {
  const path = await written("changed.npz", 1);
  expect(await withKeptData(path, {}, firstValue)).toBe(1);
  await written("changed.npz", 2);
  await utimes(path, new Date(), new Date(Date.now() + 5000));
  expect(await withKeptData(path, {}, firstValue)).toBe(2);
});

test("what is in use stays open while others come, and a failure is not kept", async () => {
  const path = await written("used.npz", 3);
  const others = await Promise.all(["a", "b", "c"].map((name) => written(`${name}.npz`, 0)));
  const value = await withKeptData(path, {}, async (data) => {
    for (const other of others) await withKeptData(other, {}, firstValue);
    return firstValue(data);
  });
  expect(value).toBe(3);
  const bad = join(folder, "bad.npz");
  await writeFile(bad, "no archive at all");
  await expect(withKeptData(bad, {}, firstValue)).rejects.toThrow();
  await written("bad.npz", 4);
  expect(await withKeptData(bad, {}, firstValue)).toBe(4);
});
