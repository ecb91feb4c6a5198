import { copyFile, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Study } from "../../../shared/contract";
import { writeNpz } from "../../data/npz";
import { analyse, home, newStudy, view, workbench } from "../testBench";

const file = (): string => join(home, "data.npz");
const other = (): string => join(home, "other.npz");

/** One trajectory of `times` states of one value. */
async function written(path: string, value: number, times = 4): Promise<void> {
  const data = new Float32Array(times * 2 * 64).fill(value);
  await writeNpz(path, { u: { dtype: "float32", shape: [1, times, 2, 8, 8], data } });
}

let study: { path: string; model: string; data: string };
let heard: Study[];
beforeEach(async () => {
  await written(file(), 1);
  study = await newStudy();
  heard = [];
  workbench.on("study.changed", (changed) => heard.push(changed));
});

const sample = async (index = 0) => {
  const { path, data: entry } = study;
  const { input, file } = await workbench.call("data.sample", { study: path, entry, indices: [index] }); // prettier-ignore
  return { value: input.data[0], file };
};
const heardStates = (): (string | undefined)[] => heard.map(({ data }) => data[0]?.state);

describe("a data file that another was copied over while it is looked at", () => {
  test("is marked as changed by the first sample that is read from it, once", async () => {
    const before = await sample();
    expect(before.value).toBe(1);
    expect(heard).toEqual([]);
    await written(other(), 2, 5);
    await copyFile(other(), file());
    const after = await sample(1);
    expect(after.value).toBe(2);
    expect(after.file).not.toEqual(before.file);
    expect(heardStates()).toEqual(["changed"]);
    expect((await sample(2)).file).toEqual(after.file);
    expect(heard).toHaveLength(1);
  });

  test("is, also where only values differ and the size does not", async () => {
    await written(file(), 3);
    await utimes(file(), new Date(), new Date(Date.now() + 5000));
    await sample();
    expect(heardStates()).toEqual(["changed"]);
  });

  test("is marked by a look for samples that were read before", async () => {
    const { path, data: entry } = study;
    const look = async () => (await workbench.call("data.look", { study: path, entry })).file;
    expect(await look()).toEqual((await sample()).file);
    expect(heard).toEqual([]);
    await written(file(), 2, 5);
    expect(await look()).toEqual((await sample()).file);
    await rm(file());
    expect(await look()).toBeNull();
    expect(heardStates()).toEqual(["changed", "missing"]);
  });

  test("tells samples of a second change from those of the first", async () => {
    const states = [];
    for (const times of [4, 5, 6]) {
      await written(file(), times, times);
      states.push(JSON.stringify((await sample()).file));
    }
    expect(new Set(states).size).toBe(3);
  });

  test("is also where what is there now cannot be read, or nothing is", async () => {
    await writeFile(other(), "no archive at all");
    await copyFile(other(), file());
    await expect(sample()).rejects.toThrow();
    await rm(file());
    await expect(sample()).rejects.toThrow();
    expect(heardStates()).toEqual(["changed", "missing"]);
  });

  test("is here again once it is back", async () => {
    const aside = join(home, "aside");
    await rename(file(), aside);
    await expect(sample()).rejects.toThrow();
    await rename(aside, file());
    expect((await sample()).value).toBe(1);
    expect(heardStates()).toEqual(["missing", "here"]);
  });

  test("is marked in the windows that have it open by another that opens the study", async () => {
    await written(file(), 2, 5);
    expect((await view(study.path)).data[0]?.state).toBe("changed");
    expect(heardStates()).toEqual(["changed"]);
    await view(study.path);
    expect(heard).toHaveLength(1);
  });

  test("is marked by a check of its convention, and by the form of a run", async () => {
    const { path, data, model } = study;
    await copyFile(file(), join(home, "first.npz"));
    await written(file(), 2, 5);
    await workbench.call("data.convention", { study: path, entry: data }).catch(() => undefined);
    expect(heardStates()).toEqual(["changed"]);
    await copyFile(join(home, "first.npz"), file());
    await sample();
    heard.length = 0;

    await written(file(), 2, 5);
    const request = { analysis: "equivariance", model, data, parameters: { samples: "2" } };
    await workbench.call("analysis.preview", { study: path, request }).catch(() => undefined);
    expect(heardStates()).toEqual(["changed"]);
  });

  test("is marked before the run that it would be read for begins, which is stale in the end", async () => {
    await written(file(), 2, 5);
    let statesAtStart: unknown;
    const stop = workbench.on("job.changed", () => (statesAtStart ??= heardStates()));
    await analyse(study);
    stop();
    expect(statesAtStart).toEqual(["changed"]);
    expect((await view(study.path)).runs[0]?.stale).toBe(true);
  });
});

test("a copy of the same content in its place is not another file", async () => {
  await writeFile(file(), await readFile(file()));
  await utimes(file(), new Date(), new Date(Date.now() + 5000));
  expect((await sample()).value).toBe(1);
  expect(heard).toEqual([]);
});
