/** Further families of the collections, as arrays of their names and shapes; the samples themselves: fixtures.test.ts. */
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataOptions } from "../../../shared/contract";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { openData, type DataSet } from "../dataset";
import { openArrays, writeNpz } from "../npz";
import { statesOf } from "../states";
import { fno } from "./fno";
import { namedChannels } from "./channelNames";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "layouts-"));
});
afterAll(() => rm(folder, { recursive: true }));

function counting(...shape: number[]): Tensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => i);
  return { dtype: "float32", shape, data };
}

async function opened(
  name: string,
  arrays: Record<string, Tensor>,
  options: DataOptions = {},
): Promise<DataSet> {
  const path = join(folder, name);
  await writeNpz(path, arrays);
  return openData(path, options);
}

describe("PDEBench", () => {
  test.each([
    [
      "1D_CFD_trans.npz",
      { density: counting(2, 3, 8), pressure: counting(2, 3, 8), Vx: counting(2, 3, 8) },
      "1-D compressible Navier-Stokes",
      [2, 3, 3, 8],
      "scalar:density,vector:velocity,scalar:pressure",
      "open",
    ],
    [
      "3D_CFD.npz",
      Object.fromEntries(
        ["density", "pressure", "Vx", "Vy", "Vz"].map((name) => [name, counting(1, 2, 4, 3, 2)]),
      ),
      "3-D compressible Navier-Stokes",
      [1, 2, 5, 2, 3, 4],
      "scalar:density,vector:velocity,scalar:pressure",
      undefined,
    ],
    [
      "1D_Advection.npz",
      { tensor: counting(2, 3, 8), "t-coordinate": counting(4) },
      "1-D (advection)",
      [2, 3, 1, 8],
      "scalar:u",
      undefined,
    ],
    [
      "2D_diff-react.npz",
      { "0000/data": counting(3, 4, 5, 2), "0001/data": counting(3, 4, 5, 2) },
      "2-D diffusion-reaction",
      [2, 3, 2, 5, 4],
      "scalar:activator,scalar:inhibitor",
      undefined,
    ],
    [
      "ns_incom.npz",
      { velocity: counting(1, 2, 4, 5, 2), particles: counting(1, 2, 4, 5, 1) },
      "2-D incompressible Navier-Stokes",
      [1, 2, 3, 5, 4],
      "vector:velocity,scalar:particles",
      undefined,
    ],
  ] as const)("%s is read by its arrays", async (name, arrays, layout, shape, fields, boundary) => {
    const data = await opened(name, arrays);
    expect(data.layout).toBe(`PDEBench ${layout}`);
    expect(data.shape).toEqual(shape);
    expect(data.boundary).toBe(boundary);
    const { showFieldSpec } = await import("../../../shared/fields/spec");
    expect(showFieldSpec(data.fields!)).toBe(fields);
    await data.close();
  });

  test("Darcy’s solution is the target of its permeability", async () => {
    const data = await opened("2D_Darcy.npz", {
      nu: counting(2, 3, 2),
      tensor: counting(2, 1, 3, 2),
    });
    expect(data).toMatchObject({ targets: "stored", shape: [2, 1, 1, 2, 3] });
    const { input, target } = await data.read([1]);
    // [x, y] is seen as [y, x].
    expect([...input.data]).toEqual([6, 8, 10, 7, 9, 11]);
    expect(target!.data).toEqual(input.data);
    await data.close();
  });

  test("what tensor is in a file of no known name is asked", async () => {
    const data = await opened("mine.npz", {
      tensor: counting(2, 3, 8),
      "x-coordinate": counting(8),
    });
    expect(data.fields).toBeUndefined();
    await data.close();
  });
});

describe("FNO’s MATLAB files", () => {
  async function proposed(name: string, arrays: Record<string, Tensor>) {
    await writeNpz(join(folder, name), arrays);
    // Their arrays have MATLAB's order by the time that layouts look at them: hdf5.test.ts.
    const file = await openArrays(join(folder, name));
    const proposal = await fno({ ...file, format: "MATLAB 7.3" });
    await file.close();
    return proposal;
  }

  test("are told by their arrays and by how these belong together", async () => {
    const flow = await proposed("ns.npz", { a: counting(2, 4, 3), u: counting(2, 4, 3, 5) });
    expect(flow).toMatchObject({
      layout: "FNO Navier-Stokes 2-D",
      fields: "pseudoscalar:vorticity",
    });
    expect(statesOf(flow!.input)).toMatchObject({ times: 5, shape: [1, 3, 4] });
    const line = await proposed("burgers.npz", { a: counting(2, 8), u: counting(2, 8) });
    expect(line?.target?.[0]?.array.name).toBe("u");
    const darcy = await proposed("darcy.npz", { coeff: counting(2, 4, 4), sol: counting(2, 4, 4) });
    expect(darcy?.layout).toBe("FNO Darcy flow 2-D");
    expect(await proposed("other.npz", { a: counting(2, 8), u: counting(3, 8) })).toBeUndefined();
  });
});

