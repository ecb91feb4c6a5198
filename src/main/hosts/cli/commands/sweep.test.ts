import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LocalCompute } from "../../../compute/local";
import { readRun } from "../../../compute/runFolder";
import { readData, readModel } from "../../../workbench/handlers/entries";
import type { Services } from "../../../workbench/services";
import { OpenStudy } from "../../../workbench/study/openStudy";
import { parseParameters } from "../../../../shared/parameters";
import { trainingParameters } from "../../../../shared/training/parameters";
import { train } from "../../../compute/tasks/train";
import { parseArguments, type Shell } from "../command";
import { sweep } from "./sweep";

const fixture = fileURLToPath(new URL("../../../../../fixtures/vit", import.meta.url));
let home: string;
let study: string;
let opened: OpenStudy;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "sweep-"));
  study = join(home, "study");
  const training = join(home, "training");
  await mkdir(training);
  await copyFile(join(fixture, "model.onnx"), join(training, "model.onnx"));
  const weights = await readFile(join(fixture, "weights.safetensors"));
  for (const epoch of [0, 1, 2]) {
    await writeFile(join(training, `epoch-${epoch}.safetensors`), weights);
    // The last number's lowest bits: another file, hardly another network.
    weights[weights.length - 4]! ^= 1 << epoch;
  }
  const services = { compute: new LocalCompute() } as unknown as Services;
  const model = await readModel(services, join(training, "model.onnx"), null);
  const data = await readData(services, join(fixture, "data.npz"), {
    input: "input",
    target: "target",
    fields: "vector:v,scalar:p",
  });
  opened = await OpenStudy.create(study);
  await opened.begin({ models: [model], data: [data], notes: "", setApart: null });
}, 60_000);
afterAll(async () => {
  await opened.close();
  await rm(home, { recursive: true });
});

const cheap = ["--metric", "identity", "--samples", "2", "--elements", "e,r"];

async function run(...argv: string[]): Promise<string[]> {
  const printed: string[] = [];
  const shell = {
    print: (line: string) => printed.push(line),
    remark: () => undefined,
    terminal: false,
    progress: () => undefined,
    signal: new AbortController().signal,
    compute: () => Promise.resolve(new LocalCompute()),
    detach: () => 4711,
  } as unknown as Shell;
  await sweep.run(parseArguments(sweep, [study, ...argv]), shell);
  return printed;
}

test("shares compute every checkpoint once, while the study is open, and merge to one run", async () => {
  const document = await readFile(join(study, "study.json"), "utf8");
  expect((await run(...cheap, "--index", "0", "--of", "2"))[0]).toMatch(/^Evolution: 2 parts/);
  await expect(run(...cheap, "--merge")).rejects.toThrow(
    "Evolution: One part is not there yet: epoch-1.safetensors.",
  );
  await run(...cheap, "--index", "1", "--of", "2");
  expect(await readdir(join(study, "runs", ".parts"))).toHaveLength(3);
  const [path] = await run(...cheap, "--merge");
  const record = await readRun(join(path!, ".."));
  expect(record.summary).toMatchObject({ kept: 3 });
  expect(record.arrays["checkpoint_cosine"]!.shape).toEqual([1, 3, 2, 2]);
  expect(await readFile(join(study, "study.json"), "utf8")).toBe(document);
}, 60_000);

test("the checkpoints of a landscape are shared as well, and merge to what one process computes", async () => {
  const options = ["--analysis", "landscape", "--checkpoints", "epoch-*.safetensors", "--samples", "2", "--points", "3", "--directions", "random"]; // prettier-ignore
  expect((await run(...options, "--index", "1", "--of", "2"))[0]).toMatch(/^Landscape: 1 part /);
  await expect(run(...options, "--merge")).rejects.toThrow(
    "Landscape: 2 parts are not there yet: epoch-0.safetensors, epoch-2.safetensors.",
  );
  await run(...options, "--index", "0", "--of", "2");
  const [path] = await run(...options, "--merge");
  const record = await readRun(join(path!, ".."));
  expect(record.summary).toMatchObject({ kept: 3 });
  expect(record.arrays["checkpoint_loss"]!.shape).toEqual([3, 2, 3, 3]);
}, 60_000);

