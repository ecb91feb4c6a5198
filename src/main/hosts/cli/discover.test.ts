/** `noetherscope analyse discover` on real files: with a model, and of data alone. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../../shared/random";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { LocalCompute } from "../../compute/local";
import { readRun } from "../../compute/runFolder";
import { readNpz, writeNpz } from "../../data/npz";
import { programFolder } from "../../workbench/places";
import { commands } from "./commands";
import { main } from "./main";

const program = programFolder(import.meta.dirname);

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "cli-discover-"));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function noetherscope(
  ...argv: string[]
): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await main(argv, commands, {
    print: (line) => out.push(line),
    remark: (line) => err.push(line),
    terminal: false,
    progress: () => undefined,
    signal: new AbortController().signal,
    places: { settings: home, studies: home, resources: join(program, "resources") },
    program,
    compute: () => Promise.resolve(new LocalCompute()),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const doubles = (shape: readonly number[], data: Float64Array): Tensor => ({
  dtype: "float64",
  shape,
  data,
});

/** x in the plane, and x₁x₂: squeezing keeps it. */
async function pairs(): Promise<string> {
  const path = join(home, "pairs.npz");
  const x = normals(randomFrom(1), 200);
  const y = Float64Array.from({ length: 100 }, (_, k) => x[2 * k]! * x[2 * k + 1]!);
  await writeNpz(path, { x: doubles([100, 2], x), y: doubles([100, 1], y) });
  return path;
}

/** x′ = −y(1 + r²), y′ = x(1 + r²), which every state keeps turning by, exactly. */
async function trajectories(): Promise<string> {
  const path = join(home, "trajectories.npz");
  const [count, times, dt] = [20, 20, 0.05];
  const starts = normals(randomFrom(2), 2 * count);
  const states = new Float64Array(count * times * 2);
  for (let n = 0; n < count; n++) {
    const [x, y] = [starts[2 * n]!, starts[2 * n + 1]!];
    for (let t = 0; t < times; t++) {
      const angle = (1 + x * x + y * y) * t * dt;
      states[(n * times + t) * 2] = x * Math.cos(angle) - y * Math.sin(angle);
      states[(n * times + t) * 2 + 1] = x * Math.sin(angle) + y * Math.cos(angle);
    }
  }
  const time = Float64Array.from({ length: times }, (_, t) => t * dt);
  await writeNpz(path, {
    states: doubles([count, times, 2], states),
    time: doubles([times], time),
  });
  return path;
}

describe("discovery on the command line", () => {
  test("finds what keeps stored values, without a model, and draws it", async () => {
    const out = join(home, "squeeze");
    const printed = await noetherscope(
      ...["analyse", "discover", "--data", await pairs(), "--out", out],
      ...["--candidates", "matrices"],
    );
    expect(printed.code).toBe(0);
    // The headline opens the result, and is no remark beside it.
    expect(printed.out).toMatch(/^Candidate: so\(1,1\)/);
    expect(printed.err).not.toContain("Candidate");
    const record = await readRun(out);
    expect(record).toMatchObject({
      model: null,
      analysis: "discover",
      summary: { dimension: 1, algebra: "so(1,1)", form: { signature: [1, 1] } },
    });
    const arrays = await readNpz(join(out, "arrays.npz"));
    expect(arrays.get("generators")!.shape).toEqual([1, 2, 2]);
    const [a, b, c, d] = toFloat64(arrays.get("generators")!);
    [a, b, c, d].forEach((value, k) => {
      expect(Math.abs(value!)).toBeCloseTo(k === 0 || k === 3 ? Math.SQRT1_2 : 0, 9);
    });
    const figure = join(home, "spectrum.svg");
    expect((await noetherscope("figure", out, "--out", figure)).code).toBe(0);
    expect(await readFile(figure, "utf8")).toContain("so(1,1)");
  });

  test("finds what trajectories share, and says that a time step is known", async () => {
    const out = join(home, "turn");
    const { code } = await noetherscope(
      ...["analyse", "discover", "--data", await trajectories(), "--out", out],
      ...["--candidates", "rotations"],
    );
    expect(code).toBe(0);
    const { summary } = await readRun(out);
    expect(summary).toMatchObject({ fit: { of: "rates" }, dimension: 1, algebra: "so(2)" });
  });

  test("says what is missing: samples, a model, a part of the state", async () => {
    const data = await pairs();
    const discover = (...more: string[]) =>
      noetherscope("analyse", "discover", "--data", data, "--out", join(home, "x"), ...more);
    const few = await discover("--samples", "3");
    expect(few).toMatchObject({ code: 1 });
    expect(few.err).toMatch(/at least \d+ are needed/);
    expect((await discover("--candidates", "fields")).err).toContain("none is given");
    expect((await discover("--split", "3x2")).err).toContain("6 numbers, but a state has 2");
    const coherence = await noetherscope("analyse", "coherence", "--data", data, "--out", home);
    expect(coherence.code).toBe(2);
  });

  test("previews what data alone would take", async () => {
    const { code, out } = await noetherscope(
      ...["analyse", "discover", "--data", await pairs(), "--dry-run"],
    );
    expect(code).toBe(0);
    expect(out).toContain("100 samples");
  });
});
