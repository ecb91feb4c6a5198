import { describe, expect, test } from "vitest";
import { toFloat64, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import type { Graph } from "../graph/ir";
import { createExecutor } from "../runtime/executors";
import { createReferenceExecutor } from "../runtime/reference";
import { adamWStep, after } from "./adamw";
import { train } from "./loop";

/** y = x w, [batch, 2] → [batch, 1]. */
function linear(batch: number): Graph {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [batch, 2] });
  const w = g.input("w", { dtype: "float32", shape: [2, 1] }, "parameter");
  return { inputs: [x, w], outputs: [{ name: "y", value: g.matmul(x, w) }] };
}

const tensor = (shape: number[], data: number[]): Tensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(data),
});

describe("AdamW", () => {
  test("its first step moves each weight by the rate, against its gradient's sign, and decays it", async () => {
    const executor = createReferenceExecutor();
    const step = adamWStep(new Builder(), linear(1), "mse");
    const program = await executor.compile(step);
    const zeros = tensor([2, 1], [0, 0]);
    const outputs = await program.run(
      new Map([
        ["x", tensor([1, 2], [1, -2])],
        ["$target", tensor([1, 1], [0])],
        ["$rate", tensor([], [0.1])],
        ["$correction1", tensor([], [0.1])],
        ["$correction2", tensor([], [0.001])],
        ["w", tensor([2, 1], [3, 1])],
        ["first(w)", zeros],
        ["second(w)", zeros],
      ]),
    );
    // prediction 1, loss 1, gradient (2, −4); m̂/√v̂ = sign at the first step.
    expect(outputs.get("loss")!.data[0]).toBeCloseTo(1, 12);
    const moved = outputs.get(after("w"))!.data as Float64Array;
    expect(moved[0]).toBeCloseTo(3 - 0.1 * (1 + 0.01 * 3), 6);
    expect(moved[1]).toBeCloseTo(1 - 0.1 * (-1 + 0.01 * 1), 6);
    await executor.dispose();
  });

  test("a loop of it finds the weights of a linear law, the same from the same seed", async () => {
    const executor = createReferenceExecutor();
    const input = tensor([8, 2], [1, 0, 0, 1, 1, 1, 1, -1, 2, 1, -1, 2, 0.5, 0, 0, 0.5]);
    const target = tensor(
      [8, 1],
      Array.from(
        { length: 8 },
        (_, i) => 2 * Number(input.data[2 * i]) - Number(input.data[2 * i + 1]),
      ),
    );
    const options = {
      loss: "mse",
      input,
      target,
      batch: 4,
      steps: 300,
      rate: 0.1,
      seed: 1,
    } as const;
    const initial = new Map([["w", tensor([2, 1], [0, 0])]]);
    const first = await train(executor, linear, initial, options);
    const second = await train(executor, linear, initial, options);
    const w = first.get("w")!.data;
    expect(w[0]).toBeCloseTo(2, 1);
    expect(w[1]).toBeCloseTo(-1, 1);
    expect(second.get("w")!.data).toEqual(w);
    expect([...initial.get("w")!.data]).toEqual([0, 0]);
    await executor.dispose();
  });
});

/** y = tanh(… tanh(x w) … w), ten times. */
function deep(batch: number): Graph {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [batch, 2] });
  const w = g.input("w", { dtype: "float32", shape: [2, 2] }, "parameter");
  let y = x;
  for (let layer = 0; layer < 10; layer++) y = g.tanh(g.matmul(y, w));
  return { inputs: [x, w], outputs: [{ name: "y", value: y }] };
}

test.each(["onnxruntime", "reference"] as const)(
  "a step that is too large for the memory allowed is made in segments, on %s with the same results",
  async (id) => {
    const executor = createExecutor(id);
    const input = tensor([16, 2], [...Array(32).keys()].map(Math.sin));
    const target = tensor([16, 2], [...Array(32).keys()].map(Math.cos));
    const options = {
      loss: "mse",
      input,
      target,
      batch: 16,
      steps: 5,
      rate: 0.1,
      seed: 1,
    } as const;
    const initial = new Map([["w", tensor([2, 2], [1, -0.5, 0.5, 1])]]);
    const remarks: string[] = [];
    const onRemark = (remark: string): void => void remarks.push(remark);
    const whole = await train(executor, deep, initial, { ...options, onRemark });
    expect(remarks).toEqual([]);
    const limited = { ...options, onRemark, memoryBytes: 500 };
    const parts = await train(executor, deep, initial, limited);
    expect(remarks.join()).toMatch(/^A step did not fit .* twice, in \d+ segments\.$/);
    const [a, b] = [whole, parts].map((state) => [...toFloat64(state.get("w")!)]);
    a!.forEach((value, i) => expect(b![i]).toBeCloseTo(value, 5));
    await executor.dispose();
  },
);
