import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { NetworkRequest } from "../../../shared/architectures/network";
import { normals, randomFrom } from "../../../shared/random";
import { LocalCompute } from "../../compute/local";
import { writeNpz } from "../../data/npz";
import { Workbench } from "../workbench";

let home: string;
let workbench: Workbench;
let study: string;
let data: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "architectures-"));
  const places = { settings: home, studies: home, resources: home };
  workbench = new Workbench({ host: "cli", version: "0", places, compute: new LocalCompute() });
  study = (await workbench.call("study.create", { path: join(home, "one") })).path;
  const path = join(home, "flow.npz");
  const shape = [2, 3, 2, 16, 16];
  const values = normals(randomFrom(1), 2 * 3 * 2 * 256);
  await writeNpz(path, new Map([["states", { dtype: "float64", shape, data: values }]]));
  const options = { axes: "n,t,c,y,x", fields: "vector:v", boundary: "periodic" };
  data = (await workbench.call("study.addData", { study, path, options })).entry;
});
afterEach(async () => {
  await workbench.close();
  await rm(home, { recursive: true, force: true });
});

const network: NetworkRequest = { id: "d4-cnn", preset: "small", parameters: { depth: 1 } };

test("what is previewed is what is made, a model of the study that fits its data", async () => {
  const before = await workbench.call("architecture.preview", { study, data, network });
  const asked = { study, data, network, statistics: "pooled", seed: 2 } as const;
  const { entry, study: after } = await workbench.call("architecture.create", asked);
  const made = after.models.find(({ id }) => id === entry)!;
  expect(made.name).toBe("d4-cnn-small");
  expect(made.info.parameterCount).toBe(before.parameterCount);
  expect(made.info.inputs[0]!.shape).toEqual([null, ...before.input]);
  const parameters = { samples: "2", group: "d4" };
  const request = { analysis: "equivariance", model: entry, data, parameters };
  const { samples } = await workbench.call("analysis.preview", { study, request });
  expect(samples).toBe(2);
});

test("a second one of the same name lies beside the first, and undo takes an entry back", async () => {
  const asked = { study, data, network, statistics: "none", seed: 0 } as const;
  await workbench.call("architecture.create", asked);
  await workbench.call("architecture.create", asked);
  const { models } = await workbench.call("study.undo", { study });
  expect(models.map(({ name }) => name)).toEqual(["d4-cnn-small"]);
  expect((await readdir(join(study, "models"))).sort()).toEqual([
    "d4-cnn-small-2.onnx",
    "d4-cnn-small.onnx",
  ]);
});

test("the list says what fits the data, what it comes to, and why the rest does not", async () => {
  const offers = await workbench.call("architecture.list", { study, data });
  const reasons = new Map(offers.map(({ id, reason }) => [id, reason]));
  expect(reasons.get("unet")).toBeNull();
  expect(reasons.get("message-passing")).toMatch(/takes particles/);
  const [small] = offers.find(({ id }) => id === "d4-cnn")!.presets;
  expect(small).toMatchObject({ name: "small", reason: null, parameterCount: 9468 });
});

test("what does not fit is refused in a sentence, and no file is left", async () => {
  const unfit = { ...network, parameters: { kernel: 4 } };
  const asked = { study, data, network: unfit, statistics: "pooled", seed: 0 } as const;
  await expect(workbench.call("architecture.create", asked)).rejects.toThrow(/no middle/);
  await expect(readdir(join(study, "models"))).rejects.toThrow();
});
