import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openModel, type Model } from "..";
import { statedFields } from "../../../shared/fields/stated";
import { normals, randomFrom } from "../../../shared/random";
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { createExecutor } from "../../runtime/executors";
import { encodeSafetensors } from "../safetensors";
import { networkFile, networkPlan, noStatistics, type NetworkPlan, type NetworkStates } from ".";
import { evaluated, ofParticles, onGrid } from "./testing";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "architecture-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Float32 against float64 through some twenty layers. */
const SINGLE = 2e-5;

const plane = onGrid("scalar:p,vector:v", [16, 16]);
const line = onGrid("scalar:u", [32]);
const volume = onGrid("scalar:u", [8, 8, 8]);
const walls = onGrid("density:rho,vector:v", [16, 8], [false, true]);
const particles = ofParticles("vector:q,vector:p,scalar:m", 5);
const numbers: NetworkStates = { ...line, layout: "numbers", shape: [6], outputChannels: 6, fields: undefined, outputFields: undefined, grid: undefined }; // prettier-ignore

const cases: [string, string, Record<string, unknown>, NetworkStates][] = [
  ["mlp", "on numbers", { width: 8 }, numbers],
  ["mlp", "on a plane", { width: 8 }, plane],
  ["mlp", "on particles", { width: 8 }, particles],
  ["cnn", "on a plane", { width: 8, depth: 1 }, plane],
  ["cnn", "on a line", { width: 8, depth: 1, kernel: 5 }, line],
  ["cnn", "in a volume", { width: 4, depth: 1 }, volume],
  ["cnn", "between walls", { width: 8, depth: 1, edges: "zeros" }, walls],
  ["unet", "on a plane", { width: 4, levels: 2 }, plane],
  ["unet", "on a line", { width: 4, levels: 2 }, line],
  ["unet", "in a volume", { width: 4, levels: 1 }, volume],
  ["unet", "between walls", { width: 4, levels: 2 }, walls],
  ["vit", "on a plane", { width: 8, depth: 1, heads: 2, patch: 4 }, plane],
  ["vit", "on a line", { width: 8, depth: 1, heads: 2, patch: 4 }, line],
  ["vit", "in a volume", { width: 8, depth: 1, heads: 2, patch: 4 }, volume],
  ["fno", "on a plane", { width: 4, depth: 2, modes: 3 }, plane],
  ["fno", "on a line", { width: 4, depth: 2, modes: 5 }, line],
  ["fno", "in a volume", { width: 3, depth: 1, modes: 2 }, volume],
  ["fno", "between walls", { width: 4, depth: 1, modes: 3, margin: 4 }, walls],
  ["d4-cnn", "on a plane", { width: 4, depth: 1 }, plane],
  ["message-passing", "without symmetry", { width: 8, depth: 1, symmetry: "none" }, particles],
  ["message-passing", "with shifts", { width: 8, depth: 2 }, particles],
  ["message-passing", "with all motions", { width: 8, depth: 1, symmetry: "euclidean" }, particles],
];

async function written(plan: NetworkPlan, name: string): Promise<{ path: string; model: Model }> {
  const path = join(folder, `${name}.onnx`);
  await writeFile(path, networkFile(plan, { seed: 3, statistics: noStatistics(plan.states) }));
  return { path, model: await openModel(path) };
}

/** By onnxruntime, whose kernels share nothing with the rules'. */
async function run(model: Model, x: Tensor): Promise<Float64Array> {
  const executor = createExecutor("onnxruntime");
  const program = await executor.compile(model.graph(x.shape[0]!), { bind: model.parameters });
  const outputs = await program.run(new Map([["x", x]]));
  await program.dispose();
  await executor.dispose();
  return toFloat64(outputs.get("y")!);
}

function deviation(a: Float64Array, b: Float64Array): number {
  const size = Math.max(...b.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!))) / size;
}

describe.each(cases)("%s %s", (id, where, parameters, states) => {
  const plan = networkPlan({ id, preset: null, parameters }, states);
  const name = `${id}-${where.replaceAll(" ", "-")}`;

  test("opens at any batch, in onnxruntime with the numbers of its graph", async () => {
    const { model } = await written(plan, name);
    expect(model.info.differentiable).toBe(true);
    expect(model.info.warnings).toEqual([]);
    expect([...model.parameters.keys()]).toEqual(plan.parameters.map((one) => one.name));
    expect(model.info.parameterCount).toBe(plan.parameterCount);
    expect(model.info.inputs[0]!.shape).toEqual([null, ...states.shape]);
    const shape = [3, ...states.shape];
    const x = fromFloat64("float32", shape, normals(randomFrom(5), sizeOf(shape)));
    const reference = evaluated(plan, plan.draw(3), 3)(toFloat64(x));
    expect(deviation(await run(model, x), reference)).toBeLessThan(SINGLE);
  });

  test("takes its weights from a safetensors file of the same names", async () => {
    const { path, model } = await written(plan, `${name}-weights`);
    const others = plan.draw(4);
    const weights = join(folder, `${name}.safetensors`);
    await writeFile(weights, encodeSafetensors(others));
    const opened = await openModel(path, { weights });
    expect([...opened.parameters]).toEqual([...others]);
    expect([...opened.parameters.values()]).not.toEqual([...model.parameters.values()]);
  });
});

test("the same seed gives the same file, another one another", () => {
  const plan = networkPlan({ id: "unet", preset: "small", parameters: {} }, plane);
  const file = (seed: number): Uint8Array =>
    networkFile(plan, { seed, statistics: noStatistics(plane) });
  expect(Buffer.compare(file(1), file(1))).toBe(0);
  expect(Buffer.compare(file(1), file(2))).not.toBe(0);
});

test("the file states fields, axes, boundary, time step and sides, as the exporter's do", async () => {
  const states: NetworkStates = { ...walls, boundary: "open", dt: 0.1, length: [2, 1] };
  const plan = networkPlan({ id: "cnn", preset: "small", parameters: {} }, states);
  const { model } = await written(plan, "stated");
  expect(statedFields(model.info.metadata)).toEqual({
    fields: "density:rho,vector:v",
    channels: 3,
    outputFields: null,
    axes: "b,c,y,x",
    boundary: "open",
    dt: 0.1,
    length: [2, 1],
  });
});

test("weights begin as PyTorch's layers do: uniform within one over the root of what goes into a sum", () => {
  const plan = networkPlan({ id: "cnn", preset: "large", parameters: {} }, plane);
  const weights = toFloat64(plan.draw(0).get("blocks.0.conv1.weight")!);
  const bound = 1 / Math.sqrt(96 * 9);
  const largest = Math.max(...weights.map(Math.abs));
  expect(largest).toBeLessThanOrEqual(bound);
  expect(largest).toBeGreaterThan(0.999 * bound);
  // Of 83 000 uniform numbers the standard deviation is bound/√3 to half a percent.
  const deviationOfAll = Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0) / weights.length);
  expect(deviationOfAll / (bound / Math.sqrt(3))).toBeCloseTo(1, 2);
});
