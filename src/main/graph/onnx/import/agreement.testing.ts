/** A node imported by us and run by onnxruntime as it is: both must come to the same numbers. Test-only. */
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { expect } from "vitest";
import { randomFrom } from "../../../../shared/random";
import { fromFloat64, sizeOf, type Tensor } from "../../../../shared/tensor";
import { evaluator } from "../../evaluate";
import { inputName } from "../../ir";
import { parseOnnx } from "../model";
import { smallModel, type NarrowTensor, type SmallAttribute } from "../testing";
import { importGraph } from ".";

/** An input: a shape of random float32 in (−1, 1), or a tensor that the file holds; null is left out. */
export type Given = readonly number[] | Tensor | NarrowTensor | null;
export type Attributes = Readonly<Record<string, SmallAttribute>>;
/** Operator, opset, inputs, attributes, number of outputs. */
export type Row = [string, number, readonly Given[], Attributes?, number?];

/** float32 rounding over sums of up to a hundred terms of order 1. */
const TOLERANCE = 2e-5;

/** Runs a row on both. The file is PyTorch's: where the standard's tests differ from it, onnxruntime sides with it. */
export async function agree([op, opset, given, attributes = {}, outputs = 1]: Row): Promise<void> {
  const unit = randomFrom(20261121);
  const inputs: Record<string, number[]> = {};
  const initializers: Record<string, Tensor | NarrowTensor> = {};
  const names = given.map((each, i) => {
    if (each === null) return "";
    if (Array.isArray(each)) inputs[`x${i}`] = each as number[];
    else initializers[`x${i}`] = each as Tensor;
    return `x${i}`;
  });
  const results = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const bytes = smallModel({
    opset,
    producer: "pytorch",
    inputs,
    initializers,
    outputs: results,
    nodes: [{ op, inputs: names, outputs: results, attributes }],
  });
  const feeds = new Map(
    Object.entries(inputs).map(([name, shape]) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, () => 2 * unit() - 1),
    ]),
  );
  const session = await InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
    graphOptimizationLevel: "disabled",
  });
  const fed = [...feeds].map(([name, data]) => [
    name,
    new OrtTensor("float32", data, inputs[name]!),
  ]);
  const theirs = await session.run(Object.fromEntries(fed) as Record<string, OrtTensor>);
  await session.release();

  const { graph } = importGraph(parseOnnx(bytes, op));
  const own = evaluator(graph.outputs.map(({ value }) => value))(
    new Map(graph.inputs.map((x) => [x, Float64Array.from(feeds.get(inputName(x))!)])),
  );
  graph.outputs.forEach(({ name, value }, i) => {
    expect(value.shape, name).toEqual([...theirs[name]!.dims]);
    const expected = Array.from(theirs[name]!.data as ArrayLike<number | bigint>, Number);
    expected.forEach((y, k) => {
      const found = own[i]![k]!;
      const close =
        Object.is(found, y) || Math.abs(found - y) <= TOLERANCE * Math.max(1, Math.abs(y));
      expect(close, `${name}[${k}] is ${found}, onnxruntime's ${y}`).toBe(true);
    });
  });
}

/** A title. */
export function describeRow([op, opset, inputs, attributes = {}]: Row): string {
  const shapes = inputs.map((x) =>
    x === null ? "-" : Array.isArray(x) ? `[${x.join()}]` : "dims" in x ? "narrow" : "known",
  );
  return `${op}-${opset} ${shapes.join(" ")} ${JSON.stringify(attributes)}`;
}

export const ints = (...values: number[]): Tensor => fromFloat64("int64", [values.length], values);
export const whole = (value: number): Tensor => fromFloat64("int64", [], [value]);
export const bools = (shape: number[], ...values: number[]): Tensor =>
  fromFloat64("bool", shape, values);
export const float = (value: number): SmallAttribute => ({ float: value });
