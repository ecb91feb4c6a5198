/** Whether an executor computes ONNX's operators as the standard's own test cases say. */
import { UserError } from "../../../shared/errors";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { inputName } from "../../graph/ir";
import { decodeTensorProto } from "../../graph/onnx/decode";
import { noExternalData } from "../../graph/onnx/external";
import { importGraph } from "../../graph/onnx/import";
import { UnsupportedOperator } from "../../graph/onnx/import/call";
import { NeedsValue } from "../../graph/onnx/import/known";
import { parseOnnx, type OnnxModel } from "../../graph/onnx/model";
import { readTensor } from "../../graph/onnx/tensors";
import type { Executor } from "../../runtime/executor";
import type { ConformanceCase } from "./cases";

/** ONNX's own bounds: |found − expected| ≤ ATOL + RTOL·|expected|. */
const RTOL = 1e-3;
const ATOL = 1e-7;

export type Verdict =
  | { readonly result: "pass" }
  | { readonly result: "fail"; readonly maxError: number }
  | { readonly result: "unsupported"; readonly op: string; readonly why: string };

/** What says that a case is beyond this program, not wrong in it. */
const unsupportedCodes = new Set([
  "onnx/element-type",
  "onnx/opset",
  "onnx/dynamic-shape",
  "onnx/input",
  "onnx/sparse",
  "runtime/no-kernel",
]);

export async function runCase(
  { name, model, dataSets }: ConformanceCase,
  executor: Executor,
): Promise<Verdict> {
  let op = "";
  try {
    const onnx = parseOnnx(model, name);
    op = onnx.nodes[0]?.opType ?? "";
    let worst: Verdict = { result: "pass" };
    for (const { inputs, outputs } of dataSets) {
      const found = await evaluate(onnx, inputs.map(tensorOf), executor);
      for (const [index, bytes] of outputs.entries()) {
        const error = compare(found[index], tensorOf(bytes));
        if (error !== undefined) worst = { result: "fail", maxError: error };
      }
    }
    return worst;
  } catch (error) {
    if (error instanceof UnsupportedOperator)
      return { result: "unsupported", op: error.op, why: error.why };
    if (error instanceof UserError && unsupportedCodes.has(error.code)) {
      return { result: "unsupported", op, why: error.message.replace(/\.$/, "") };
    }
    throw error;
  }
}

function tensorOf(bytes: Uint8Array): Tensor {
  return readTensor(decodeTensorProto(bytes, "a test tensor"), "a test tensor", noExternalData);
}

/** Inputs are fed; only those that fix shapes, axes or bounds are made constant. */
async function evaluate(
  onnx: OnnxModel,
  inputs: readonly Tensor[],
  executor: Executor,
): Promise<Tensor[]> {
  const given = new Map(onnx.inputs.map(({ name }, i) => [name, inputs[i]!]));
  const shapes = new Map([...given].map(([name, { shape }]) => [name, shape]));
  const constants = new Map<string, Tensor>();
  for (;;) {
    try {
      const { graph } = importGraph(onnx, { shapes, constants });
      const program = await executor.compile(graph);
      const outputs = await program.run(given);
      await program.dispose();
      return graph.outputs.map(({ name }) => outputs.get(name)!);
    } catch (error) {
      if (!(error instanceof NeedsValue)) throw error;
      for (const input of error.inputs)
        constants.set(inputName(input), given.get(inputName(input))!);
    }
  }
}

/** The largest deviation where some element is out of bounds, Infinity for another shape; undefined if all agree. */
function compare(found: Tensor | undefined, expected: Tensor): number | undefined {
  if (found === undefined || found.shape.join() !== expected.shape.join()) return Infinity;
  const [a, b] = [toFloat64(found), toFloat64(expected)];
  let within = true;
  let worst = 0;
  b.forEach((want, i) => {
    const got = a[i]!;
    if (Object.is(got, want) || got === want) return;
    const error = Math.abs(got - want);
    if (!(error <= ATOL + RTOL * Math.abs(want))) within = false;
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
  });
  return within ? undefined : worst;
}
