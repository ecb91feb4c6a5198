import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { extname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { analyses, analysisById } from "../../../shared/analyses";
import { fromFloat64, type Tensor } from "../../../shared/tensor";
import { programFolder } from "../../workbench/places";
import { readCases, type ConformanceCase } from "../../compute/conformance/cases";
import { LocalCompute } from "../../compute/local";
import { readNpz, writeNpz } from "../../data/npz";
import { smallModel } from "../../graph/onnx/testing";
import { readRun } from "../../compute/runFolder";
import { Workbench } from "../../workbench/workbench";
import type { Shell } from "./command";
import { commands } from "./commands";
import { main } from "./main";

const program = programFolder(import.meta.dirname);
const fixture = (path: string): string => join(program, "fixtures", path);

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "cli-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

interface Outcome {
  code: number;
  out: string;
  err: string;
}

async function noetherscope(
  argv: string[],
  abort?: (line: string, control: AbortController) => void,
): Promise<Outcome> {
  const control = new AbortController();
  const out: string[] = [];
  const err: string[] = [];
  const shell: Shell = {
    print: (line) => out.push(line),
    remark: (line) => err.push(line),
    terminal: abort !== undefined,
    progress: (line) => abort?.(line, control),
    signal: control.signal,
    places: { settings: home, studies: home, resources: join(program, "resources") },
    program,
    compute: () => Promise.resolve(new LocalCompute()),
  };
  const code = await main(argv, commands, shell);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const vit = [
  "--model",
  fixture("vit/model.onnx"),
  "--data",
  fixture("vit/data.npz"),
  "--fields",
  "vector:v,scalar:p",
];

describe("usage", () => {
  test.each(commands.map((command) => [command.name, command] as const))(
    "%s --help shows usage and an example that starts like the command",
    async (name, command) => {
      const { code, out, err } = await noetherscope([...name.split(" "), "--help"]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toContain(`usage: noetherscope ${name}`);
      expect(command.example.startsWith(`noetherscope ${name}`)).toBe(true);
    },
  );

  test("every parameter of an analysis is a flag with its help", async () => {
    for (const { id, parameters } of Object.values(analyses)) {
      const { out } = await noetherscope(["analyse", id, "--help"]);
      for (const [flag, { help }] of Object.entries(parameters)) {
        expect(out).toContain(`--${flag}`);
        expect(out.replace(/\s+/g, " ")).toContain(help);
      }
    }
  });

  test.each([
    [["dance"], "no command “dance”"],
    [["serve", "--prt", "80"], "no option “--prt” here. Did you mean “--port”?"],
    [["model", "run", "a.onnx", "--inputs"], "--inputs FILE lacks its value"],
    [["data", "info", "--json=yes", "a.npz"], "--json takes no value"],
    [["analyse", "coherence", ...vit, "--out", "x", "--loss", "sms"], "Did you mean “smse”?"],
    [["analyse", "coherence", ...vit, "--out", "x", "--group", "d44"], "Did you mean “d4”?"],
    [["analyse", "landscape", ...vit, "--out", "x", "--directions", "orbits"], "mean “orbit”?"],
    [["model"], "COMMAND"],
    [["model", "dance"], "no command “model dance”"],
    [["analyse", "astrology"], "no command “analyse astrology”"],
    [["model", "info"], "MODEL is missing"],
    [["model", "info", "a.onnx", "b.onnx"], "2 are given: a.onnx, b.onnx"],
    [["model", "run", "a.onnx"], "--inputs FILE is needed"],
    [["serve", "--port", "http"], "no port"],
    [["serve", "--prot", "80"], "--prot"],
    [["analyse", "coherence", ...vit, "--out", "x", "--ridge", "much"], '“ridge” is "much"'],
    [["analyse", "coherence", ...vit, "--out", "x", "--samples", "some"], "a number of samples"],
    [["analyse", "coherence", ...vit], "--out DIR is needed"],
    [["analyse", "coherence", ...vit, "--out", "x", "--ridge", "-1"], "takes a number from 0"],
    [["analyse", "coherence", ...vit, "--out", "x", "--ridge", "--json"], "write --ridge=VALUE"],
    [["simulate", "n-body", "--size", "-16", "--out", "x.npz"], "--size"],
    [["analyse", "coherence", ...vit, "--out", "x", "--group", "d5"], 'No group "d5"'],
    [["analyse", "coherence", ...vit, "--out", "x", "--elements", "e,q"], 'no element "q"'],
    [["data", "info", fixture("vit/data.npz"), "--fields", "vectr:v"], '"▸vectr:v"'],
    [["data", "info", fixture("vit/data.npz"), "--axes", "b,c,q,x"], '"q" is no axis'],
    [["figure", "run", "--out", "a.gif"], "no format"],
    [["figure", "run", "--out", "a.svg", "--width", "5"], "--width is a number of millimetres"],
    [["figure", "run", "--out", "a.svg", "--theme", "loud"], "--theme is one of print"],
  ])(
    "wrong usage is exit code 2 with a sentence and the usage line: %j",
    async (argv, sentence) => {
      const { code, out, err } = await noetherscope(argv);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toContain(sentence);
      expect(err).toContain("usage: noetherscope");
    },
  );
});

describe("a command that there is not", () => {
  test.each([
    [["modle", "info"], "model info"],
    [["model", "inf", "a.onnx"], "model info"],
    [["analyse", "coherense", "--model", "a.onnx"], "analyse coherence"],
    [["analyze", "coherence"], "analyse coherence"],
    [["coherence", "--model", "a.onnx"], "analyse coherence"],
    [["gradcheck", "a.onnx"], "model gradcheck"],
    [["devises"], "devices"],
    [["figur", "run"], "figure"],
  ])("is asked back, %j as “%s”", async (argv, meant) => {
    const { code, out, err } = await noetherscope(argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(`Did you mean “${meant}”?`);
    expect(err.split("\n")).toHaveLength(2);
  });

  test("and nothing like it shows all there are", async () => {
    const { err } = await noetherscope(["astrology"]);
    expect(err).not.toContain("mean");
    for (const { name } of commands) expect(err).toContain(name);
  });
});

describe("every example that the help shows runs as printed, from a checkout", () => {
  const shown = commands.filter(({ example }) => /\.(onnx|npz)\b/.test(example));
  test.each(shown.map(({ name, example }) => [example, name]))("%s", async (example, name) => {
    const argv = example.split(" ").slice(1);
    // What it writes goes to the test's own folder, and of what takes long it is enough to know that it could be run.
    const at = argv.indexOf("--out");
    if (at >= 0) argv[at + 1] = join(home, `result${extname(argv[at + 1]!)}`);
    if (name === "data convert") argv[3] = join(home, "result.npz");
    if (name.startsWith("analyse") || name === "train") argv.push("--dry-run");
    const { code, err } = await noetherscope(argv);
    expect(code, err).toBe(0);
  });
});

test("model info names the node that stops a gradient", async () => {
  const path = join(home, "stopped.onnx");
  const w = (shape: number[]): Tensor =>
    fromFloat64("float32", shape, new Float64Array(shape[0]! * shape[1]!).fill(0.5));
  await writeFile(
    path,
    smallModel({
      inputs: { x: ["N", 6] },
      outputs: ["z"],
      initializers: { "a.weight": w([6, 6]), "b.weight": w([6, 6]) },
      nodes: [
        { op: "MatMul", inputs: ["x", "a.weight"], outputs: ["h"] },
        { op: "Round", name: "/quantise/Round", inputs: ["h"], outputs: ["r"] },
        { op: "MatMul", inputs: ["r", "b.weight"], outputs: ["z"] },
      ],
    }),
  );
  const { out } = await noetherscope(["model", "info", path]);
  expect(out).toContain("gradients reach 1 of 2 tensors");
  expect(out).toContain("a.weight: Round is piecewise constant (/quantise/Round)");
});

test("model compare sets files of weights alone beside the first, each under its own name", async () => {
  const [net, trained, ema] = ["net.onnx", "two.pt::model", "two.pt::ema"].map((name) =>
    fixture(join("checkpoints", name)),
  );
  const { out } = await noetherscope(["model", "compare", trained!, ema!, net!]);
  const heads = out.split("\n").filter((line) => line.includes(" → "));
  expect(heads).toEqual([`${trained} → ${ema}`, `${trained} → ${net}`]);
  const { out: told } = await noetherscope([
    "model",
    "compare",
    trained!,
    ema!,
    trained!,
    "--json",
  ]);
  const [, itself] = JSON.parse(told) as { changed: unknown[]; same: unknown[] }[];
  expect(itself).toMatchObject({ changed: [] });
  expect(itself!.same.length).toBeGreaterThan(0);
  const { code, err } = await noetherscope(["model", "compare", net!]);
  expect(code).toBe(2);
  expect(err).toContain("B is missing");
});

test("data convert writes the chosen states of a collection’s file, which opens again", async () => {
  const source = fixture("datasets/pdebench_swe_2d/2D_rdb_NA_NA.h5");
  const out = join(home, "swe.npz");
  const converted = await noetherscope(["data", "convert", source, out, "--times", "0:3"]);
  expect(converted).toMatchObject({ code: 0, err: "" });
  const info = await noetherscope(["data", "info", out, "--json"]);
  expect(JSON.parse(info.out)).toMatchObject({ shape: [3, 3, 1, 8, 10], fields: "scalar:h" });
  const refused = await noetherscope(["data", "convert", source, join(home, "swe.csv")]);
  expect(refused).toMatchObject({ code: 2, out: "" });
});

test("a file that is there is replaced only with --force, whichever command writes it", async () => {
  const out = join(home, "kdv.npz");
  const copy = join(home, "copy.npz");
  const on = [fixture("mlp/model.onnx"), "--inputs", fixture("mlp/data.npz")];
  const simulate = ["simulate", "kdv", "--trajectories", "1", "--steps", "1", "--size", "16"];
  for (const argv of [
    [...simulate, "--out", out],
    ["data", "convert", out, copy],
    ["model", "run", ...on, "--out", join(home, "outputs.npz")],
    ["model", "gradients", ...on, "--out", join(home, "gradients.npz")],
  ]) {
    const written = argv.at(-1)!;
    expect((await noetherscope(argv)).code).toBe(0);
    const before = await readFile(written);
    expect(await noetherscope(argv)).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/npz is there already, written 20.* UTC.*--force to replace it/),
    });
    expect(await readFile(written)).toEqual(before);
    expect((await noetherscope([...argv, "--force"])).code).toBe(0);
  }
});

test("data info gives numbers the digits that their spread deserves", async () => {
  const data = fixture("unet/data.npz");
  const fields = ["--fields", "scalar:rho,vector:v,scalar:p"];
  const { out } = await noetherscope(["data", "info", data, ...fields]);
  // The mean velocity is 1e-9 of rounding.
  expect(out).toMatch(/v\.x +vector\.x +0\.00 +1\.28 +-3\.53 +3\.92/);
  expect(out).toMatch(/rho +scalar +0\.920 +0\.341 +-0\.017 +1\.599/);
  expect(out).toMatch(/arrays .* and \d+ more/);
});

test("help prints small numbers as people write them", async () => {
  const { out } = await noetherscope(["analyse", "coherence", "--help"]);
  expect(out).toContain("Default: 1e-6.");
  expect(out).not.toMatch(/0\.0000/);
});

describe("failures are one sentence on stderr and exit code 1", () => {
  async function refused(argv: string[]): Promise<string> {
    const { code, out, err } = await noetherscope(argv);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).not.toContain("fault of Noetherscope");
    expect(err.split("\n")).toHaveLength(1);
    return err;
  }

  test("a file that is not there", async () => {
    expect(await refused(["model", "info", join(home, "none.onnx")])).toContain("none.onnx");
    expect(await refused(["data", "info", join(home, "none.npz")])).toContain("none.npz");
  });

  test("a path that is misspelt, or a folder", async () => {
    expect(await refused(["model", "info", fixture("vit/modle.onnx")])).toMatch(
      /There is no file .*modle\.onnx\. Did you mean model\.onnx, in the same folder\?$/,
    );
    expect(await refused(["data", "info", fixture("vti/data.npz")])).toMatch(
      /nor its folder .*vti/,
    );
    // A folder of data files is one data set; here the files lie one folder further in.
    expect(await refused(["data", "info", fixture("datasets")])).toMatch(
      /is a folder without data files\. .*arrays/,
    );
    expect(await refused(["model", "info", fixture("datasets")])).toContain("no .onnx in it");
  });

  test("a model given as data, data given as a model, weights given as either", async () => {
    const [model, data] = [fixture("vit/model.onnx"), fixture("vit/data.npz")];
    const weights = fixture("vit/weights.safetensors");
    expect(await refused(["data", "info", model])).toMatch(/is an ONNX model\. .*--model/);
    expect(await refused(["model", "info", data])).toMatch(/zip archive.*not an ONNX.*--data/);
    expect(await refused(["model", "info", weights])).toMatch(/safetensors.*--weights/);
    expect(await refused(["data", "info", weights])).toContain("safetensors");
    expect(await refused(["data", "info", fixture("README.md")])).toContain("a text file");
  });

  test("targets that are not there, with the exporter among the remedies", async () => {
    const data = join(home, "x.npz");
    await writeNpz(data, { x: (await readNpz(fixture("vit/data.npz"))).get("input")! });
    const argv = ["analyse", "coherence", ...vit, "--data", data, "--out", join(home, "run")];
    expect(await refused(argv)).toMatch(
      /has no targets\. .*--target.*export\(…, targets=targets\)/,
    );
    expect((await noetherscope(["data", "info", data])).out).toContain(
      "export(…, targets=targets)",
    );
  });

  test("a truncated model, wherever it is cut", async () => {
    const bytes = await readFile(fixture("mlp/model.onnx"));
    for (const part of [0, 0.1, 0.5, 0.99]) {
      const path = join(home, "cut.onnx");
      await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * part)));
      expect(await refused(["model", "info", path])).toContain("cut.onnx");
    }
  });

  test("weights that do not fit", async () => {
    const weights = fixture("vit/weights.safetensors");
    expect(
      await refused(["model", "info", fixture("mlp/model.onnx"), "--weights", weights]),
    ).toContain("weights.safetensors");
  });

  test("a group that cannot act on the data, and fields that do not cover it", async () => {
    const out = join(home, "run");
    const mlp = ["--model", fixture("mlp/model.onnx"), "--data", fixture("mlp/data.npz")];
    expect(await refused(["analyse", "coherence", ...mlp, "--out", out])).toContain("cannot act");
    expect(
      await refused(["analyse", "coherence", ...vit, "--fields", "vector:v", "--out", out]),
    ).toContain("channels");
    expect(await readdir(home)).toEqual([]);
  });

  test("quarter turns of a grid that is not square, where axis reflections work", async () => {
    const [channels, height, width] = [3, 4, 6];
    const model = join(home, "wide.onnx");
    const shape = ["N", channels, height, width];
    await writeFile(
      model,
      smallModel({
        inputs: { x: shape },
        outputs: ["y"],
        nodes: [{ op: "Tanh", inputs: ["x"], outputs: ["y"] }],
      }),
    );
    const data = join(home, "wide.npz");
    const size = 2 * channels * height * width;
    const states = fromFloat64(
      "float32",
      [2, channels, height, width],
      Float64Array.from({ length: size }, (_, i) => Math.sin(i)),
    );
    await writeNpz(data, { x: states, y: states });
    const argv = ["analyse", "equivariance", "--model", model, "--data", data];
    const more = ["--fields", "vector:v,scalar:p", "--out", join(home, "run")];
    expect(await refused([...argv, "--group", "d4", ...more])).toMatch(/square grid.*4 × 6/);
    expect((await noetherscope([...argv, "--group", "v4-axes", ...more])).code).toBe(0);
  });

  test("a run where a file is", async () => {
    const path = join(home, "taken");
    await writeFile(path, "");
    expect(await refused(["analyse", "equivariance", ...vit, "--out", path])).toContain("a file");
    expect(await readFile(path, "utf8")).toBe("");
  });

  test("gradients without targets", async () => {
    const inputs = join(home, "x.npz");
    const x = fromFloat64("float32", [1, 6], new Float64Array(6));
    await writeNpz(inputs, { x });
    const argv = ["model", "gradients", fixture("mlp/model.onnx"), "--inputs", inputs];
    expect(await refused([...argv, "--out", join(home, "g.npz")])).toMatch(/“target”. It has x\.$/);
    expect(await readdir(home)).toEqual(["x.npz"]);
  });

  test("a run that is none", async () => {
    expect(await refused(["figure", home, "--out", join(home, "a.svg")])).toContain("run.json");
  });
});

