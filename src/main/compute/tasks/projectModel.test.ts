import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { randomTensor } from "../../analyses/testing";
import { openModel } from "../../models";
import { Builder } from "../../graph/builder";
import { inputName } from "../../graph/ir";
import { encodeModel } from "../../graph/onnx/encode";
import { createExecutor } from "../../runtime/executors";
import { projectModel, type ProjectModelInput } from "./projectModel";

const fixture = join(import.meta.dirname, "../../../../fixtures/unet/model.onnx");
const signal = new AbortController().signal;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "project-"));
});
afterAll(() => rm(folder, { recursive: true }));

const plan: Omit<ProjectModelInput, "out"> = {
  model: fixture,
  weights: null,
  repair: "joint",
  fields: "density:rho,vector:v,scalar:p",
  repairFields: "rho,v",
  averageOver: "d4",
  prepared: { normalisation: null, predicts: "state", padding: null },
  states: null,
  batch: 1,
};

async function evaluate(path: string, x: Tensor): Promise<Float64Array> {
  const model = await openModel(path);
  const graph = model.graph(x.shape[0]!);
  const executor = createExecutor("onnxruntime");
  try {
    const program = await executor.compile(graph, { bind: model.parameters });
    const outputs = await program.run(new Map([[inputName(graph.inputs[0]!), x]]));
    return toFloat64([...outputs.values()][0]!);
  } finally {
    await executor.dispose();
  }
}

/** Mean and mean square of a channel of a sample of 16² points. */
function moments(values: Float64Array, at: number): [number, number] {
  const plane = values.subarray(at * 256, (at + 1) * 256);
  return [
    plane.reduce((sum, v) => sum + v, 0) / 256,
    plane.reduce((sum, v) => sum + v * v, 0) / 256,
  ];
}

describe("a projected network", () => {
  test("opens again at any batch, keeps ∫u and ∫u² of the held fields and leaves the rest", async () => {
    const out = join(folder, "joint.onnx");
    expect(await projectModel({ ...plan, out }, { signal })).toEqual({ batch: null });
    const x = randomTensor([3, 4, 16, 16], 2);
    const given = toFloat64(x);
    const [plain, kept] = [await evaluate(fixture, x), await evaluate(out, x)];
    for (let i = 0; i < 3; i++) {
      const of = (values: Float64Array) => [0, 1, 2, 3].map((c) => moments(values, 4 * i + c));
      const [before, after, unrepaired] = [of(given), of(kept), of(plain)];
      for (const c of [0, 1, 2]) expect(after[c]![0]).toBeCloseTo(before[c]![0], 6);
      expect(after[0]![1]).toBeCloseTo(before[0]![1], 5);
      // Of the vector both components together.
      expect(after[1]![1] + after[2]![1]).toBeCloseTo(before[1]![1] + before[2]![1], 5);
      expect(after[3]).toEqual(unrepaired[3]);
    }
  });

  test("keeps what is conserved in the data’s units where it works in its own", async () => {
    const out = join(folder, "units.onnx");
    const normalisation = { mean: [3, 0, 0, 1], std: [2, 0.5, 0.5, 1], source: "here" };
    const stated = { normalisation, predicts: "state", padding: null } as const;
    await projectModel({ ...plan, prepared: stated, repairFields: "rho", out }, { signal });
    const x = { ...randomTensor([2, 4, 16, 16], 2) };
    const states = { ...x, data: toFloat64(x).map((v) => 2 * v + 3) };
    const kept = await evaluate(out, states);
    const given = toFloat64(states);
    for (const at of [0, 4]) {
      const [before, after] = [given, kept].map((values) => moments(values, at));
      // Single precision of numbers of size 3 and 13.
      expect(after![0]).toBeCloseTo(before![0], 5);
      expect(after![1]).toBeCloseTo(before![1], 4);
    }
  });

  test("of particles keeps sums over them, and asks where nothing says that they are", async () => {
    const path = join(folder, "particles.onnx");
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [1, 3, 4] });
    const graph = { inputs: [x], outputs: [{ name: "y", value: g.mul(x, g.mul(x, 0.5)) }] };
    await writeFile(path, encodeModel(graph, { name: "particles" }));
    const out = join(folder, "kept.onnx");
    const unsaid = {
      ...plan,
      model: path,
      repair: "linear",
      fields: null,
      repairFields: "",
    } as const;
    await expect(projectModel({ ...unsaid, out }, { signal })).rejects.toThrow(
      "3 channels on a line of 4 points or 3 particles of 4 numbers",
    );
    const stated = join(folder, "stated.onnx");
    const metadata = new Map([["noetherscope", JSON.stringify({ axes: "b,p,c" })]]);
    await writeFile(stated, encodeModel(graph, { name: "stated", metadata }));
    await projectModel({ ...unsaid, model: stated, out }, { signal });
    await projectModel(
      { ...unsaid, fields: "vector:q,vector:p", repairFields: "p", out },
      { signal },
    );
    const state = randomTensor([1, 3, 4], 6);
    const [before, after] = [toFloat64(state), await evaluate(out, state)];
    const sum = (values: Float64Array, channel: number): number =>
      [0, 1, 2].reduce((total, body) => total + values[4 * body + channel]!, 0);
    for (const channel of [2, 3]) expect(sum(after, channel)).toBeCloseTo(sum(before, channel), 5);
    expect(Math.abs(sum(after, 0) - sum(before, 0))).toBeGreaterThan(0.01);
  });

  test("is read by onnxruntime itself, which gives the same", async () => {
    const out = join(folder, "plain.onnx");
    await projectModel({ ...plan, repair: "quadratic", out }, { signal });
    const x = randomTensor([2, 4, 16, 16], 4);
    const session = await InferenceSession.create(out);
    const feed = new OnnxTensor("float32", Float32Array.from(toFloat64(x)), [2, 4, 16, 16]);
    const { output } = await session.run({ input: feed });
    const ours = await evaluate(out, x);
    expect(output!.dims).toEqual([2, 4, 16, 16]);
    (output!.data as Float32Array).forEach((value, i) => {
      expect(value).toBeCloseTo(ours[i]!, 5);
    });
  });

  test("averaged over D4 gives for r² turned input the turned output", async () => {
    const out = join(folder, "average.onnx");
    await projectModel({ ...plan, repair: "group-average", out }, { signal });
    const x = randomTensor([1, 4, 16, 16], 3);
    const turned = toFloat64(x).map((_, i, all) => {
      const c = Math.floor(i / 256);
      const value = all[c * 256 + (255 - (i % 256))]!;
      return c === 1 || c === 2 ? -value : value;
    });
    const [plain, moved] = [await evaluate(out, x), await evaluate(out, { ...x, data: turned })];
    plain.forEach((value, i) => {
      const c = Math.floor(i / 256);
      const there = moved[c * 256 + (255 - (i % 256))]!;
      expect(c === 1 || c === 2 ? -there : there).toBeCloseTo(value, 4);
    });
  });
});
