import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parseParameters } from "../../../shared/parameters";
import { normals, randomFrom } from "../../../shared/random";
import type { RunRecord } from "../../../shared/run";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { trainingParameters } from "../../../shared/training/parameters";
import { readNpz, writeNpz } from "../../data/npz";
import { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";
import { encodeModel } from "../../graph/onnx/encode";
import { trainingFolder } from "../../training/folder";
import { analyse } from "./analyse";
import { rollout } from "./rollout";
import { checkedParameters } from "./spec";
import { train } from "./train";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const { signal } = new AbortController();
const task = { signal, progress: () => undefined };
const SIDE = 8;
const CHANNELS = 3;
const SCALES = { mean: [1.5, 0, 0], std: [0.5, 2, 2] };
const NUMBERS = "p=1.5+-0.5,v=0+-2";
const SHAPE = [CHANNELS, SIDE, SIDE];

let home: string;
let data: string;
let runs = 0;

/** A network of three channels from how a batch of states becomes a prediction, with one kernel to train. */
async function network(
  name: string,
  build: (g: Builder, x: Value, w: Value) => Value,
  sides: readonly number[] = [SIDE, SIDE],
): Promise<string> {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [2, CHANNELS, ...sides] });
  const shape = [CHANNELS, CHANNELS, 3, 3];
  const w = g.input("kernel", { dtype: "float32", shape }, "parameter");
  const values = Float32Array.from(normals(randomFrom(5), sizeOf(shape)), (v) => 0.2 * v);
  const path = join(home, name);
  const bind = new Map<string, Tensor>([["kernel", { dtype: "float32", shape, data: values }]]);
  const graph = { inputs: [x, w], outputs: [{ name: "y", value: build(g, x, w) }] };
  // Means and deviations in the graph are none of its parameters.
  const metadata = new Map([["noetherscope", JSON.stringify({ noetherscope: 1, parameters: ["kernel"] })]]); // prettier-ignore
  await writeFile(path, encodeModel(graph, { batch: "batch", bind, metadata }));
  return path;
}

const cnn = (g: Builder, x: Value, w: Value): Value =>
  g.tanh(g.conv(g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }), w));

/** What commutes with every rotation and reflection: p + |v|², (1 + p) v; the kernel has next to no part in it. */
function equivariant(g: Builder, x: Value, w: Value): Value {
  const p = g.slice(x, [{ axis: 1, start: 0, end: 1 }]);
  const v = g.slice(x, [{ axis: 1, start: 1, end: 3 }]);
  const nothing = g.mul(g.sum(g.mul(w, w)), 1e-30);
  return g.concat(
    [g.add(p, g.add(g.sum(g.mul(v, v), [1], true), nothing)), g.mul(v, g.add(p, 1))],
    1,
  );
}

const row = (g: Builder, values: readonly number[]): Value =>
  g.constant({ dtype: "float32", shape: [3, 1, 1], data: Float32Array.from(values) });
const into = (g: Builder, x: Value): Value =>
  g.div(g.sub(x, row(g, SCALES.mean)), row(g, SCALES.std));
const back = (g: Builder, y: Value): Value =>
  g.add(g.mul(y, row(g, SCALES.std)), row(g, SCALES.mean));

async function run(
  analysis: string,
  model: string,
  parameters: Readonly<Record<string, unknown>>,
  options: object = {},
): Promise<{ record: RunRecord; arrays: Map<string, Tensor> }> {
  const folder = join(home, `run-${runs++}`);
  const given = {
    ...{ executor: "reference", samples: "3", ...parameters },
    ...(["lie-derivative", "conservation"].includes(analysis) ? {} : { group: "d4" }),
  };
  const record = await analyse(
    {
      ...{ analysis, parameters: checkedParameters(analysis, given), id: "run", folder },
      ...{ model: { path: model, weights: null }, data: { path: data, options } },
    },
    task,
  );
  return { record, arrays: await readNpz(join(folder, "arrays.npz")) };
}

/** Arrays of a run but those by layer, which are told by the modules that the file names. */
function compared(arrays: Map<string, Tensor>): [string, Tensor][] {
  return [...arrays].filter(([name]) => !name.startsWith("layer_"));
}

