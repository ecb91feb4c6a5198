import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DataOptions } from "../../shared/contract";
import { sizeOf, type Tensor } from "../../shared/tensor";
import { openData, type DataSet } from "./dataset";
import { writeNpz } from "./npz";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "meshes-"));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function opened(arrays: Record<string, Tensor>, options: DataOptions = {}): Promise<DataSet> {
  const path = join(folder, `${files++}.npz`);
  await writeNpz(path, arrays);
  return openData(path, options);
}

const noise = (...shape: number[]): Tensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i)),
});

/** Positions step · i along one axis, the same along the others. */
function mesh(shape: readonly number[], at: number, step: number): Tensor {
  const stride = sizeOf(shape.slice(at + 1));
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => step * (Math.floor(i / stride) % shape[at]!)); // prettier-ignore
  return { dtype: "float64", shape, data };
}

describe("positions of the grid's shape beside a field", () => {
  test.each([
    ["X and Y", { X: mesh([5, 6], 1, 0.25), Y: mesh([5, 6], 0, 0.5) }, [3, 2, 5, 6], "channel,y,x"],
    ["xx and yy of indexing ij", { xx: mesh([6, 5], 0, 0.25), yy: mesh([6, 5], 1, 0.5) }, [3, 2, 6, 5], "channel,y,x"], // prettier-ignore
    ["grids before channels", { grid_x: mesh([5, 6], 1, 0.25), grid_y: mesh([5, 6], 0, 0.5) }, [3, 4, 5, 6, 2], "channel,y,x"], // prettier-ignore
    ["longitude and latitude", { lon: mesh([5, 6], 1, 0.25), lat: mesh([5, 6], 0, 0.5) }, [3, 2, 5, 6], "channel,y,x"], // prettier-ignore
  ])("%s are where its points lie, and no states", async (_, meshes, shape, axes) => {
    const data = await opened({ u: noise(...shape), ...meshes });
    expect(data.states.name).toBe("u");
    expect(data.states.axes.join()).toBe(axes);
    expect(data.states.shape.slice(-2)).toEqual([5, 6]);
    expect(data.spacing).toEqual([0.5, 0.25]);
    expect(data.coordinates.x).toHaveLength(6);
    await data.close();
  });

  test("of three directions are each read along their own", async () => {
    const size = [3, 4, 5];
    const data = await opened({ u: noise(2, 3, 1, ...size), X: mesh(size, 2, 1), Y: mesh(size, 1, 2), Z: mesh(size, 0, 3) }); // prettier-ignore
    expect(data.spacing).toEqual([3, 2, 1]);
    expect(data.shape).toEqual([2, 3, 1, 3, 4, 5]);
    await data.close();
  });

  test("on a square tell x from y, which its shape does not", async () => {
    const u = noise(3, 2, 4, 4);
    const ij = await opened({ u, X: mesh([4, 4], 0, 1), Y: mesh([4, 4], 1, 2) });
    const xy = await opened({ u, X: mesh([4, 4], 1, 1), Y: mesh([4, 4], 0, 2) });
    expect([ij.spacing, xy.spacing]).toEqual([[2, 1], [2, 1]]); // prettier-ignore
    const [a, b] = [(await ij.read([0])).input.data, (await xy.read([0])).input.data];
    expect(a[1]).toBe(b[4]);
    expect(ij.notices.join()).toContain("trajectory, channel, x, y, by the positions beside it");
    await ij.close();
    await xy.close();
  });

  test("stand beside pairs and arrays that are named, too", async () => {
    const meshes = { X: mesh([5, 6], 1, 0.25), Y: mesh([5, 6], 0, 0.5) };
    const pairs = await opened({
      inputs: noise(3, 2, 5, 6),
      targets: noise(3, 2, 5, 6),
      ...meshes,
    });
    expect(pairs).toMatchObject({ targets: "stored", spacing: [0.5, 0.25] });
    const named = await opened({ a: noise(3, 1, 5, 6), b: noise(3, 1, 5, 6), ...meshes }, { input: "b" }); // prettier-ignore
    expect(named.spacing).toEqual([0.5, 0.25]);
    await pairs.close();
    await named.close();
  });
});

test("arrays of such names that are no positions are what they were", async () => {
  const both = { x: noise(5, 6), v: noise(2, 2, 5, 6) };
  await expect(opened({ X: noise(5, 6), v: both.v })).rejects.toMatchObject({
    code: "data/no-input",
    choices: [expect.objectContaining({ value: "X" }), expect.objectContaining({ value: "v" })],
  });
});
