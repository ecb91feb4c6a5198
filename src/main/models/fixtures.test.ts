/** The reference networks, opened and run; tolerances and their reasons are in fixtures/README.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toFloat64, type Tensor } from "../../shared/tensor";
import { readNpz } from "../data/npz";
import { inputName } from "../graph/ir";
import type { ExecutorId } from "../runtime/executor";
import { createExecutor } from "../runtime/executors";
import { openModel, type Model } from ".";

const fixtures = join(import.meta.dirname, "../../../fixtures");

interface CaseFile {
  parameter_count: number;
  parameters: {
    name: string;
    shape: number[];
    onnx: Record<string, { initializer: string | null }>;
  }[];
  buffers: { name: string }[];
}

function caseOf(name: string): CaseFile {
  return JSON.parse(readFileSync(join(fixtures, name, "case.json"), "utf8")) as CaseFile;
}

async function output(model: Model, input: Tensor, id: ExecutorId): Promise<Float64Array> {
  const executor = createExecutor(id, { threads: 1 });
  try {
    const graph = model.graph(input.shape[0]!);
    const program = await executor.compile(graph, { bind: model.parameters });
    const results = await program.run(new Map([[inputName(graph.inputs[0]!), input]]));
    return toFloat64(results.get(graph.outputs[0]!.name)!);
  } finally {
    await executor.dispose();
  }
}

function deviation(found: Float64Array, tensor: Tensor): number {
  const wanted = toFloat64(tensor);
  expect(found.length).toBe(wanted.length);
  const largest = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return wanted.reduce((most, x, i) => Math.max(most, Math.abs(x - found[i]!)), 0) / largest;
}

/** Only where the file's tensors are the reference's: fused ones are float32 results themselves. */
const files: [string, string, number][] = [
  ["mlp", "model.onnx", 5e-8],
  ["mlp", "model_external.onnx", 5e-8],
  ["mlp", "model_functions.onnx", 5e-8],
  ["unet", "model.onnx", 5e-8],
  ["resnet", "model.onnx", 5e-8],
  ["resnet", "model_default_export.onnx", 1e-6],
  ["vit", "model.onnx", 5e-8],
  ["vit", "model_default_export.onnx", 5e-8],
];

describe.each(files)("%s/%s", (name, file, float64) => {
  const path = join(fixtures, name, file);

  test("predicts what PyTorch does, in float64 and in float32", async () => {
    const model = await openModel(path);
    const data = await readNpz(join(fixtures, name, "data.npz"));
    const [input, expected] = [data.get("input")!, data.get("output")!];
    expect(deviation(await output(model, input, "reference"), expected)).toBeLessThan(float64);
    expect(deviation(await output(model, input, "onnxruntime"), expected)).toBeLessThan(1e-5);
    expect(deviation(await output(model, input, "tfjs"), expected)).toBeLessThan(1e-5);
  });

  test("predicts a single sample as it does in a batch", async () => {
    const model = await openModel(path);
    const data = await readNpz(join(fixtures, name, "data.npz"));
    const whole = data.get("input")!;
    const size = whole.data.length / whole.shape[0]!;
    const first = {
      ...whole,
      shape: [1, ...whole.shape.slice(1)],
      data: whole.data.slice(0, size),
    };
    const all = data.get("output")!;
    const one = { ...all, data: all.data.slice(0, all.data.length / all.shape[0]!) };
    expect(deviation(await output(model, first, "onnxruntime"), one)).toBeLessThan(1e-5);
    expect(model.info.inputs[0]!.shape[0]).toBeNull();
    expect(model.info.outputs[0]!.shape[0]).toBeNull();
  });
});

describe.each(["mlp", "unet", "resnet", "vit"])("%s", (name) => {
  const { parameters, parameter_count: total, buffers } = caseOf(name);
  const shapes = Object.fromEntries(parameters.map((each) => [each.name, each.shape]));

  test.each([
    ["by itself", false],
    ["with its checkpoint", true],
  ])("has PyTorch's parameters %s", async (_, checkpoint) => {
    const weights = checkpoint ? { weights: join(fixtures, name, "weights.safetensors") } : {};
    const { info } = await openModel(join(fixtures, name, "model.onnx"), weights);
    expect(Object.fromEntries(info.parameters.map((each) => [each.name, each.shape]))).toEqual(
      shapes,
    );
    expect(info.parameterCount).toBe(total);
    expect(info.differentiable).toBe(true);
    expect(info.stopped).toEqual([]);
    for (const { name: parameter, onnx } of parameters) {
      const { initializer } = info.parameters.find((each) => each.name === parameter)!;
      expect(initializer).toBe(onnx["model.onnx"]!.initializer);
    }
    const counters = buffers.filter(({ name: buffer }) => buffer.endsWith("num_batches_tracked"));
    expect(info.buffers).toHaveLength(buffers.length - counters.length);
  });
});

test("a checkpoint finds weights that the exporter stored transposed", async () => {
  const weights = join(fixtures, "vit/weights.safetensors");
  const plain = await openModel(join(fixtures, "vit/model.onnx"), { weights });
  const folded = await openModel(join(fixtures, "vit/model_default_export.onnx"), { weights });
  const sorted = (model: Model): [string, Tensor][] =>
    [...model.parameters].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(sorted(folded)).toEqual(sorted(plain));
  const { input, output: expected } = Object.fromEntries(
    await readNpz(join(fixtures, "vit/data.npz")),
  );
  expect(deviation(await output(folded, input!, "onnxruntime"), expected!)).toBeLessThan(1e-5);
});

test("weights of another network are refused by name", async () => {
  const weights = join(fixtures, "vit/weights.safetensors");
  await expect(openModel(join(fixtures, "mlp/model.onnx"), { weights })).rejects.toThrow(
    /does not fit model\.onnx: it lacks layers\.0\.weight.*; the model has no/,
  );
  const fused = join(fixtures, "resnet/model_default_export.onnx");
  const own = join(fixtures, "resnet/weights.safetensors");
  await expect(openModel(fused, { weights: own })).rejects.toThrow(/the model has no bn\.bias/);
});

test("an ONNX file is a checkpoint, too", async () => {
  const model = await openModel(join(fixtures, "unet/model.onnx"), {
    weights: join(fixtures, "unet/model.onnx"),
  });
  expect(model.info.parameterCount).toBe(caseOf("unet").parameter_count);
});