describe("arrays called as components are", () => {
  test("become channels, vectors together, in the order of the file", async () => {
    const data = await opened("named.npz", {
      density: counting(2, 3, 4, 5),
      vy: counting(2, 3, 4, 5),
      vx: counting(2, 3, 4, 5),
      t: counting(3),
    });
    expect(data.channels.map(({ name }) => name)).toEqual(["density", "velocity.x", "velocity.y"]);
    expect(data.states.parts.map(({ array }) => array.name)).toEqual(["density", "vx", "vy"]);
    await data.close();
  });

  test.each([
    [["vx", "vy", "p"], 2, "vector:velocity,scalar:p", true],
    [["velocity_x", "velocity_y", "vorticity"], 2, "vector:velocity,pseudoscalar:vorticity", true],
    [["B_x", "B_y", "B_z"], 3, "vector:B", true],
    [["Vx", "Vy", "Vz"], 2, "vector:velocity,scalar:Vz", true],
    [["vx", "flux"], 1, "vector:velocity,scalar:flux", true],
    [["u", "v"], 2, "scalar:u,scalar:v", false],
    [["a/h", "b/h"], 2, "scalar:h,scalar:h2", true],
  ] as const)("%j in %d dimensions are %s", (names, dimension, fields, certain) => {
    const found = namedChannels(
      names.map((name) => ({ name })),
      dimension,
    );
    expect(found).toMatchObject({ fields, certain });
  });
});

describe("options change a proposal", () => {
  const arrays = {
    density: counting(2, 3, 4, 5),
    pressure: counting(2, 3, 4, 5),
    Vx: counting(2, 3, 4, 5),
    Vy: counting(2, 3, 4, 5),
  };

  test("by naming some of its arrays, whose axes are then known", async () => {
    const data = await opened("some.npz", arrays, { input: "Vx, Vy", fields: "vector:v" });
    expect(data).toMatchObject({
      shape: [2, 3, 2, 5, 4],
      axes: ["trajectory", "time", "channel", "y", "x"],
    });
    await data.close();
  });

  test("by other axes, for all of its arrays", async () => {
    const data = await opened("turned.npz", arrays, { axes: "n,t,y,x" });
    expect(data.shape).toEqual([2, 3, 4, 4, 5]);
    await data.close();
  });

  test("and arrays that do not belong together are refused", async () => {
    await expect(
      opened("apart.npz", { ...arrays, Vy: counting(2, 3, 4, 6) }),
    ).rejects.toMatchObject({ code: "axes/extent" });
  });
});

describe("a folder of files", () => {
  const burgers = "fixtures/datasets/pdebench_burgers_1d/1D_Burgers_Sols_Nu0.01.hdf5";

  test("is one data set, its files in the order that people count in", async () => {
    const path = join(folder, "shards");
    await mkdir(path);
    for (const [name, first] of [
      ["part_10.npz", 100],
      ["part_2.npz", 0],
    ] as const) {
      const states = counting(2, 2, 1, 3);
      states.data.forEach((_, i) => (states.data[i] = first + i));
      await writeNpz(join(path, name), { states });
    }
    const data = await openData(path);
    expect(data).toMatchObject({ trajectories: 4, sampleCount: 4 });
    const { input } = await data.read([3, 0, 2]);
    expect([...input.data]).toEqual([106, 107, 108, 0, 1, 2, 100, 101, 102]);
    await data.close();
  });

  test("of unlike shapes says which file differs", async () => {
    const path = join(folder, "ragged");
    await mkdir(path);
    await writeNpz(join(path, "a.npz"), { states: counting(2, 2, 1, 3) });
    await writeNpz(join(path, "b.npz"), { states: counting(2, 3, 1, 4) });
    await expect(openData(path)).rejects.toThrow("b.npz has states of channel 1 × x 4");
  });

  test("of several kinds, or without any, is refused with what is in it", async () => {
    const path = join(folder, "mixed");
    await mkdir(join(path, "train"), { recursive: true });
    await expect(openData(path)).rejects.toMatchObject({
      todo: expect.stringContaining("train") as string,
    });
    await copyFile(burgers, join(path, "a.hdf5"));
    await writeNpz(join(path, "b.npz"), { states: counting(1, 2, 1, 3) });
    await expect(openData(path)).rejects.toMatchObject({ code: "data/folder" });
  });
});

