/** Arrays of the names and shapes of further collections, whose content counts: where each element goes is known. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import type { ArrayFile } from "../arrayFile";
import { changed, type ArraySource } from "../arraySource";
import { openData, type DataSet } from "../dataset";
import { openArrays, writeNpz } from "../npz";
import { statesOf } from "../states";
import { withoutCoordinates } from "./beside";
import { namedDimensions } from "./named";
import { pdegym } from "./pdegym";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lines-"));
});
afterAll(() => rm(folder, { recursive: true }));

function counting(...shape: number[]): Tensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i);
  return { dtype: "float32", shape, data };
}

async function opened(name: string, arrays: Record<string, Tensor>): Promise<DataSet> {
  const path = join(folder, name);
  await writeNpz(path, arrays);
  return openData(path);
}

/** A file that names its dimensions, as NetCDF does. */
async function withDimensions(
  arrays: Readonly<Record<string, readonly [Tensor, string]>>,
): Promise<ArrayFile> {
  const path = join(folder, "dimensions.npz");
  await writeNpz(
    path,
    Object.fromEntries(Object.entries(arrays).map(([name, [tensor]]) => [name, tensor])),
  );
  const file = await openArrays(path);
  const named = [...file.arrays].map(([name, array]): [string, typeof array] => [
    name,
    changed(array, { dimensions: arrays[name]![1].split(",") }),
  ]);
  return { ...file, format: "NetCDF 4", arrays: new Map(named) };
}

describe("PDEBench", () => {
  test("sorption, whose ends are no neighbours, is taken as open, and advection is not", async () => {
    const arrays = { tensor: counting(2, 3, 8), "x-coordinate": counting(8) };
    for (const [name, boundary] of [
      ["1D_diff-sorp_NA_NA.npz", "open"],
      ["1D_Advection_beta0.1.npz", "periodic"],
    ] as const) {
      const data = await opened(name, arrays);
      expect(data.assumedBoundary, name).toBe(boundary);
      await data.close();
    }
  });
});

describe("PDEArena", () => {
  const flow = (...shape: number[]): Record<string, Tensor> => ({
    "train/u": counting(2, 3, ...shape),
    "train/vx": counting(2, 3, ...shape),
    "train/vy": counting(2, 3, ...shape),
  });

  test("with y first is read so where positions are as many", async () => {
    const positions = { "train/x": counting(2, 5), "train/y": counting(2, 4) };
    const data = await opened("arena.npz", { ...flow(4, 5), ...positions });
    expect(data.shape).toEqual([2, 3, 3, 4, 5]);
    expect(data.evidence.join(" ")).toContain("5 positions x and 4 positions y, so y comes first");
    // Row y = 1, column x = 2 of the first array is what is stored there.
    const { data: state } = await data.states.read([{ trajectory: 0, time: 0 }]);
    expect(state[1 * 5 + 2]).toBe(7);
    expect(data.coordinates.x).toHaveLength(5);
    await data.close();
  });

  test("keeps x first where positions say so, or nothing", async () => {
    for (const positions of [{ "train/x": counting(2, 4), "train/y": counting(2, 5) }, {}]) {
      const data = await opened("arena.npz", { ...flow(4, 5), ...positions });
      expect(data.shape).toEqual([2, 3, 3, 5, 4]);
      expect(data.evidence.join(" ")).not.toContain("y comes first");
      await data.close();
    }
  });

  test("says where positions fit neither order", async () => {
    const data = await opened("arena.npz", { ...flow(4, 5), "train/x": counting(2, 7) });
    expect(data.notices.join(" ")).toContain("It has 7 positions x for a grid of 4 × 5 points");
    await data.close();
  });
});

describe("message-passing solvers", () => {
  test("have the finest of their arrays read, with its times and positions", async () => {
    const data = await opened("KS_train.npz", {
      "train/pde_6-16": counting(2, 6, 16),
      "train/pde_6-32": counting(2, 6, 32),
      "train/t": counting(2, 6),
      "train/x": counting(2, 32),
    });
    expect(data.shape).toEqual([2, 6, 1, 32]);
    expect(data.dt).toBe(1);
    expect(data.notices.join(" ")).toContain("the file also has train/pde_6-16");
    await data.close();
  });
});