describe("analyse", () => {
  test("writes a run that lists its arrays as they are, with what made it", async () => {
    const out = join(home, "run");
    const { code, out: printed } = await noetherscope([
      "analyse",
      "coherence",
      ...vit,
      "--elements",
      "e,r2",
      "--out",
      out,
      "--json",
    ]);
    expect(code).toBe(0);
    const record = await readRun(out);
    expect(JSON.parse(printed)).toEqual(record.summary);
    expect(record).toMatchObject({
      analysis: "coherence",
      parameters: { group: "d4", elements: ["e", "r2"], ridge: 1e-6 },
      data: { fields: "vector:v,scalar:p" },
    });
    expect(record.model?.sha256).toMatch(/^[0-9a-f]{64}$/);
    const arrays = await readNpz(join(out, "arrays.npz"));
    expect([...arrays.keys()].sort()).toEqual(Object.keys(record.arrays).sort());
    for (const [name, { shape, dtype }] of Object.entries(record.arrays)) {
      expect(arrays.get(name), name).toMatchObject({ shape, dtype });
    }
    expect((await readdir(out)).sort()).toEqual(["arrays.npz", "run.json"]);

    const again = ["analyse", "coherence", ...vit, "--elements", "e", "--out", out];
    expect(await noetherscope(again)).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(/holds a run already, written 20.* UTC.*--force to replace it/),
    });
    expect(await readRun(out)).toEqual(record);

    const figure = join(home, "figure.svg");
    expect(await noetherscope(["figure", out, "--out", figure])).toMatchObject({
      code: 0,
      out: figure,
    });
    expect(await readFile(figure, "utf8")).toContain("<svg");
    expect(await noetherscope(["figure", out, "--out", figure])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/figure\.svg is there already.*--force to replace it/),
    });
    expect((await noetherscope(["figure", out, "--out", figure, "--force"])).code).toBe(0);
    expect((await noetherscope([...again, "--force"])).code).toBe(0);
    expect((await readRun(out)).parameters).toMatchObject({ elements: ["e"] });
    // r is an element of the group, but not of this run.
    for (const pick of [
      ["--element", "r"],
      ["--subgroup", "e,r"],
      ["--quantity", "charm"],
      ["--figure", "charm"],
    ]) {
      const refused = await noetherscope(["figure", out, "--out", figure, ...pick]);
      expect(refused).toMatchObject({
        code: 2,
        out: "",
        err: expect.stringMatching(/no .*“(r|charm)”/),
      });
    }
  });

  test("remarks on components in the wrong order and on a normalisation that spoils the group", async () => {
    const [batch, n] = [4, 16];
    // Velocity of the stream function sin(x) cos(2y) and its like, components exchanged.
    const x = new Float64Array(batch * 3 * n * n);
    for (let b = 0; b < batch; b++) {
      const [kx, ky] = [1 + (b % 2), 2 + Math.floor(b / 2)];
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const [px, py] = [(2 * Math.PI * kx * j) / n, (2 * Math.PI * ky * i) / n];
          const at = (c: number): number => ((b * 3 + c) * n + i) * n + j;
          x[at(0)] = -kx * Math.cos(px) * Math.cos(py);
          x[at(1)] = -ky * Math.sin(px) * Math.sin(py);
        }
      }
    }
    const states = fromFloat64("float32", [batch, 3, n, n], x);
    const data = join(home, "exchanged.npz");
    await writeNpz(data, { x: states, y: states });
    const normalisation = join(home, "normalisation.json");
    await writeFile(normalisation, JSON.stringify({ mean: [0, 0, 0], std: [1, 2, 1] }));
    const out = join(home, "run");
    const { code, err } = await noetherscope([
      ...["analyse", "equivariance", "--model", fixture("vit/model.onnx"), "--data", data],
      ...["--fields", "vector:v,scalar:p", "--normalise", normalisation, "--out", out],
    ]);
    expect(code).toBe(0);
    expect(err).toContain("does not commute with");
    expect(err).toContain("v fits only if its stored components are (vy, vx)");
    const { notices } = await readRun(out);
    for (const notice of notices) expect(err).toContain(notice);
  });

  /** Two checkpoints, for what goes over several. */
  const networksOf = (id: string): string[] =>
    analysisById(id)?.checkpoints === undefined
      ? []
      : ["--checkpoints", `${fixture("vit/model.onnx")},${fixture("vit/weights.safetensors")}`];

  test.each(Object.keys(analyses))("%s --verify says how far float64 is", async (id) => {
    const argv = [
      "analyse",
      id,
      ...vit,
      "--samples",
      "2",
      "--verify",
      "2",
      "--out",
      join(home, "run"),
    ];
    const { parameters } = analyses[id as keyof typeof analyses];
    const small = "points" in parameters ? ["--points", "3"] : [];
    const { out } = await noetherscope([...argv, ...small, ...networksOf(id)]);
    const found = / again in float64, largest difference (\S+?)(?: of [^.]*)?\.$/.exec(out);
    // Float32 through a small network; the fixtures' bounds for errors and Gram matrices are 2e-5 and 1e-4.
    expect(Number(found?.[1])).toBeLessThan(1e-4);
  });

  test.each(Object.keys(analyses))("%s prints what it found before where it is", async (id) => {
    const { parameters } = analyses[id as keyof typeof analyses];
    const small = "points" in parameters ? ["--points", "3"] : [];
    const out = join(home, "run");
    const argv = ["analyse", id, ...vit, "--samples", "3", ...small, "--out", out];
    const { code, out: printed } = await noetherscope([...argv, ...networksOf(id)]);
    expect(code).toBe(0);
    const lines = printed.split("\n");
    const place = lines.findIndex((line) => line.startsWith(join(out, "run.json")));
    const result = lines.slice(0, place).join("\n");
    expect(place).toBeGreaterThanOrEqual(id === "discover" ? 1 : 2);
    expect(place).toBeLessThan(26);
    expect(result).not.toMatch(/NaN|null|undefined/);
    expect(result).toMatch(/Element|Generator|Quantity|Algebra/);
  });

  test("of a plain network needs only the trivial group", async () => {
    const out = join(home, "run");
    const argv = [
      "analyse",
      "coherence",
      "--model",
      fixture("mlp/model.onnx"),
      "--data",
      fixture("mlp/data.npz"),
    ];
    expect((await noetherscope([...argv, "--group", "trivial", "--out", out])).code).toBe(0);
    const found = (await readNpz(join(out, "arrays.npz"), ["gram_x"])).get("gram_x")!;
    const wanted = (await readNpz(fixture("mlp/data.npz"), ["per_sample_gram"])).get(
      "per_sample_gram",
    )!;
    const scale = Math.max(...(wanted.data as Float64Array));
    found.data.forEach((value, i) => {
      expect(Math.abs(Number(value) - Number(wanted.data[i])) / scale).toBeLessThan(1e-4);
    });
  });

  test("--dry-run says what would be done and writes nothing", async () => {
    const { code, out } = await noetherscope([
      "analyse",
      "landscape",
      ...vit,
      "--dry-run",
      "--json",
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      samples: 4,
      passes: expect.any(Number),
      seconds: expect.any(Number),
    });
    expect(await readdir(home)).toEqual([]);
  });

  test("cancelled is exit code 130, with nothing half-written", async () => {
    const argv = [
      "analyse",
      "coherence",
      ...vit,
      "--executor",
      "reference",
      "--out",
      join(home, "run"),
    ];
    const { code, out } = await noetherscope(argv, (line, control) => {
      if (!line.includes("Opening")) control.abort();
    });
    expect({ code, out }).toEqual({ code: 130, out: "" });
    expect(await readdir(home)).toEqual([]);
  });
});

