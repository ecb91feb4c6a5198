import { describe, expect, test } from "vitest";
import { toFloat64, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import type { Graph } from "../graph/ir";
import { createExecutor } from "../runtime/executors";
import { createReferenceExecutor } from "../runtime/reference";
import { sgd } from "./optimisers/sgd";
import { plainStep } from "./step";
import { Stepper } from "./stepper";
import { linear, tensor } from "./testing";

const batch = {
  input: tensor([2, 2], [1, -2, 0.5, 3]),
  targets: [tensor([2, 1], [4, -1])],
};
const plain = sgd({ momentum: 0, nesterov: false, weightDecay: 0 });
const initial = new Map([["w", tensor([2, 1], [3, 1])]]);

async function opened(change: object): Promise<Stepper> {
  const options = { ...plainStep, optimiser: plain, ...change };
  return Stepper.open(createReferenceExecutor(), linear(2), initial, options);
}
const weight = (stepper: Stepper, name = "w"): Float64Array => toFloat64(stepper.state.get(name)!);

describe("clipping", () => {
  test("shortens a long gradient to the bound and keeps its direction", async () => {
    const [free, clipped] = [await opened({}), await opened({ clip: 0.1 })];
    const { norm } = await free.step(batch, 1, 1);
    expect((await clipped.step(batch, 1, 1)).norm).toBeCloseTo(norm, 12);
    const [d, c] = [free, clipped].map((stepper) => weight(stepper).map((value, i) => value - [3, 1][i]!)); // prettier-ignore
    expect(Math.hypot(...d!)).toBeCloseTo(norm, 12);
    // PyTorch divides by the length plus 1e-6.
    expect(Math.hypot(...c!)).toBeCloseTo((0.1 * norm) / (norm + 1e-6), 12);
    expect(c![0]! / c![1]!).toBeCloseTo(d![0]! / d![1]!, 12);
  });

  test("leaves a short one as it is", async () => {
    const [free, clipped] = [await opened({}), await opened({ clip: 1e6 })];
    for (const stepper of [free, clipped]) await stepper.step(batch, 1, 0.01);
    expect(weight(clipped)).toEqual(weight(free));
  });
});

test("the mean of the weights is d·mean + (1 − d)·weight with d = min(decay, (1 + t)/(10 + t))", async () => {
  const stepper = await opened({ average: 0.3 });
  let mean = [3, 1];
  for (let t = 1; t <= 5; t++) {
    await stepper.step(batch, t, 0.02);
    const d = Math.min(0.3, (1 + t) / (10 + t));
    mean = mean.map((value, i) => d * value + (1 - d) * weight(stepper)[i]!);
  }
  const kept = toFloat64(stepper.weights().get("w")!);
  mean.forEach((value, i) => expect(kept[i]).toBeCloseTo(value, 12));
});

test("a step whose loss is no number leaves the state as it was", async () => {
  const stepper = await opened({});
  await stepper.step(batch, 1, 0.01);
  const before = weight(stepper).slice();
  const bad = { ...batch, targets: [tensor([2, 1], [Infinity, 0])] };
  expect((await stepper.step(bad, 2, 0.01)).loss).toBe(Infinity);
  expect(weight(stepper)).toEqual(before);
  await stepper.step(batch, 2, 0.01);
  expect(weight(stepper)).not.toEqual(before);
});

/** y = tanh(… tanh(x w) … w), ten times. */
function deep(count: number): Graph {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [count, 2] });
  const w = g.input("w", { dtype: "float32", shape: [2, 2] }, "parameter");
  let y = x;
  for (let layer = 0; layer < 10; layer++) y = g.tanh(g.matmul(y, w));
  return { inputs: [x, w], outputs: [{ name: "y", value: y }] };
}

test.each(["onnxruntime", "reference"] as const)(
  "a step that is too large for the memory allowed is made in segments, on %s with the same results",
  async (id) => {
    const executor = createExecutor(id);
    const single = (shape: number[], of: (i: number) => number): Tensor => ({
      dtype: "float32",
      shape,
      data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => of(i)),
    });
    const read = { input: single([16, 2], Math.sin), targets: [single([16, 2], Math.cos)] };
    const from = new Map([["w", single([2, 2], (i) => [1, -0.5, 0.5, 1][i]!)]]);
    const results: number[][] = [];
    for (const memoryBytes of [Infinity, 500]) {
      const stepper = await Stepper.open(executor, deep(16), from, { ...plainStep, memoryBytes });
      expect(stepper.remark ?? "").toMatch(
        memoryBytes === 500 ? /twice, in \d+ segments\.$/ : /^$/,
      );
      for (let k = 1; k <= 5; k++) await stepper.step(read, k, 0.1);
      results.push([...toFloat64(stepper.weights().get("w")!)]);
    }
    results[0]!.forEach((value, i) => expect(results[1]![i]).toBeCloseTo(value, 5));
    await executor.dispose();
  },
);
