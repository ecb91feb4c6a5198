import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../../shared/tensor";
import { LocalCompute } from "../../compute/local";
import { openData } from "../../data/dataset";
import { writeNpz } from "../../data/npz";
import { programFolder } from "../../workbench/places";
import type { Shell } from "./command";
import { commands } from "./commands";
import { main } from "./main";

const program = programFolder(import.meta.dirname);
let folder: string;

const counting = (...shape: number[]): Tensor => ({
  dtype: "float64",
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "data-info-"));
  const time: Tensor = { dtype: "float64", shape: [4], data: Float64Array.of(0, 0.1, 0.2, 0.3) };
  await writeNpz(join(folder, "flow.npz"), { states: counting(2, 4, 1, 8, 8), time });
  await writeNpz(join(folder, "pairs.npz"), { x: counting(3, 1, 8, 8), y: counting(3, 1, 8, 8) });
  await writeFile(join(folder, "bad.npz"), "no archive");
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

describe("of several files", () => {
  const files = (): string[] => ["bad.npz", "flow.npz", "none.npz"].map((one) => join(folder, one));

  test("those that cannot be read are told, and the others described all the same", async () => {
    const { code, out, err } = await noetherscope("data", "info", ...files());
    expect(code).toBe(1);
    expect(out).toContain("flow.npz");
    expect(err).toMatch(/bad\.npz[^]*none\.npz[^]*2 of 3 files could not be read\./);
  });

  test("as JSON each has its entry", async () => {
    const { code, out } = await noetherscope("data", "info", ...files(), "--json");
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject([
      { path: join(folder, "flow.npz"), shape: [2, 4, 1, 8, 8] },
      { path: join(folder, "bad.npz"), error: {} },
      { path: join(folder, "none.npz"), error: { code: "file/enoent" } },
    ]);
  });

  test("options that are wrong are told once", async () => {
    const { code, err } = await noetherscope("data", "info", ...files(), "--axes", "q");
    expect(code).toBe(2);
    expect(err.match(/is no axis/g)).toHaveLength(1);
  });
});

test("data convert writes the time step that is stated, be there times in the file", async () => {
  const from = join(folder, "flow.npz");
  for (const ending of ["npz", "h5"]) {
    const out = join(folder, `restated.${ending}`);
    const fields = ["--axes", "n,t,c,y,x", "--fields", "scalar:h", "--boundary", "periodic"];
    const { code, err } = await noetherscope(
      "data",
      "convert",
      from,
      out,
      ...fields,
      "--dt",
      "0.5",
    );
    expect({ code, err }).toMatchObject({ code: 0 });
    const data = await openData(out);
    expect(data.dt).toBeCloseTo(0.5, 6);
    expect(data.coordinates.time!.map((t) => Number(t.toFixed(5)))).toEqual([0, 0.5, 1, 1.5]);
    await data.close();
  }
});

test("data convert writes pairs as .npz, and says of a layout of trajectories why it cannot", async () => {
  const out = join(folder, "out.npz");
  expect((await noetherscope("data", "convert", join(folder, "pairs.npz"), out)).code).toBe(0);
  const target = join(folder, "out.h5");
  const { code, err } = await noetherscope("data", "convert", join(folder, "pairs.npz"), target, "--layout", "pdebench"); // prettier-ignore
  expect(code).toBe(1);
  expect(err).toMatch(/pairs/);
  expect(err).toMatch(/Write \.npz/);
});