test("run makes what a study asks for and does not have, once", async () => {
  const path = join(home, "study");
  const places = { settings: home, studies: home, resources: join(program, "resources") };
  const workbench = new Workbench({
    host: "cli",
    version: "0",
    places,
    compute: new LocalCompute(),
  });
  await workbench.call("study.create", { path });
  const model = await workbench.call("study.addModel", {
    study: path,
    path: fixture("vit/model.onnx"),
  });
  const data = await workbench.call("study.addData", {
    study: path,
    path: fixture("vit/data.npz"),
    options: { fields: "vector:v,scalar:p" },
  });
  await workbench.close();
  const file = join(path, "study.json");
  const document = JSON.parse(await readFile(file, "utf8")) as { requests: unknown[] };
  for (const id of ["first", "second"]) {
    document.requests.push({
      id,
      analysis: "equivariance",
      model: model.entry,
      data: data.entry,
      parameters: { group: "c2" },
    });
  }
  await writeFile(file, JSON.stringify(document));

  // Another program has the study: this very process stands in for a server that is alive.
  const lock = { pid: process.pid, host: hostname(), since: new Date().toISOString(), token: "t" };
  await writeFile(join(path, ".lock"), JSON.stringify(lock));
  const before = await readFile(file, "utf8");
  expect(await noetherscope(["run", path])).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringMatching(
      new RegExp(
        `held by process ${process.pid} on this machine, since .*Nothing was run.*close that one`,
      ),
    ),
  });
  expect(await readdir(path)).not.toContain("runs");
  expect(await readFile(file, "utf8")).toBe(before);
  expect(await readFile(join(path, ".lock"), "utf8")).toBe(JSON.stringify(lock));
  await rm(join(path, ".lock"));

  expect((await noetherscope(["run", path, "--only", "second"])).code).toBe(0);
  expect(await readdir(join(path, "runs"))).toEqual(["second"]);
  expect((await noetherscope(["run", path])).out).toMatch(/^first: 4 samples/);
  const again = await noetherscope(["run", path]);
  expect(again).toMatchObject({ code: 0, out: "", err: expect.stringContaining("is there") });
  expect((await noetherscope(["run", path, "--only", "third"])).code).toBe(1);
  expect(await readdir(path)).not.toContain(".lock");
});

