import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { coherence } from "../../../shared/analyses/coherence";
import { conservation } from "../../../shared/analyses/conservation";
import { lieDerivative } from "../../../shared/analyses/lieDerivative";
import { groupByName } from "../../../shared/groups/catalogue";
import { openData } from "../../data/dataset";
import { writeNpz } from "../../data/npz";
import { simulatedCase, stored } from "../testing/conventionCases";
import type { DataOptions } from "../../../shared/contract";
import { convention } from "./convention";
import { conventionNotice, type Doing } from "./conventionNotice";

let folder = "";
let path = "";
let elsewhere = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convention-"));
  path = join(folder, "turned.npz");
  const flow = simulatedCase({ system: "navier-stokes", set: {}, size: 32, seed: 3 });
  const { before, after, shape } = stored(flow, [
    [0, 1],
    [-1, 0],
  ]);
  const states = (data: Float64Array) => ({ dtype: "float64" as const, shape, data });
  await writeNpz(path, { x: states(before), y: states(after!) });
  elsewhere = join(folder, "elsewhere.npz");
  const gas = simulatedCase({ system: "euler", set: { start: "waves" }, size: 32, seed: 6 });
  const frame = (data: Float64Array) => ({ dtype: "float64" as const, shape: gas.shape, data });
  await writeNpz(elsewhere, { x: frame(gas.before), y: frame(gas.after!) });
});
afterAll(() => rm(folder, { recursive: true }));

const d4 = groupByName("d4");
const trivial = groupByName("trivial");
const translations = groupByName("translations:4");

async function noticeOf(file: string, options: DataOptions, doing: Doing): Promise<string[]> {
  const data = await openData(file, options);
  try {
    return await conventionNotice(data, doing);
  } finally {
    await data.close();
  }
}

test("a group, a motion and an integral are warned once of components stored as (vy, −vx)", async () => {
  const options = { fields: "vector:v" };
  const said = await noticeOf(path, options, { group: d4 });
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("v fits only if its stored components are (vy, −vx)");
  expect(said[0]).toContain("read it as vector:v(y,-x)");
  for (const analysis of [lieDerivative, conservation]) {
    expect(await noticeOf(path, options, { group: trivial, analysis })).toEqual(said);
    expect(await noticeOf(path, options, { group: d4, analysis })).toEqual(said);
  }
});

test("the notice is the data page’s sentence, where channels lie in another order than stated too", async () => {
  for (const [file, fields] of [
    [path, "vector:v"],
    // They are density, velocity, pressure.
    [elsewhere, "density:rho,scalar:p,vector:v"],
  ] as const) {
    const { verdict, sentence } = await convention({ path: file, options: { fields } });
    expect(verdict).toBe("other-fits-better");
    expect(await noticeOf(file, { fields }, { group: d4 })).toEqual([sentence]);
  }
  const [said] = await noticeOf(
    elsewhere,
    { fields: "density:rho,scalar:p,vector:v" },
    { group: d4 },
  );
  expect(said).toContain("The channels explain the data as density:rho,vector:v,scalar:p");
});

test("a network that is told more than the state is warned of the same", async () => {
  const told = { fields: "vector:v", conditions: "nu=0.1" };
  expect(await noticeOf(path, told, { group: d4 })).toEqual(
    await noticeOf(path, { fields: "vector:v" }, { group: d4 }),
  );
});

test("what neither turns vectors nor means directions is not warned of them", async () => {
  const options = { fields: "vector:v" };
  expect(await noticeOf(path, options, { group: translations })).toEqual([]);
  expect(await noticeOf(path, options, { group: translations, analysis: coherence })).toEqual([]);
});

test("read as it is stored nothing contradicts it", async () => {
  const options = { fields: "vector:v(y,-x)" };
  expect(await noticeOf(path, options, { group: d4, analysis: lieDerivative })).toEqual([]);
});

test("samples that nobody chose and that hold no numbers leave an analysis to go on", async () => {
  const broken = join(folder, "broken.npz");
  const data = new Float64Array(4 * 2 * 8 * 8).fill(NaN);
  await writeNpz(broken, { x: { dtype: "float64", shape: [4, 2, 8, 8], data } });
  expect(await noticeOf(broken, { fields: "vector:v" }, { group: d4 })).toEqual([]);
});