describe("PDEGym", () => {
  test("takes a source as input, and the solution as its target", async () => {
    const axes = "sample,x,y";
    const file = await withDimensions({
      source: [counting(2, 4, 5), axes],
      solution: [counting(2, 4, 5), axes],
    });
    const proposal = await pdegym(file);
    expect(proposal?.input[0]?.array.name).toBe("source");
    expect(proposal?.target?.[0]?.array.name).toBe("solution");
    expect([proposal?.fields, proposal?.outputFields]).toEqual(["scalar:source", "scalar:u"]);
    await file.close();
  });

  test("says that a wave's speed is left out, and how to take it", async () => {
    const file = await withDimensions({
      c: [counting(2, 4, 5), "sample,x,y"],
      solution: [counting(2, 3, 4, 5), "sample,time,x,y"],
    });
    const proposal = await pdegym(file);
    expect(proposal?.notices).toEqual([
      "Left out, the same at all times: c. To take it, let --input be solution,c.",
    ]);
    const states = statesOf([...proposal!.input, ...proposal!.others!]);
    expect([states.trajectories, states.times, ...states.shape]).toEqual([2, 3, 2, 5, 4]);
    await file.close();
  });
});

describe("files that name their axes", () => {
  test("lose no array to one of other axes: a single level is no third direction", async () => {
    const file = await withDimensions({
      pres: [counting(3, 4, 5), "time,lat,lon"],
      u: [counting(3, 1, 4, 5), "time,lev,lat,lon"],
      v: [counting(3, 1, 4, 5), "time,lev,lat,lon"],
    });
    const proposal = await namedDimensions(file);
    expect(proposal?.input.map(({ array }) => array.name).sort()).toEqual(["pres", "u", "v"]);
    const states = statesOf(proposal!.input);
    expect([states.times, ...states.shape]).toEqual([3, 3, 4, 5]);
    const { data } = await states.read([{ trajectory: 0, time: 1 }]);
    expect(data[0]).toBe(20);
    await file.close();
  });

  test("name what they leave out: the group that moves and has most arrays is read", async () => {
    const file = await withDimensions({
      orography: [counting(4, 5), "lat,lon"],
      soil: [counting(3, 2, 4, 5), "time,depth,lat,lon"],
      u: [counting(3, 4, 5), "time,lat,lon"],
      v: [counting(3, 4, 5), "time,lat,lon"],
    });
    const proposal = await namedDimensions(file);
    expect(proposal?.input.map(({ array }) => array.name)).toEqual(["u", "v"]);
    expect(proposal?.notices.join(" ")).toContain(
      "Left out, of other axes: soil [time, depth, lat, lon], orography [lat, lon].",
    );
    await file.close();
  });
});

describe("arrays called as components are", () => {
  test("u and v beside others of their shape are channels, whose kinds are asked", async () => {
    const arrays = { u: counting(2, 3, 4, 5), v: counting(2, 3, 4, 5), p: counting(2, 3, 4, 5) };
    const data = await opened("uvp.npz", arrays);
    expect(data.shape).toEqual([2, 3, 3, 4, 5]);
    expect(data.fields).toBeUndefined();
    await data.close();
  });

  test("vx and vy of three axes are frames of a plane, u and v may be two lines", async () => {
    const frames = { vx: counting(3, 4, 5), vy: counting(3, 4, 5) };
    const data = await opened("frames.npz", frames);
    expect(data.shape).toEqual([1, 3, 2, 4, 5]);
    await data.close();
    await expect(
      opened("lines.npz", { u: counting(3, 4, 5), v: counting(3, 4, 5) }),
    ).rejects.toMatchObject({ code: "data/no-input" });
  });
});

test("thousands of arrays are not held against each other", () => {
  const like = (name: string, shape: readonly number[]): ArraySource => ({
    name,
    where: name,
    shape,
    dtype: "float32",
    storedType: "float32",
    read: () => Promise.reject(new Error("not read")),
    readBoxes: () => Promise.reject(new Error("not read")),
  });
  const arrays = new Map(
    Array.from({ length: 30_000 }, (_, i) => [`a${i}`, like(`a${i}`, i % 2 ? [4] : [2, 4, 5])]),
  );
  arrays.set("x", like("x", [1, 5]));
  const start = performance.now();
  const left = withoutCoordinates(arrays);
  // Each against each was five seconds and more; this is some tens of milliseconds.
  expect(performance.now() - start).toBeLessThan(2000);
  expect([left.size, left.has("x")]).toEqual([30_000, false]);
});
