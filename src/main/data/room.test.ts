import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataOptions } from "../../shared/contract";
import { sizeOf, type Tensor } from "../../shared/tensor";
import { openData } from "./dataset";
import { writeNpz } from "./npz";
import { roomFor } from "./room";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "room-"));
  const shape = [2, 5, 2, 6, 7];
  const states: Tensor = {
    dtype: "float32",
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
  };
  for (const [name, deflated] of [
    ["packed", true],
    ["plain", false],
  ] as const) {
    await writeNpz(join(folder, `${name}.npz`), { states }, { deflated });
  }
});
afterAll(() => rm(folder, { recursive: true }));

test("memory at hand is taken where it fits, and other memory left aside", () => {
  const into = new Float32Array(10).fill(3);
  expect(roomFor("float32", 4, into).buffer).toBe(into.buffer);
  expect(roomFor("float32", 4, into)).toHaveLength(4);
  for (const [type, length] of [
    ["float32", 11],
    ["float64", 4],
    ["int32", 4],
  ] as const) {
    const fresh = roomFor(type, length, into);
    expect(fresh.buffer).not.toBe(into.buffer);
    expect([...fresh]).toEqual(new Array(length).fill(0));
  }
});

const sets = "fixtures/datasets";

describe("samples read into the memory of others are those that are read anew", () => {
  test.each<[string, string, DataOptions]>([
    ["of chunks and several arrays", `${sets}/pdebench_cfd_2d`, {}],
    ["of a group a trajectory", `${sets}/pdebench_swe_2d`, {}],
    ["of fields of a collection", `${sets}/the_well_2d`, {}],
    ["of NetCDF", `${sets}/pdegym_velocity`, {}],
    ["of Zarr", `${sets}/zarr_v2/flow.zarr`, {}],
    ["packed", "packed.npz", { axes: "n,t,c,y,x" }],
    ["in one piece", "plain.npz", { axes: "n,t,c,y,x" }],
    ["in another order", "plain.npz", { axes: "n,t,c,x,y" }],
    ["of several successive states", "plain.npz", { axes: "n,t,c,y,x", history: 2 }],
    ["with what is told beside", "plain.npz", { axes: "n,t,c,y,x", conditions: "nu=0.5" }],
  ])("%s", async (_, name, options) => {
    const path = name.startsWith("fixtures") ? await fileIn(name) : join(folder, name);
    const data = await openData(path, options);
    const [some, others] = [
      [0, 1, 2],
      [2, 0],
    ];
    const fresh = await data.read(others);
    const first = await data.read(some);
    const again = await data.read(others, first);
    expect(again).toEqual(fresh);
    // The memory is that of before, unless the whole data set is in memory anyway.
    expect(again.input.data.buffer).toBe(first.input.data.buffer);
    expect(again.target!.data.buffer).toBe(first.target!.data.buffer);
    await data.close();
  });
});

/** The data file of a folder of samples. */
async function fileIn(name: string): Promise<string> {
  if (name.endsWith(".zarr")) return name;
  const { readdir } = await import("node:fs/promises");
  const file = (await readdir(name)).find((one) => /\.(h5|hdf5|nc|npz)$/.test(one));
  return join(name, file!);
}
