/** Against numbers from PyTorch in float64 (fixtures/README.md), in its two columns of tolerances. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { coherence as definition } from "../../../shared/analyses/coherence";
import { parseFieldSpec } from "../../../shared/fields/spec";
import { d4 } from "../../../shared/groups/catalogue";
import { defaultsOf, type ParameterValues } from "../../../shared/parameters";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { readNpz } from "../../data/npz";
import { openModel } from "../../models";
import type { Executor } from "../../runtime/executor";
import { createExecutor } from "../../runtime/executors";
import type { AnalysisResult } from "../context";
import { contextOf, never } from "../testing";
import { coherence } from "./index";

const folder = (name: string): string =>
  fileURLToPath(new URL(`../../../../fixtures/${name}`, import.meta.url));

interface Tolerances {
  readonly loss: number;
  readonly gram: number;
  readonly influence: number;
  /** Absolute. */
  readonly error: number;
}
const columns: Record<Executor["id"], Tolerances> = {
  reference: { loss: 5e-8, gram: 1e-6, influence: 5e-6, error: 1e-6 },
  onnxruntime: { loss: 1e-5, gram: 1e-4, influence: 2e-4, error: 2e-5 },
  tfjs: { loss: 1e-5, gram: 1e-4, influence: 2e-4, error: 2e-5 },
};

/** What to run; the reference executor takes a subset of the elements where it is slow. */
const runs = [
  { name: "unet", executor: "onnxruntime", loss: "mse" },
  { name: "unet", executor: "onnxruntime", loss: "smse" },
  { name: "vit", executor: "onnxruntime", loss: "mse" },
  { name: "vit", executor: "onnxruntime", loss: "smse" },
  { name: "resnet", executor: "onnxruntime", loss: "mse" },
  { name: "resnet", executor: "onnxruntime", loss: "smse" },
  { name: "resnet", executor: "tfjs", loss: "mse", elements: ["r3"] },
  { name: "vit", executor: "tfjs", loss: "mse", elements: ["r3"] },
  { name: "vit", executor: "reference", loss: "mse" },
  { name: "unet", executor: "reference", loss: "smse", elements: ["e", "sr"] },
  { name: "resnet", executor: "reference", loss: "mse", elements: ["r3"] },
] as const satisfies readonly {
  name: string;
  executor: Executor["id"];
  loss: "mse" | "smse";
  elements?: readonly string[];
}[];

interface Case {
  readonly field_spec: readonly { name: string; kind: string }[];
  readonly gauss_newton: Record<
    "per_element" | "per_element_smse",
    Record<string, { rank: number }>
  >;
}

describe.each(runs)(
  "coherence of $name, $loss, on $executor",
  ({ name, executor, loss, ...run }) => {
    let numbers: Map<string, Tensor>;
    let info: Case;
    let result: AnalysisResult;
    const ids: readonly string[] =
      "elements" in run ? run.elements : d4.elements.map(({ id }) => id);
    const prefix = loss === "smse" ? "smse_" : "";
    const tolerance = columns[executor];

    beforeAll(async () => {
      numbers = await readNpz(folder(`${name}/data.npz`));
      info = JSON.parse(readFileSync(folder(`${name}/case.json`), "utf8")) as Case;
      const made = createExecutor(executor);
      const fields = parseFieldSpec(fieldText(info));
      result = await coherence.compute(
        {
          ...contextOf({
            model: await openModel(folder(`${name}/model.onnx`)),
            input: numbers.get("input")!,
            target: numbers.get("target")!,
            executor: made,
          }),
          fields,
          outputFields: fields,
          elements: ids.map((id) => d4.elements.find((element) => element.id === id)!),
        },
        { ...defaultsOf(definition.parameters), loss } as ParameterValues<
          typeof definition.parameters
        >,
        () => undefined,
        never,
      );
      await made.dispose();
    }, 120_000);

    const expectNear = (actual: Float64Array, key: string, relative: number): void => {
      const wanted = toFloat64(numbers.get(key)!);
      expect(actual.length, key).toBe(wanted.length);
      const scale = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      const worst = actual.reduce(
        (max, value, k) => Math.max(max, Math.abs(value - wanted[k]!)),
        0,
      );
      expect(worst / scale, key).toBeLessThan(relative);
    };
    const of = (array: string, g: number): Float64Array => {
      const { tensor } = result.arrays[array]!;
      const data = toFloat64(tensor);
      const size = data.length / ids.length;
      return data.subarray(g * size, (g + 1) * size);
    };

    test("finds losses and Gram matrices", () => {
      if (ids.includes("e")) {
        expectNear(
          of("loss", ids.indexOf("e")),
          loss === "mse" ? "loss_per_sample" : "smse_per_sample",
          tolerance.loss,
        );
      }
      expectNear(
        toFloat64(result.arrays.gram_x!.tensor),
        loss === "mse" ? "per_sample_gram" : "smse_gram",
        tolerance.gram,
      );
      ids.forEach((id, g) => expectNear(of("gram", g), `${prefix}gx_gram.${id}`, tolerance.gram));
    });

    test("finds influence, cosine and self terms in the Gauss–Newton metric, and the ranks", () => {
      ids.forEach((id, g) => {
        expectNear(of("influence", g), `${prefix}gn_influence.${id}`, tolerance.influence);
        expectNear(of("cosine", g), `${prefix}cosine.${id}`, tolerance.influence);
        if (loss === "mse") {
          expectNear(of("self_influence", g), `gn_self_gx.${id}`, tolerance.influence);
          expectNear(of("self_influence_x", g), `gn_self_x.${id}`, tolerance.influence);
          expectNear(of("euclidean_cosine", g), `id_cosine.${id}`, tolerance.gram);
        }
        const key = loss === "smse" ? "per_element_smse" : "per_element";
        const elements = result.summary.elements as Record<string, { rank: number }>;
        expect(elements[id]!.rank).toBe(info.gauss_newton[key][id]!.rank);
      });
    });

    test("finds equivariance errors", () => {
      ids.forEach((id, g) => {
        const wanted = toFloat64(numbers.get(`equiv_err.${id}`)!);
        of("equivariance_error", g).forEach((value, i) => {
          expect(Math.abs(value - wanted[i]!)).toBeLessThan(tolerance.error);
        });
      });
    });
  },
);

test("where nothing acts, coherence of mlp has the Gram matrix and losses of vectors", async () => {
  const numbers = await readNpz(folder("mlp/data.npz"));
  const result = await coherence.compute(
    contextOf({
      model: await openModel(folder("mlp/model.onnx")),
      input: numbers.get("input")!,
      target: numbers.get("target")!,
      group: "trivial",
    }),
    { ...defaultsOf(definition.parameters), group: "trivial" },
    () => undefined,
    never,
  );
  for (const [array, key, relative] of [
    ["gram_x", "per_sample_gram", columns.reference.gram],
    ["gram", "per_sample_gram", columns.reference.gram],
    ["loss", "loss_per_sample", columns.reference.loss],
  ] as const) {
    const wanted = toFloat64(numbers.get(key)!);
    const scale = Math.max(...wanted.map(Math.abs));
    toFloat64(result.arrays[array]!.tensor).forEach((value, k) => {
      expect(Math.abs(value - wanted[k]!) / scale).toBeLessThan(relative);
    });
  }
});

function fieldText({ field_spec }: Case): string {
  return field_spec.map(({ name, kind }) => `${kind}:${name}`).join(",");
}
