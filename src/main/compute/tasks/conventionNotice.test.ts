import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { coherence } from "../../../shared/analyses/coherence";
import { conservation } from "../../../shared/analyses/conservation";
import { lieDerivative } from "../../../shared/analyses/lieDerivative";
import { groupByName } from "../../../shared/groups/catalogue";
import { openData, type DataSet, type Samples } from "../../data/dataset";
import { writeNpz } from "../../data/npz";
import { simulatedCase, stored } from "../testing/conventionCases";
import { conventionNotice, conventionNoticeOf, directionsNotice } from "./conventionNotice";

let folder = "";
let path = "";
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
});
afterAll(() => rm(folder, { recursive: true }));

const d4 = groupByName("d4");
async function read(fields: string): Promise<[Samples, DataSet]> {
  const data = await openData(path, { fields });
  return [await data.read([0, 1, 2, 3, 4, 5, 6, 7]), data];
}

test("a group, a motion and an integral are warned of components stored as (vy, −vx)", async () => {
  const [samples, data] = await read("vector:v");
  const [sentence, ...more] = conventionNotice(samples, data, d4);
  expect(sentence).toContain("v fits only if its stored components are (vy, −vx)");
  expect(sentence).toContain("read it as vector:v(y,-x)");
  expect(more).toEqual([]);
  expect(await conventionNoticeOf(data, [0, 1, 2, 3], d4)).toHaveLength(1);
  expect(directionsNotice(samples, data, lieDerivative)).toEqual([sentence]);
  expect(directionsNotice(samples, data, conservation)).toEqual([sentence]);
  await data.close();
});

test("what neither turns vectors nor means directions is not warned of them", async () => {
  const [samples, data] = await read("vector:v");
  expect(conventionNotice(samples, data, groupByName("translations:4"))).toEqual([]);
  expect(directionsNotice(samples, data, coherence)).toEqual([]);
  await data.close();
});

test("read as it is stored nothing contradicts it", async () => {
  const [samples, data] = await read("vector:v(y,-x)");
  expect(conventionNotice(samples, data, d4)).toEqual([]);
  expect(directionsNotice(samples, data, lieDerivative)).toEqual([]);
  await data.close();
});