test("an evolution of a training takes all its seeds, by its name, and merges to a run that is not stale", async () => {
  const parameters = parseParameters(trainingParameters, {
    epochs: 1,
    steps: 1,
    seeds: "0,1",
    validation: 0.5,
  });
  const [data] = opened.document.data;
  const [model] = opened.document.models;
  await train(
    {
      ...{ study, id: "twice-1", changed: {}, data: null },
      ...{ target: { executor: "onnxruntime", device: "cpu", fallback: false } },
      begin: {
        name: "twice",
        subject: { kind: "file", path: model!.file.path, weights: null },
        data: { path: data!.file.path, options: data!.options },
        ...{ parameters, notices: [] },
      },
    },
    { signal: new AbortController().signal, progress: () => undefined },
  );
  // As the window adds them when a training ends: its network with the weights of one seed.
  const folder = opened.trainings.folderOf("twice-1");
  const services = { compute: new LocalCompute() } as unknown as Services;
  const trained = await readModel(
    services,
    join(folder, "model.onnx"),
    join(folder, "seed-0", "best.safetensors"),
  );
  await opened.edit("Add it", ({ models }) => ({ models: [...models, trained] }));
  const options = [...cheap, "--model", "twice"];
  const [share] = await run(...options, "--index", "0", "--of", "1");
  expect(share).toMatch(/^Evolution: 4 parts/);
  const [path] = await run(...options, "--merge");
  const record = await readRun(join(path!, ".."));
  expect(record.model?.weights).toMatchObject({ sha256: trained.weights!.sha256 });
  expect(record.summary).toMatchObject({ kept: 4, seeds: ["seed-0", "seed-1"] });
  const merged = (await opened.view()).runs.find(({ id }) => id === record.id);
  expect(merged).toMatchObject({ stale: false, model: trained.id });
  await opened.edit("Take it away", ({ models }) => ({ models: models.slice(0, 1) }));
}, 60_000);

test("models of one name are told apart by what the study calls them, each name in quotes", async () => {
  const [model] = opened.document.models;
  const twin = { ...model!, id: "twin" };
  await opened.edit("Add a twin", ({ models }) => ({ models: [...models, twin] }));
  const both = `“${model!.name}” (${model!.id}), “${model!.name}” (twin)`;
  const share = ["--analysis", "evolution", "--checkpoints", "*", "--index", "0", "--of", "1"];
  await expect(run(...share, "--model", model!.name)).rejects.toMatchObject({
    message: `The study has 2 models called “${model!.name}”.`,
    todo: expect.stringContaining(both) as string,
  });
  await opened.edit("Take it away", ({ models }) => ({ models: models.slice(0, 1) }));
});

test("in the background it says which process goes on, and where its log is", async () => {
  const [line] = await run(...cheap, "--index", "0", "--of", "2", "--detach");
  expect(line).toBe(
    `Goes on as process 4711; what it says is in ${join(study, "sweep-0-of-2.log")}.`,
  );
});

test.each([
  [["--index", "2", "--of", "2"], "K from 0 to N − 1"],
  [["--index", "0"], "--index K --of N"],
  [["--merge", "--index", "0"], "neither --index nor --of"],
  [["--index", "0", "--of", "1", "--model", "nobody"], "no model “nobody”"],
  [
    ["--index", "0", "--of", "1", "--analysis", "coherence"],
    "evolution or landscape, not “coherence”",
  ],
  [["--index", "0", "--of", "1", "--points", "5"], "Evolution has no option --points"],
])("%j is refused", async (argv, sentence) => {
  await expect(run(...argv)).rejects.toThrow(sentence);
});
