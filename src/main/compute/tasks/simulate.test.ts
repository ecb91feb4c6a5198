import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { showFieldSpec } from "../../../shared/fields/spec";
import { openData } from "../../data/dataset";
import { simulators } from "../../physics/simulators";
import { simulate, type SimulateInput } from "./simulate";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "simulate-"));
});
afterAll(() => rm(folder, { recursive: true }));

const context = { signal: new AbortController().signal, progress: () => undefined };
const plan: SimulateInput = {
  system: "kdv",
  preset: null,
  set: {},
  trajectories: 2,
  steps: 3,
  size: null,
  seed: 1,
  out: "",
};

test.each(simulators.map((simulator) => [simulator.id, simulator] as const))(
  "what %s writes opens with its axes, fields, coordinates and times",
  async (id, simulator) => {
    const size = simulator.axes === 0 ? 3 : 32;
    const out = join(folder, `${id}.npz`);
    await simulate({ ...plan, system: id, size, set: { dt: "0.01" }, out }, context);
    const data = await openData(out);
    expect(data.shape).toEqual([2, 4, ...simulator.shape(size)]);
    expect(showFieldSpec(data.fields!)).toBe(simulator.fields);
    expect(data.coordinates.time).toHaveLength(4);
    expect(data.coordinates.time![1]).toBeCloseTo(0.01, 12);
    if (simulator.axes > 0) {
      const length = simulator.parameters["length"]!.default;
      data.grid!.length.forEach((side) => {
        expect(side).toBeCloseTo(length, 9);
      });
    }
    const { input } = await data.read([0, 5]);
    expect(input.shape).toEqual([2, ...simulator.shape(size)]);
    await data.close();
  },
);

test.each([
  [{ system: "kvd" }, "no system “kvd”"],
  [{ preset: "none" }, "no preset “none”"],
  [{ set: { nu: "1" } }, "no option “nu”"],
  [{ size: 50 }, "no power of two"],
  [{ out: "x.h5" }, "does not end in .npz"],
  [{ set: { amplitude: "1e200" } }, "too fast for its grid"],
  [{ set: { beta: "1e300" } }, "blew up at step 1"],
] as const)("%o is refused, and nothing is written", async (change, message) => {
  const out = join(folder, "refused.npz");
  await expect(simulate({ ...plan, out, ...change }, context)).rejects.toThrow(message);
  expect(await readdir(folder)).not.toContain("refused.npz");
});
