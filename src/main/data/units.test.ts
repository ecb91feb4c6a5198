import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sizeOf, type Tensor } from "../../shared/tensor";
import { openData } from "./dataset";
import { writeNpz } from "./npz";
import { statesOf } from "./states";
import { unitsOf } from "./units";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "units-"));
});
afterAll(() => rm(folder, { recursive: true }));

const counting = (...shape: number[]): Tensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
});

test("stated units are those of the data set, and one of nothing is refused", async () => {
  const path = join(folder, "flow.npz");
  await writeNpz(path, { states: counting(2, 3, 3, 4, 4) });
  const fields = "scalar:p,vector:v";
  const data = await openData(path, { fields, units: "v=m/s, t=s" });
  expect(data.units).toEqual({ v: "m/s", t: "s" });
  await data.close();
  await expect(openData(path, { fields, units: "rho=kg" })).rejects.toThrow("no “rho”");
});

test("arrays that state units give theirs, of a vector its first component's", async () => {
  const path = join(folder, "arrays.npz");
  await writeNpz(path, { u: counting(2, 4, 4), v: counting(2, 4, 4), h: counting(2, 4, 4) });
  const data = await openData(path, { input: "u,v,h", axes: "b,y,x", fields: "vector:w,scalar:h" });
  const units: Record<string, string> = { u: "m s-1", v: "m s-1", h: "1" };
  const [u, time] = ["u", "h"].map((name) => data.arrays.find((one) => one.name === name)!);
  const file = { attributes: (name: string) => ({ units: units[name] ?? "" }) };
  const states = statesOf(data.states.parts);
  expect(unitsOf(file, states, data.fields, { x: u!, time: time! }, undefined)).toEqual({
    w: "m s-1",
    x: "m s-1",
  });
  expect(unitsOf(file, states, data.fields, {}, "w=kn")).toEqual({ w: "kn" });
  await data.close();
});

test("a calendar is no unit, but what it counts is", async () => {
  const path = join(folder, "calendar.npz");
  await writeNpz(path, { states: counting(2, 3, 1, 4, 4) });
  const data = await openData(path);
  const file = { attributes: () => ({ units: "hours since 1970-01-01" }) };
  const coordinates = { time: data.arrays[0]! };
  expect(unitsOf(file, data.states, undefined, coordinates, undefined)).toEqual({ t: "hours" });
  await data.close();
});
