import { describe, expect, test } from "vitest";
import { createExecutor } from "../runtime/executors";
import { Gradients, type SampleGradients } from "./gradients";
import { sampleNetwork } from "./network";
import { circularCnn, randomTensor } from "./testing";

const model = circularCnn(2, 8);
const network = sampleNetwork(model);
const [x, t] = [randomTensor([7, 2, 8, 8], 1), randomTensor([7, 2, 8, 8], 2)];
const none = (): void => undefined;

/** Columns, losses, predictions and residuals one after another. */
function flat({ columns, loss, prediction, residual }: SampleGradients): number[] {
  const parts = [...columns.parts, loss, prediction, residual];
  return parts.flatMap((part) => Array.from(part));
}

describe.each(["onnxruntime", "reference"] as const)("gradients of seven samples on %s", (id) => {
  test("are the same one by one, in chunks that do not divide them, and into old columns", async () => {
    const executor = createExecutor(id);
    const results: number[][] = [];
    for (const chunk of [1, 3, 7]) {
      const gradients = await Gradients.compile(executor, model, network, "mse", chunk);
      expect(gradients.remark).toBeNull();
      const fresh = await gradients.of(x, t, 0, 7, none);
      results.push(flat(fresh));
      fresh.columns.parts.forEach((part) => part.fill(NaN));
      const again = await gradients.of(x, t, 0, 7, none, fresh.columns);
      expect(again.columns.parts).toEqual(fresh.columns.parts);
      results.push(flat(again));
    }
    // Sums of some hundred float32 products in another order.
    for (const result of results.slice(1)) {
      result.forEach((value, k) => expect(value).toBeCloseTo(results[0]![k]!, 5));
    }
    await executor.dispose();
  });

  test("are the same where the network is computed twice for want of memory, and say so", async () => {
    const executor = createExecutor(id);
    const whole = await Gradients.compile(executor, model, network, "mse", 2);
    const parts = await Gradients.compile(executor, model, network, "mse", 2, 10_000);
    expect(parts.remark).toMatch(/did not fit into the memory allowed/);
    const [a, b] = [await whole.of(x, t, 2, 5, none), await parts.of(x, t, 2, 5, none)].map(flat);
    a!.forEach((value, k) => expect(b![k]).toBeCloseTo(value, 5));
    expect(a!.length).toBe(5 * (parameterCount() + 1 + 2 * 128));
    await executor.dispose();
  });
});

function parameterCount(): number {
  return [...model.parameters.values()].reduce((sum, tensor) => sum + tensor.data.length, 0);
}
