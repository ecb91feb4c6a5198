import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeStates, type ConvertOptions } from "./convert";
import { openData } from "./dataset";
import { readNpz, writeNpz } from "./npz";
import { namesSaid, sidesSaid, unitsSaid } from "./said";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "convert-"));
});
afterAll(() => rm(folder, { recursive: true }));

const quietly = { signal: new AbortController().signal, onProgress: () => undefined };
const all = (trajectories: number, times: number): ConvertOptions => ({
  trajectories: [0, trajectories],
  times: [0, times],
  ...quietly,
});

test.each([
  "the_well_2d/example_dataset_gamma_1.4.hdf5",
  "pdebench_swe_2d/2D_rdb_NA_NA.h5",
  "pdegym_velocity/NS-Sines.nc",
])("%s is the same data set as .npz", async (name) => {
  const before = await openData(join("fixtures/datasets", name));
  const out = join(folder, "out.npz");
  const { trajectories, times } = before.states;
  await writeStates(before, out, "npz", all(trajectories, times));
  const after = await openData(out);
  expect(after).toMatchObject({
    shape: before.shape,
    axes: before.axes,
    fields: before.fields,
    coordinates: before.coordinates,
    dt: before.dt,
  });
  const indices = Array.from({ length: before.sampleCount }, (_, i) => i);
  expect(await after.read(indices)).toEqual(await before.read(indices));
  await before.close();
  await after.close();
});

test("a part has its own times, and nothing is left of a conversion that was cancelled", async () => {
  const data = await openData("fixtures/datasets/pdebench_swe_2d/2D_rdb_NA_NA.h5");
  const out = join(folder, "part.npz");
  const written = await writeStates(data, out, "npz", {
    ...all(3, 6),
    trajectories: [1, 2],
    times: [2, 4],
  });
  expect(written.shape).toEqual([1, 2, 1, 8, 10]);
  const arrays = await readNpz(out);
  expect([...arrays.get("time")!.data].map((t) => Number(t).toFixed(3))).toEqual([
    "0.200",
    "0.300",
  ]);
  const before = await readdir(folder);
  const signal = AbortSignal.abort();
  await expect(
    writeStates(data, join(folder, "no.npz"), "npz", { ...all(3, 6), signal }),
  ).rejects.toThrow();
  expect(await readdir(folder)).toEqual(before);
  await data.close();
});

test("sides and units that were stated, and names without kinds, are read back from .npz", async () => {
  const path = join(folder, "bare.npz");
  const zeros = (...shape: number[]) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return { dtype: "float32" as const, shape, data: new Float32Array(size) };
  };
  await writeNpz(path, { states: zeros(1, 2, 3, 4, 5) });
  const options = { fields: "scalar:p,vector:v", length: [2, 3.3], units: "v=m/s,y=km", dt: 0.1 };
  const before = await openData(path, options);
  const out = join(folder, "stated.npz");
  await writeStates(before, out, "npz", all(1, 2));
  const after = await openData(out);
  const told = ({ grid, spacing, units, dt }: typeof after) => ({ grid, spacing, units, dt });
  expect(told(after)).toEqual(told(before));
  expect(after.grid!.length).toEqual([2, 3.3]);
  const other = await openData(out, { length: [1, 1] });
  expect(other.grid!.length).toEqual([1, 1]);
  await other.close();
  await before.close();
  await after.close();
  const pair = join(folder, "pair.npz");
  await writeNpz(pair, { a: zeros(1, 2, 4, 5), b: zeros(1, 2, 4, 5) });
  const unsaid = await openData(pair, { input: "a,b", axes: "n,t,y,x", units: "a=K" });
  const named = join(folder, "named.npz");
  await writeStates(unsaid, named, "npz", all(1, 2));
  const again = await openData(named);
  expect(again.fields).toBeUndefined();
  expect(again.channels.map(({ name, kind }) => [name, kind])).toEqual([["a", "unknown"], ["b", "unknown"]]); // prettier-ignore
  expect(again.units).toEqual({ a: "K" });
  await unsaid.close();
  await again.close();
});

test("texts of the same names that mean something else are passed over", () => {
  const file = { attributes: () => ({}), length: "long", units: "SI", names: "a b" };
  expect(sidesSaid(file as never, 2)).toBeUndefined();
  expect(unitsSaid(file, ["x"])).toEqual({});
  expect(unitsSaid({ ...file, units: "x=m,q=K" }, ["x"])).toEqual({ x: "m" });
  expect(namesSaid(file as never, 1)).toBeUndefined();
});

test("pairs are no states in time", async () => {
  const data = await openData("fixtures/vit/data.npz");
  await expect(writeStates(data, join(folder, "no.npz"), "npz", all(1, 1))).rejects.toMatchObject({
    code: "convert/targets",
  });
  await data.close();
});
