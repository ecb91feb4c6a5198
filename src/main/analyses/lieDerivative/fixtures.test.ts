/** Against Lie derivatives from PyTorch in float64 (fixtures/README.md), in its two columns of tolerances. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { lieDerivative as definition } from "../../../shared/analyses/lieDerivative";
import { defaultsOf } from "../../../shared/parameters";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { readNpz } from "../../data/npz";
import { openModel } from "../../models";
import { createOnnxRuntimeExecutor } from "../../runtime/onnxruntime/executor";
import { createReferenceExecutor } from "../../runtime/reference";
import type { AnalysisResult } from "../context";
import { contextOf, never } from "../testing";
import { lieDerivative } from "./index";

const folder = (name: string): string =>
  fileURLToPath(new URL(`../../../../fixtures/${name}`, import.meta.url));

/** Of norms absolute, of fields relative to the largest entry. */
const columns = {
  reference: { norm: 1e-6, field: 1e-6 },
  onnxruntime: { norm: 2e-5, field: 2e-4 },
};

const runs = (["unet", "vit", "resnet"] as const).flatMap((name) =>
  (["onnxruntime", "reference"] as const).map((executor) => ({ name, executor })),
);

describe.each(runs)("Lie derivatives of $name on $executor", ({ name, executor }) => {
  let numbers: Map<string, Tensor>;
  let result: AnalysisResult;
  const generators = ["tx", "ty", "rot"];

  beforeAll(async () => {
    numbers = await readNpz(folder(`${name}/data.npz`));
    const info = JSON.parse(readFileSync(folder(`${name}/case.json`), "utf8")) as {
      field_spec: readonly { name: string; kind: string }[];
    };
    const made = executor === "reference" ? createReferenceExecutor() : createOnnxRuntimeExecutor();
    result = await lieDerivative.compute(
      {
        ...contextOf({
          model: await openModel(folder(`${name}/model.onnx`)),
          input: numbers.get("input")!,
          target: numbers.get("target")!,
          fields: info.field_spec.map((field) => `${field.kind}:${field.name}`).join(","),
          executor: made,
        }),
        target: null,
      },
      { ...defaultsOf(definition.parameters), layers: executor === "reference" ? 0 : 1 },
      () => undefined,
      never,
    );
    await made.dispose();
  }, 60_000);

  test("have the norms that PyTorch finds", () => {
    const { tensor } = result.arrays.lie_error!;
    expect(tensor.shape).toEqual([3, 4]);
    const found = toFloat64(tensor);
    generators.forEach((id, k) => {
      toFloat64(numbers.get(`lie_${id}`)!).forEach((wanted, i) => {
        expect(Math.abs(found[k * 4 + i]! - wanted), id).toBeLessThan(columns[executor].norm);
      });
    });
  });

  test.skipIf(executor === "reference")("are no more than their layers' parts together", () => {
    const parts = toFloat64(result.arrays.layer_contribution!.tensor);
    const layers = parts.length / generators.length;
    expect(layers).toBeGreaterThan(2);
    generators.forEach((id, k) => {
      const sum = parts.subarray(k * layers, (k + 1) * layers).reduce((a, b) => a + b, 0);
      // The first sample is the one that was followed; float32 derivatives of hidden values leave 1e-4.
      expect(sum, id).toBeGreaterThan((1 - 1e-4) * toFloat64(numbers.get(`lie_${id}`)!)[0]!);
    });
  });

  test("are the fields that PyTorch finds, with the opposite sign: here generators act on states, not on coordinates", () => {
    const found = toFloat64(result.arrays.lie_field!.tensor);
    generators.forEach((id, k) => {
      const wanted = toFloat64(numbers.get(`lie_field_${id}`)!);
      const scale = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      wanted.forEach((value, i) => {
        const difference = Math.abs(found[k * wanted.length + i]! + value);
        if (difference > columns[executor].field * scale)
          expect.fail(`${id}: ${difference / scale}`);
      });
    });
  });
});