test("of train and test the first is read, and the other can be named", async () => {
  const arrays = { test: counting(2, 9, 2, 8, 8), train: counting(3, 5, 2, 8, 8) };
  const data = await opened("apebench.npz", arrays);
  expect(data.shape).toEqual([3, 5, 2, 8, 8]);
  expect(data.notices.join()).toContain("name test for others");
  await data.close();
  const other = await opened("apebench.npz", arrays, { input: "test" });
  expect(other.shape).toEqual([2, 9, 2, 8, 8]);
  await other.close();
  // Inputs and targets of training are no parts of one set of states.
  const paired = { train_x: counting(3, 2, 8, 8), train_y: counting(3, 2, 8, 8) };
  await expect(opened("pairs.npz", paired)).rejects.toThrow("several that may be meant");
});

describe("a vector beside a field", () => {
  test.each([
    ["a row", { u: counting(3, 8, 6, 5), t: counting(1, 5) }],
    [
      "a column",
      { t: counting(5, 1), u: counting(3, 8, 6, 5), x: counting(1, 8), y: counting(1, 6) },
    ],
  ])("%s is a coordinate, and as many times as an axis is long make it time", async (_, arrays) => {
    const data = await opened("field.npz", arrays);
    expect(data.shape).toEqual([3, 5, 1, 6, 8]);
    expect(data.states.parts.map(({ array }) => array.name)).toEqual(["u"]);
    expect(data.notices.join()).toContain("by the number of times beside it");
    expect(data.dt).toBe(1);
    await data.close();
  });

  test("holds where the input is named, and where time comes second", async () => {
    const arrays = { u: counting(3, 5, 7, 6), w: counting(3, 5, 7, 6), t: counting(5) };
    const data = await opened("second.npz", arrays, { input: "u" });
    expect(data.shape).toEqual([3, 5, 1, 7, 6]);
    await data.close();
  });

  test("of as many rows as the field has samples is an input of these", async () => {
    const data = await opened("told.npz", { x: counting(8, 1), y: counting(8, 8, 8) });
    expect(data.states.parts.map(({ array }) => array.name)).toEqual(["x"]);
    await data.close();
  });
});

describe("a scalar beside a vector that has its shape and channels last", () => {
  const arrays = { rho: counting(2, 3, 6, 6), vel: counting(2, 3, 6, 6, 2) };

  test.each([
    ["by its shape alone", arrays],
    ["with times beside it", { ...arrays, time: counting(3) }],
  ])("is one state with it, called after both, %s", async (_, file) => {
    const data = await opened("gas.npz", file, { input: "rho,vel" });
    expect(data.shape).toEqual([2, 3, 3, 6, 6]);
    expect(data.channels.map(({ name }) => name)).toEqual(["rho", "vel_x", "vel_y"]);
    const { data: values } = await data.states.read([{ trajectory: 1, time: 2 }]);
    const state = [5 * 36, 5 * 72, 5 * 72 + 1];
    expect([values[0], values[36], values[72]]).toEqual(state);
    await data.close();
  });

  test("in the other order, and each by itself", async () => {
    const turned = await opened("turned.npz", arrays, { input: "vel,rho" });
    expect(turned.channels.map(({ name }) => name)).toEqual(["vel_x", "vel_y", "rho"]);
    await turned.close();
    for (const [input, channels] of [
      ["rho", 1],
      ["vel", 2],
    ] as const) {
      const data = await opened("one.npz", arrays, { input });
      expect(data.shape, input).toEqual([2, 3, channels, 6, 6]);
      await data.close();
    }
  });

  test("stays what it was where the axis more is no channel", async () => {
    const file = { first: counting(2, 3, 16, 16), all: counting(2, 7, 3, 16, 16) };
    const data = await opened("first.npz", file, { input: "all" });
    expect(data.shape).toEqual([2, 7, 3, 16, 16]);
    await data.close();
  });
});

test("a file of statistics is said to be one, and where it belongs", async () => {
  await expect(opened("stats.npz", { mean: counting(3), std: counting(3) })).rejects.toMatchObject({
    code: "data/statistics",
    todo: expect.stringContaining("normalised with") as string,
  });
});

test("several arrays that may be meant come with the error, coordinates do not", async () => {
  const arrays = { a: counting(3, 8, 6), b: counting(3, 8, 6), t: counting(1, 8) };
  await expect(opened("several.npz", arrays)).rejects.toMatchObject({
    code: "data/no-input",
    choices: [
      { value: "a", label: "a [3, 8, 6]" },
      { value: "b", label: "b [3, 8, 6]" },
    ],
  });
});