/** Largest difference, in parts of the largest number; NaN where either is and the other is not. */
function apart(a: Tensor, b: Tensor): number {
  const [left, right] = [toFloat64(a), toFloat64(b)];
  const size = Math.max(...right.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0)));
  return Math.max(
    0,
    ...left.map((value, i) =>
      Object.is(value, right[i]) ? 0 : Math.abs(value - right[i]!) / (size || 1),
    ),
  );
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "preparation-"));
  data = join(home, "data.npz");
  const shape = [3, 5, ...SHAPE];
  const values = normals(randomFrom(2), sizeOf(shape)).map((value, i) =>
    Math.floor(i / SIDE ** 2) % CHANNELS === 0 ? Math.exp(value / 2) : 2 * value + 0.1,
  );
  const states: Tensor = { dtype: "float32", shape, data: Float32Array.from(values) };
  await writeNpz(data, { states }, { fields: "scalar:p,vector:v" });
});
afterAll(() => rm(home, { recursive: true, force: true }));

const analyses = [
  ["coherence", { metric: "gauss-newton" }],
  ["equivariance", {}],
  ["landscape", { points: 5 }],
  ["lie-derivative", { generators: "tx,rot", steps: 2 }],
  ["conservation", { quantities: "p,p^2", steps: 3, repair: "joint" }],
] as const;

describe("a network in variables of its own, these stated beside it, is the network with them inside", () => {
  test.each(analyses)("for %s", async (analysis, parameters) => {
    const bare = await network("bare.onnx", cnn);
    const whole = await network("whole.onnx", (g, x, w) => back(g, cnn(g, into(g, x), w)));
    const loss = "loss-in" in checkedParameters(analysis, {}) ? { "loss-in": "data" } : {};
    const stated = await run(analysis, bare, { ...parameters, ...loss, normalise: NUMBERS });
    const inside = await run(analysis, whole, { ...parameters, normalise: "none" });
    expect(compared(stated.arrays).map(([name]) => name)).toEqual(compared(inside.arrays).map(([name]) => name)); // prettier-ignore
    for (const [name, wanted] of compared(inside.arrays)) {
      // Float64 throughout; coherences solve systems that a ridge of 1e-6 keeps regular.
      expect([name, apart(stated.arrays.get(name)!, wanted)]).toEqual([name, expect.closeTo(0, 6)]);
    }
    expect(stated.record.preparation?.normalisation).toMatchObject(SCALES);
    expect(inside.record.preparation).toBeUndefined();
  });

  test.each(analyses)("that adds its change to the state, for %s", async (analysis, parameters) => {
    const bare = await network("bare.onnx", cnn);
    const whole = await network("adds.onnx", (g, x, w) =>
      g.add(x, g.mul(cnn(g, into(g, x), w), row(g, SCALES.std))),
    );
    const loss = "loss-in" in checkedParameters(analysis, {}) ? { "loss-in": "data" } : {};
    const given = { ...parameters, ...loss, normalise: NUMBERS };
    const stated = await run(analysis, bare, given, { predicts: "change" });
    const inside = await run(analysis, whole, { ...parameters, normalise: "none" });
    for (const [name, wanted] of compared(inside.arrays)) {
      expect([name, apart(stated.arrays.get(name)!, wanted)]).toEqual([name, expect.closeTo(0, 6)]);
    }
  });
});

test("losses are those of normalised data, which the network alone sees", async () => {
  const bare = await network("bare.onnx", cnn);
  const own = join(home, "own.npz");
  const states = (await readNpz(data)).get("states")!;
  const values = Float64Array.from(toFloat64(states), (value, i) => {
    const c = Math.floor(i / SIDE ** 2) % CHANNELS;
    return (value - SCALES.mean[c]!) / SCALES.std[c]!;
  });
  await writeNpz(own, { states: { dtype: "float64", shape: states.shape, data: values } }, { fields: "scalar:p,vector:v" }); // prettier-ignore
  const physical = await run("coherence", bare, { normalise: NUMBERS });
  const before = data;
  data = own;
  const normalised = await run("coherence", bare, { normalise: "none" });
  data = before;
  const remark = /Losses are taken in the network’s normalised variables/;
  expect(physical.record.notices.join()).toMatch(remark);
  expect(normalised.record.notices.join()).not.toMatch(remark);
  const inData = await run("coherence", bare, { normalise: NUMBERS, "loss-in": "data" });
  expect(inData.record.notices.join()).not.toMatch(remark);
  for (const name of ["loss", "cosine", "influence", "gram", "metric"]) {
    expect([name, apart(physical.arrays.get(name)!, normalised.arrays.get(name)!)]).toEqual([
      name,
      expect.closeTo(0, 5),
    ]);
  }
});