test("model test says pass, fail by how much, unsupported why, a line a case, and counts", async () => {
  const folder = join(home, "cases");
  await mkdir(folder);
  await expect(noetherscope(["model", "test", folder])).resolves.toMatchObject({ code: 1 });
  const cases = await readCases(fixture("onnx-node-tests.tar.gz"));
  const put = async (
    name: string,
    outputOf = name,
    change = (model: Buffer): Buffer => model,
  ): Promise<void> => {
    const find = (wanted: string): ConformanceCase | undefined =>
      cases.find((known) => known.name === wanted);
    const [test, other] = [find(name) ?? find(outputOf), find(outputOf)];
    const set = join(folder, name, "test_data_set_0");
    await mkdir(set, { recursive: true });
    await writeFile(join(folder, name, "model.onnx"), change(Buffer.from(test!.model)));
    for (const [i, bytes] of test!.sets[0]!.inputs.entries()) {
      await writeFile(join(set, `input_${i}.pb`), bytes);
    }
    for (const [i, bytes] of other!.sets[0]!.outputs.entries()) {
      await writeFile(join(set, `output_${i}.pb`), bytes);
    }
  };
  await put("test_abs");
  await put("test_abs_v2", "test_abs", (model) => {
    // An operator that no standard has, in a name of the same length.
    return Buffer.from(model.toString("latin1").replace("\x03Abs", "\x03Abz"), "latin1");
  });
  // Outputs of another operator on other inputs, of the same shape.
  await put("test_neg", "test_abs");
  const { code, out, err } = await noetherscope([
    "model",
    "test",
    folder,
    "--executor",
    "reference",
  ]);
  const lines = out.split("\n");
  expect(lines).toEqual([
    "test_abs reference: pass",
    expect.stringMatching(/^test_abs_v2 reference: unsupported Abz ./),
    expect.stringMatching(/^test_neg reference: fail \d/),
    "1 passed, 1 failed, 1 unsupported",
  ]);
  expect({ code, err }).toEqual({ code: 1, err: "1 of ONNX's cases failed." });
});
