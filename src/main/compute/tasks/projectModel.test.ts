import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OnnxTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { randomTensor } from "../../analyses/testing";
import { openModel } from "../../models";
import { inputName } from "../../graph/ir";
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
  normalise: null,
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
