/** The command line's gradients against the reference numbers; tolerances and their reasons are in fixtures/README.md. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { readNpz, writeNpz } from "../../data/npz";
import { gradcheck } from "./gradcheck";
import { gradients } from "./gradients";
import { runModel } from "./runModel";

const fixtures = join(import.meta.dirname, "../../../../fixtures");
const context = { signal: new AbortController().signal, progress: () => undefined };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gradients-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** max|a − b| / max|b|, or over `scale` where an array may vanish identically. */
function deviation(a: Tensor, b: Tensor, scale?: number): number {
  expect(a.shape).toEqual(b.shape);
  const [x, y] = [toFloat64(a), toFloat64(b)];
  const gap = x.reduce((most, value, i) => Math.max(most, Math.abs(value - y[i]!)), 0);
  return gap / (scale ?? largest(b));
}

function largest(tensor: Tensor): number {
  return toFloat64(tensor).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

const tolerances = {
  reference: { output: 5e-8, gradient: 5e-7, gram: 1e-6 },
  onnxruntime: { output: 1e-5, gradient: 2e-5, gram: 1e-4 },
} as const;

const cases = (["mlp", "vit", "resnet", "unet"] as const).flatMap((name) =>
  (["reference", "onnxruntime"] as const).map((executor) => [name, executor] as const),
);

describe.each(cases)("%s on %s", (name, executor) => {
  test("outputs, losses, gradients and Gram matrices are the reference numbers", async () => {
    const inputs = join(fixtures, name, "data.npz");
    const out = join(folder, `${name}-${executor}.npz`);
    const model = join(fixtures, name, "model.onnx");
    await gradients({ model, weights: null, inputs, out, executor, loss: "mse" }, context);
    const [found, expected] = [await readNpz(out), await readNpz(inputs)];
    const bounds = tolerances[executor];
    const wanted = (key: string): boolean => key.startsWith("grad_mean.");
    const scale = Math.max(
      ...[...expected].filter(([key]) => wanted(key)).map(([, t]) => largest(t)),
    );
    const check = (key: string, bound: number, by?: number): void => {
      expect(deviation(found.get(key)!, expected.get(key)!, by), key).toBeLessThan(bound);
    };
    for (const key of ["output", "loss_per_sample"]) check(key, bounds.output);
    for (const key of ["input_grad", "input_jvp", "input_hvp", "input_vjp"])
      check(key, bounds.gradient);
    check("per_sample_gram", bounds.gram);
    const parameters = [...expected.keys()].filter(wanted);
    expect([...found.keys()].filter(wanted).sort()).toEqual(parameters.sort());
    for (const key of parameters) check(key, bounds.gradient, scale);
  }, 120_000);
});

test("the scaled loss of fields is the reference's", async () => {
  const inputs = join(fixtures, "vit/data.npz");
  const out = join(folder, "smse.npz");
  const model = join(fixtures, "vit/model.onnx");
  await gradients(
    { model, weights: null, inputs, out, executor: "onnxruntime", loss: "smse" },
    context,
  );
  const [found, expected] = [await readNpz(out), await readNpz(inputs)];
  const { output, gram } = tolerances.onnxruntime;
  expect(deviation(found.get("loss_per_sample")!, expected.get("smse_per_sample")!)).toBeLessThan(
    output,
  );
  expect(deviation(found.get("per_sample_gram")!, expected.get("smse_gram")!)).toBeLessThan(gram);
});

test("a model runs on a file's arrays, its only input also called x", async () => {
  const expected = await readNpz(join(fixtures, "mlp/data.npz"));
  const [inputs, out] = [join(folder, "x.npz"), join(folder, "out.npz")];
  await writeNpz(inputs, { x: expected.get("input")! });
  const model = join(fixtures, "mlp/model.onnx");
  const weights = join(fixtures, "mlp/weights.safetensors");
  await runModel({ model, weights, inputs, out, executor: "reference" }, context);
  expect(deviation((await readNpz(out)).get("output")!, expected.get("output")!)).toBeLessThan(
    tolerances.reference.output,
  );
});

test.each([
  ["mlp", 8],
  ["vit", 32],
  ["resnet", 28],
])("differences agree with the graph of %s to what a step of 1e-5 allows", async (name, count) => {
  const { rows, largest: error } = await gradcheck(
    {
      model: join(fixtures, name, "model.onnx"),
      weights: null,
      inputs: join(fixtures, name, "data.npz"),
    },
    context,
  );
  expect(rows).toHaveLength(count);
  expect(error).toBeLessThan(2e-7);
});

test("an array of another shape is refused with both shapes", async () => {
  const inputs = join(folder, "wrong.npz");
  await writeNpz(inputs, { x: { dtype: "float32", shape: [2, 5], data: new Float32Array(10) } });
  await expect(
    runModel(
      {
        model: join(fixtures, "mlp/model.onnx"),
        weights: null,
        inputs,
        out: join(folder, "none.npz"),
        executor: "onnxruntime",
      },
      context,
    ),
  ).rejects.toMatchObject({
    code: "data/shape",
    message: expect.stringMatching(/\[2, 5\].*\[2, 6\]/),
  });
});
