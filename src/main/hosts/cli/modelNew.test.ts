import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { normals, randomFrom } from "../../../shared/random";
import type { Tensor } from "../../../shared/tensor";
import { LocalCompute } from "../../compute/local";
import { writeNpz } from "../../data/npz";
import { openModel } from "../../models";
import { splitOf } from "../../training/split";
import { programFolder } from "../../workbench/places";
import type { Shell } from "./command";
import { commands } from "./commands";
import { main } from "./main";

const program = programFolder(import.meta.dirname);
let folder: string;
let data: string;

/** Velocities far from zero mean and unit spread: components 3 and 5 about 10, pressures 100 about 1000. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "model-new-"));
  data = join(folder, "flow.npz");
  const noise = normals(randomFrom(1), 4 * 3 * 3 * 64);
  const scale = [3, 5, 100];
  const shift = [10, 10, 1000];
  const states: Tensor = {
    dtype: "float64",
    shape: [4, 3, 3, 8, 8],
    data: noise.map((value, i) => {
      const c = Math.floor(i / 64) % 3;
      return value * scale[c]! + shift[c]!;
    }),
  };
  await writeNpz(data, new Map([["states", states]]));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function noetherscope(
  ...argv: string[]
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const shell: Shell = {
    print: (line) => out.push(line),
    remark: (line) => err.push(line),
    terminal: false,
    progress: () => undefined,
    signal: new AbortController().signal,
    places: { settings: folder, studies: folder, resources: join(program, "resources") },
    program,
    compute: () => Promise.resolve(new LocalCompute()),
  };
  const code = await main(argv, commands, shell);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const reading = ["--axes", "n,t,c,y,x", "--fields", "vector:v,scalar:p", "--boundary", "periodic"];

test("model new writes a network that opens with the fields of its data and their statistics", async () => {
  const out = join(folder, "unet.onnx");
  const { code, out: said, err } = await noetherscope("model", "new", "unet", "--data", data, ...reading, "--width", "4", "--levels", "2", "--seed", "5", "--out", out); // prettier-ignore
  expect(err).toBe("");
  expect(code).toBe(0);
  expect(said).toMatch(/unet\.onnx: 7\d{3} parameters, \[batch, 3, 8, 8\] to \[batch, 3, 8, 8\]/);
  const model = await openModel(out);
  const stated = JSON.parse(model.info.metadata["noetherscope"]!) as Record<string, unknown>;
  expect(stated).toMatchObject({
    fields: "vector:v,scalar:p",
    axes: "b,c,y,x",
    boundary: "periodic",
    architecture: { id: "unet", seed: 5, width: 4, levels: 2, prediction: "change" },
  });
});

test("the statistics in the file commute with turns: components share a spread about zero", async () => {
  const out = join(folder, "cnn.onnx");
  await noetherscope("model", "new", "cnn", "--data", data, ...reading, "--width", "4", "--depth", "1", "--out", out); // prettier-ignore
  const { openOnnx } = await import("../../graph/onnx/model");
  const { initializers } = await openOnnx(out);
  const numbers = (name: string): number[] => Array.from(initializers.get(name)!.data, Number);
  expect(numbers("input_mean").slice(0, 2)).toEqual([0, 0]);
  expect(numbers("input_std")[0]).toBe(numbers("input_std")[1]);
  // √((3² + 10² + 5² + 10²)/2) = 10.8, to the few percent of 768 samples.
  expect(numbers("input_std")[0]! / Math.sqrt(117)).toBeCloseTo(1, 1);
  expect(numbers("input_mean")[2]! / 1000).toBeCloseTo(1, 1);
  expect(numbers("input_std")[2]! / 100).toBeCloseTo(1, 1);
  // The change of independent states has √2 of their spread, and no mean.
  expect(numbers("output_std")[2]! / (100 * Math.SQRT2)).toBeCloseTo(1, 1);
});

test("trajectories that will judge the network have no part in its statistics", async () => {
  const numbers = normals(randomFrom(4), 4 * 3 * 64);
  const held = splitOf({ trajectories: 4, times: 2 }, { share: 0.1, rollout: 1, seed: 0, most: 0 });
  const [judge] = held.validationTrajectories;
  const written = async (name: string, factor: number): Promise<Buffer> => {
    const states: Tensor = {
      dtype: "float64",
      shape: [4, 3, 1, 8, 8],
      data: numbers.map((value, i) => (Math.floor(i / (3 * 64)) === judge ? factor : 1) * value),
    };
    const file = join(folder, `${name}.npz`);
    await writeNpz(file, new Map([["states", states]]));
    const out = join(folder, `${name}.onnx`);
    await noetherscope("model", "new", "cnn", "--data", file, "--axes", "n,t,c,y,x", "--fields", "scalar:u", "--depth", "1", "--out", out); // prettier-ignore
    return readFile(out);
  };
  expect((await written("one", 1)).equals(await written("other", 100))).toBe(true);
});

test("a dry run counts and writes nothing", async () => {
  const { code, out } = await noetherscope("model", "new", "fno", "--data", data, ...reading, "--modes", "3", "--dry-run", "--json"); // prettier-ignore
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    path: null,
    id: "fno",
    preset: "small",
    input: [3, 8, 8],
  });
});

test("--list names every architecture, and for data those that fit with what they come to", async () => {
  const all = await noetherscope("model", "new", "--list");
  expect(all.out).toMatch(/^d4-cnn +D4-equivariant CNN +small +9468$/m);
  const fitting = await noetherscope("model", "new", "--list", "--data", data, ...reading);
  expect(fitting.code).toBe(0);
  expect(fitting.out).toMatch(/^cnn +medium +\d+ +\d/m);
  expect(fitting.out).toMatch(/^message-passing: .*takes particles/m);
});

test.each([
  ["an unknown architecture", ["unte"], 2, /no architecture “unte”.*unet/s],
  ["no architecture", [], 2, /ARCH is missing/],
  ["another architecture's option", ["unet", "--heads", "4"], 2, /unet has no --heads/],
  [
    "a grid that cannot be halved so often",
    ["unet", "--levels", "4"],
    1,
    /8 points cannot be halved 4 times.*3 halvings/s,
  ],
  ["a patch that does not divide", ["vit", "--patch", "3"], 1, /do not divide into patches of 3/],
  ["an even kernel", ["cnn", "--kernel", "4"], 1, /no middle/],
  ["a width that is none", ["mlp", "--width", "0"], 2, /“width” is "0"/],
  ["states of another kind", ["message-passing"], 1, /takes particles/],
  ["a preset that is none", ["cnn", "--preset", "huge"], 1, /no preset “huge”.*small/s],
] as [string, string[], number, RegExp][])("refuses %s", async (_, words, code, sentence) => {
  const out = join(folder, "never.onnx");
  const result = await noetherscope("model", "new", ...words, "--data", data, ...reading, "--out", out); // prettier-ignore
  expect(result.err).toMatch(sentence);
  expect(result.code).toBe(code);
  await expect(stat(out)).rejects.toThrow();
});

test("a file that is there is replaced only when that is asked for", async () => {
  const out = join(folder, "mlp.onnx");
  const words = ["model", "new", "mlp", "--data", data, ...reading, "--width", "3", "--out", out];
  expect((await noetherscope(...words)).code).toBe(0);
  const before = await readFile(out);
  expect((await noetherscope(...words, "--seed", "1")).err).toMatch(/is there already/);
  expect(await readFile(out)).toEqual(before);
  expect((await noetherscope(...words, "--seed", "1", "--force")).code).toBe(0);
  expect(await readFile(out)).not.toEqual(before);
});