describe("a network that is equivariant in its own variables", () => {
  const worst = ({ arrays }: { arrays: Map<string, Tensor> }): number =>
    Math.max(...toFloat64(arrays.get("equivariance_error")!));

  test("is so on the data with pooled statistics, and nothing is remarked", async () => {
    const found = await run("equivariance", await network("e.onnx", equivariant), { normalise: "pooled" }); // prettier-ignore
    expect(worst(found)).toBeLessThan(1e-12);
    expect(found.record.notices.join()).not.toContain("commute");
  });

  test.each(["per-channel", "v=0+-1,p=1+-2,2=0+-3", "p=pooled,v=-9..9"])(
    "is not with %s, and a warning says why, and that a trained network keeps its statistics",
    async (normalise) => {
      const found = await run("equivariance", await network("e.onnx", equivariant), { normalise });
      expect(worst(found)).toBeGreaterThan(1e-3);
      expect(found.record.notices.join()).toMatch(/normalisation of v .* does not commute with .* must stay those that it was trained with/); // prettier-ignore
    },
  );
});

test("rotations are warned of like quarter turns", async () => {
  const bare = await network("bare.onnx", cnn);
  const noticesOf = async (generators: string): Promise<string> =>
    (
      await run("lie-derivative", bare, { generators, normalise: "per-channel" })
    ).record.notices.join();
  expect(await noticesOf("tx,rot")).toContain("The normalisation of v (");
  expect(await noticesOf("tx,ty")).not.toContain("The normalisation of v (");
});

test("a logarithm goes through every analysis, and refuses a state that has none by name", async () => {
  const bare = await network("bare.onnx", cnn);
  for (const [analysis, parameters] of analyses) {
    const found = await run(analysis, bare, {
      ...parameters,
      normalise: "pooled,p=log+1e-3/pooled",
    });
    expect(found.record.preparation?.normalisation?.log).toEqual([1e-3, null, null]);
  }
  await expect(run("equivariance", bare, { normalise: "v=log,p=none" })).rejects.toMatchObject({
    code: "normalise/log",
    message: expect.stringMatching(
      /data\.npz: input of sample \d+ \(.*counted from 0\): v\.x is -/,
    ) as string,
  });
});

test("padding lets a network for a larger grid be studied on the data’s", async () => {
  const larger = await network("larger.onnx", cnn, [12, 12]);
  const own = await network("bare.onnx", cnn);
  for (const [analysis, parameters] of analyses) {
    if (analysis === "conservation") continue;
    const found = await run(analysis, larger, { ...parameters, pad: "circular:2" });
    const wanted = await run(analysis, own, parameters);
    for (const [name, tensor] of wanted.arrays) {
      expect([name, apart(found.arrays.get(name)!, tensor)]).toEqual([name, expect.closeTo(0, 6)]);
    }
  }
});

test("what a training recorded is taken by itself, in numbers, wherever its network goes", async () => {
  const subject = { kind: "file", path: await network("bare.onnx", cnn), weights: null } as const;
  const parameters = parseParameters(trainingParameters, {
    ...{ epochs: 2, batch: 4, rollout: 2, normalise: "pooled,p=log/pooled", "save-every": 1000 },
  });
  const record = await train(
    {
      ...{ study: home, id: "own", changed: {}, target: { executor: "onnxruntime" }, data: null },
      begin: { name: "own", subject, data: { path: data, options: {} }, parameters, notices: [] },
    },
    task,
  );
  expect(record.seeds[0]!.status).toBe("done");
  expect(record.normalisation).toMatchObject({ log: [0, null, null] });
  const trained = join(trainingFolder(home, "own"), "model.onnx");
  const auto = await run("equivariance", trained, {});
  expect(auto.record.preparation?.normalisation?.mean).toEqual(record.normalisation!.mean);
  const { mean, std } = record.normalisation!;
  const normalise = `p=log/${mean[0]!}+-${std[0]!},v=0+-${std[1]!}`;
  const stated = await run("equivariance", trained, { normalise });
  expect([...toFloat64(auto.arrays.get("equivariance_error")!)]).toEqual([
    ...toFloat64(stated.arrays.get("equivariance_error")!),
  ]);
  const input = { model: trained, weights: null, data: { path: data, options: {} }, sample: 0, steps: 2 }; // prettier-ignore
  const { prediction } = await rollout({ ...input, normalise: "auto", pad: "auto" }, { signal });
  // exp of whatever the network says: a density stays positive.
  expect(Math.min(...toFloat64(prediction).slice(0, SIDE ** 2))).toBeGreaterThan(0);
});
