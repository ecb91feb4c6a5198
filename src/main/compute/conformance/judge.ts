/** One conformance case on one executor: passed, failed by how much, or not supported and why. */
import { UserError } from "../../../shared/errors";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { inputName } from "../../graph/ir";
import { decodeTensorProto } from "../../graph/onnx/decode";
import { importGiven } from "../../graph/onnx/import/given";
import { parseOnnx, type OnnxModel } from "../../graph/onnx/model";
import { readTensor } from "../../graph/onnx/tensors";
import { noExternalData } from "../../graph/onnx/external";
import type { Executor } from "../../runtime/executor";
import type { ConformanceCase } from "./cases";
import { inexact } from "./inexact";

export type Verdict =
  | { readonly result: "pass" }
  /** `error`: largest deviation, or what went wrong before there was one. */
  | { readonly result: "fail"; readonly error: number | string }
  | { readonly result: "unsupported"; readonly operator: string; readonly why: string };

/** ONNX's own bounds, for every case but those of inexact.ts. */
const RELATIVE = 1e-3;
const ABSOLUTE = 1e-7;

/** Refusals that say "not in this program", as against "wrong". */
const refusals = [
  "onnx/unsupported",
  "onnx/element-type",
  "onnx/opset",
  "onnx/dynamic-shape",
  "onnx/sparse",
  "onnx/sequence",
  "runtime/no-kernel",
];

export async function judge(test: ConformanceCase, executor: Executor): Promise<Verdict> {
  let operator = "";
  try {
    const model = parseOnnx(test.model, test.name);
    operator = [...new Set(model.nodes.map(({ opType }) => opType))].join("+");
    for (const set of test.sets) {
      const read = (bytes: Uint8Array, what: string): Tensor =>
        readTensor(decodeTensorProto(bytes, what), what, noExternalData);
      const inputs = set.inputs.map((bytes, i) => read(bytes, `input ${i} of ${test.name}`));
      const wanted = set.outputs.map((bytes, i) => read(bytes, `output ${i} of ${test.name}`));
      const found = await evaluate(model, inputs, executor);
      const error = deviation(found, wanted, inexact[test.name]?.absolute ?? ABSOLUTE);
      if (error !== 0) return { result: "fail", error };
    }
    return { result: "pass" };
  } catch (error) {
    if (error instanceof UserError && refusals.includes(error.code)) {
      return { result: "unsupported", operator: operator || "?", why: error.message };
    }
    return { result: "fail", error: (error as Error).message.split("\n", 1)[0]! };
  }
}

async function evaluate(
  model: OnnxModel,
  inputs: readonly Tensor[],
  executor: Executor,
): Promise<Tensor[]> {
  const named = new Map(model.inputs.map(({ name }, i) => [name, inputs[i]!]));
  const { graph } = importGiven(model, named);
  const program = await executor.compile(graph);
  const feeds = new Map(
    graph.inputs.map((value) => [inputName(value), named.get(inputName(value))!]),
  );
  const outputs = await program.run(feeds);
  await program.dispose();
  return model.outputs.map(({ name }) => outputs.get(name)!);
}

/** 0 where all agree within the bounds; otherwise the largest absolute deviation, or a word on the shapes. */
function deviation(
  found: readonly Tensor[],
  wanted: readonly Tensor[],
  absolute: number,
): number | string {
  let largest = 0;
  for (const [i, expected] of wanted.entries()) {
    const actual = found[i];
    if (actual === undefined) return `output ${i} is missing`;
    if (actual.shape.join() !== expected.shape.join()) {
      return `output ${i} is [${actual.shape.join(", ")}], not [${expected.shape.join(", ")}]`;
    }
    const [a, b] = [toFloat64(actual), toFloat64(expected)];
    for (let k = 0; k < sizeOf(expected.shape); k++) {
      if (Object.is(a[k], b[k]) || a[k] === b[k]) continue;
      const gap = Math.abs(a[k]! - b[k]!);
      // NaN on one side only is as wrong as can be.
      if (!(gap <= absolute + RELATIVE * Math.abs(b[k]!))) {
        largest = Math.max(largest, Number.isNaN(gap) ? Infinity : gap);
      }
    }
  }
  return largest;
}
