import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { showFieldSpec } from "../../../shared/fields/spec";
import { openData } from "../../data/dataset";
import { simulators } from "../../physics/simulators";
import { convertData } from "./convertData";
import { previewSimulation } from "./previewSimulation";
import { pictureOf, simulate, type SimulateInput } from "./simulate";

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

test("a preview says shape, size and time, shows three starts and writes nothing", async () => {
  const before = await readdir(folder);
  const wanted = { ...plan, system: "navier-stokes", trajectories: 5, size: 16, set: { nu: 0 } };
  const preview = await previewSimulation(wanted, context);
  expect(preview).toMatchObject({
    shape: [5, 4, 2, 16, 16],
    bytes: 8 * 5 * 4 * 2 * 16 * 16,
    symmetry: "d4",
  });
  expect(preview.starts.map(({ shape }) => shape)).toEqual([1, 2, 3].map(() => [2, 16, 16]));
  expect(preview.seconds).toBeGreaterThan(0);
  expect(await readdir(folder)).toEqual(before);
});

test("a preview of a large state is estimated from a smaller one", async () => {
  const wanted = { ...plan, system: "navier-stokes", size: 2048, set: {}, steps: 10 };
  const before = performance.now();
  const { seconds, substeps, starts } = await previewSimulation(wanted, context);
  // 64 times the points of what is measured, eight times the steps.
  expect(seconds).toBeGreaterThan(10);
  expect(substeps).toBeGreaterThan(100);
  expect(starts).toEqual([]);
  expect(performance.now() - before).toBeLessThan(20_000);
});

test("what cannot be resolved is remarked before it runs and after", async () => {
  const thin = { ...plan, system: "burgers", set: { nu: 1e-4 }, steps: 1, size: 32 };
  expect((await previewSimulation(thin, context)).remarks[0]).toContain("points wide");
  const written = await simulate({ ...thin, out: join(folder, "thin.npz") }, context);
  expect(written.remarks[0]).toContain("points wide");
});

test("what is shown meanwhile is thinned out to 128 points a side, from the same places", () => {
  const state = Float64Array.from({ length: 2 * 256 * 256 }, (_, i) => i);
  const { shape, data } = pictureOf(state, [2, 256, 256]);
  expect(shape).toEqual([2, 128, 128]);
  expect(data[128 * 128 + 128 + 1]).toBe(256 * 256 + 2 * 256 + 2);
  expect(pictureOf(state.subarray(0, 300), [1, 300]).shape).toEqual([1, 300]);
});

test("an open box is written as one, and its states are of the middles of cells", async () => {
  const out = join(folder, "open.npz");
  const set = { boundary: "open", dt: "0.01" };
  const written = await simulate({ ...plan, system: "euler", set, size: 12, out }, context);
  expect(written).toMatchObject({ boundary: "open", symmetry: "d4", fields: "density:rho,vector:v,scalar:p" }); // prettier-ignore
  const data = await openData(out);
  expect(data.coordinates.x![0]).toBeCloseTo(1 / 24, 12);
  await data.close();
});

/** What a command line of that text asks for. */
function asked(text: string, out: string): SimulateInput {
  const [, , system = "", ...words] = text.split(" # ")[0]!.split(" ");
  const flags = Object.fromEntries(
    words.flatMap((word, i) => (i % 2 === 0 ? [[word.slice(2), words[i + 1]!]] : [])),
  ) as Record<"trajectories" | "steps" | "size" | "seed" | "set", string>;
  const number = (name: "trajectories" | "steps" | "size" | "seed"): number => Number(flags[name]);
  const set = Object.fromEntries(flags.set.split(",").map((pair) => pair.split("=") as [string, string])); // prettier-ignore
  const counts = { trajectories: number("trajectories"), steps: number("steps") };
  return { system, preset: null, set, ...counts, size: number("size"), seed: number("seed"), out };
}

test.each([
  [{ system: "navier-stokes", preset: "diagonal", set: { dt: "0.03" }, size: 16, seed: 7 }, "npz"],
  [{ system: "burgers", set: { nu: "0.07", start: "sines" }, size: 32, seed: 11 }, "h5"],
  [{ system: "n-body", size: 3, seed: 5 }, "npz"],
])("what %o wrote as .%s states the command that writes the same again", async (change, ending) => {
  const [out, again] = ["first", "again"].map((name) => join(folder, `${name}.${ending}`));
  await simulate({ ...plan, ...change, out: out! }, context);
  const first = await openData(out!);
  expect(first.origin).toMatch(
    /^noetherscope simulate .*--seed \d+ --set .* # version \d+\.\d+\.\d+$/,
  );
  expect(first.evidence).toContain(`It states what made it: ${first.origin}`);
  await simulate(asked(first.origin!, again!), context);
  const second = await openData(again!);
  expect(second.origin).toBe(first.origin);
  expect(await second.read([0, 5])).toEqual(await first.read([0, 5]));
  // What is written of it elsewhere keeps that.
  if (ending === "h5") {
    const converted = join(folder, "converted.npz");
    await convertData({ path: out!, options: {}, out: converted, layout: null, trajectories: "", times: "" }, context); // prettier-ignore
    const third = await openData(converted);
    expect(third.origin).toBe(first.origin);
    await third.close();
  }
  await first.close();
  await second.close();
});

test.each([
  [{ system: "kvd" }, "no system “kvd”"],
  [{ preset: "none" }, "no preset “none”"],
  [{ set: { nu: "1" } }, "no option “nu”"],
  [{ size: 50 }, "no power of two"],
  [{ out: "x.txt" }, "ends neither in .npz nor in .h5"],
  [{ set: { amplitude: "1e200" } }, "too fast for its grid"],
  [
    { system: "advection", set: { cx: "1e308" }, size: 32 },
    "Trajectory 0, counted from 0, of Linear advection blew up at step 1",
  ],
  [{ set: { start: "bridge" } }, "takes one of waves, sines, gaussians"],
  [
    { system: "euler", set: { courant: "0.9" } },
    "With a Courant number of 0.9 the method of Compressible Euler is unstable",
  ],
  [{ system: "euler", size: 4 }, "4 cells a side are too few"],
  [{ system: "navier-stokes", size: 65536 }, "A state of [2, 65536, 65536] numbers is too large"],
  [{ system: "n-body", size: 1_000_000 }, "1000000 particles have too many pairs"],
  [{ trajectories: 2_000_000_000 }, "states take 7.5 TB"],
] as const)("%o is refused, and nothing is written", async (change, message) => {
  const out = join(folder, "refused.npz");
  await expect(simulate({ ...plan, out, ...change }, context)).rejects.toThrow(message);
  expect(await readdir(folder)).not.toContain("refused.npz");
});

test("a grid too coarse for what the solution becomes is remarked before it runs, after, and in the file", async () => {
  const out = join(folder, "coarse.npz");
  const coarse = { ...plan, size: 32, steps: 40, trajectories: 1, out };
  const remark = expect.stringMatching(/finest waves of 32 points reach \d+ %/) as string;
  expect((await previewSimulation(coarse, context)).remarks).toEqual([remark]);
  const { remarks } = await simulate(coarse, context);
  expect(remarks).toEqual([remark]);
  const data = await openData(out);
  expect(data.notices).toContain(remarks[0]);
  await data.close();
  expect((await previewSimulation({ ...coarse, size: 128 }, context)).remarks).toEqual([]);
});
