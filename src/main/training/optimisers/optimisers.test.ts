import { describe, expect, test } from "vitest";
import { toFloat64 } from "../../../shared/tensor";
import { createReferenceExecutor } from "../../runtime/reference";
import { plainStep, type StepOptions } from "../step";
import { Stepper } from "../stepper";
import { linear, tensor } from "../testing";
import { adamW, adamWDefaults } from "./adamw";
import { sgd } from "./sgd";

const x = [1, 2, -1, 0.5, 0.3, -0.7, 2, 1];
const y = [1, 0, -2, 0.5];
const start = [0.5, -0.25];
const batch = { input: tensor([4, 2], x), targets: [tensor([4, 1], y)] };

/** Weights after so many steps on the same four points, in float64. */
async function after(steps: number, rate: number, change: Partial<StepOptions>): Promise<number[]> {
  const executor = createReferenceExecutor();
  const initial = new Map([["w", tensor([2, 1], start)]]);
  const stepper = await Stepper.open(executor, linear(4), initial, { ...plainStep, ...change });
  for (let k = 1; k <= steps; k++) await stepper.step(batch, k, rate);
  const w = [...toFloat64(stepper.weights().get("w")!)];
  await executor.dispose();
  return w;
}

/** PyTorch 2.6 in float64: ten steps on the mean squared error of these points, rate 0.05. */
const pytorch = [
  {
    name: "AdamW with weight decay",
    change: { optimiser: adamW({ ...adamWDefaults, weightDecay: 0.1 }) },
    w: [0.08854832012382395, 0.24321763576415115],
  },
  {
    name: "AdamW with a short memory",
    change: { optimiser: adamW({ ...adamWDefaults, beta1: 0.8, beta2: 0.95, weightDecay: 0 }) },
    w: [0.10821762404535296, 0.23769859122311562],
  },
  {
    name: "AdamW with a clipped gradient",
    change: { optimiser: adamW(adamWDefaults), clip: 0.5 },
    w: [0.08693094626691486, 0.2506704836824789],
  },
  {
    name: "SGD",
    change: { optimiser: sgd({ momentum: 0, nesterov: false, weightDecay: 0 }) },
    w: [0.2226912957999819, 0.326547992488542],
  },
  {
    name: "SGD with a clipped gradient",
    change: { optimiser: sgd({ momentum: 0, nesterov: false, weightDecay: 0 }), clip: 0.5 },
    w: [0.4241033125425238, -0.012229178587651967],
  },
  {
    name: "SGD with momentum and weight decay",
    change: { optimiser: sgd({ momentum: 0.9, nesterov: false, weightDecay: 0.01 }) },
    w: [-0.6384952379350634, 1.187384835310134],
  },
  {
    name: "SGD in Nesterov’s form",
    change: { optimiser: sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.01 }) },
    w: [-0.5176121883555432, 1.095429399979254],
  },
];

describe.each(pytorch)("$name", ({ change, w }) => {
  test("goes where PyTorch goes", async () => {
    const found = await after(10, 0.05, change);
    // Ten steps of float64 arithmetic in another order.
    found.forEach((value, i) => expect(value).toBeCloseTo(w[i]!, 12));
  });
});

test("gradient descent on a linear law is the recursion e ← (1 − 2ηXᵀX/n)e of its error", async () => {
  const [rate, steps] = [0.07, 25];
  const [a, b, c] = [0, 1, 2].map((k) => {
    const [i, j] = [[0, 0], [0, 1], [1, 1]][k] as [number, number]; // prettier-ignore
    return [0, 1, 2, 3].reduce((sum, n) => sum + x[2 * n + i]! * x[2 * n + j]!, 0);
  }) as [number, number, number];
  const [p, q] = [0, 1].map((i) =>
    [0, 1, 2, 3].reduce((sum, n) => sum + x[2 * n + i]! * y[n]!, 0),
  ) as [number, number];
  const det = a * c - b * b;
  const best = [(c * p - b * q) / det, (a * q - b * p) / det];
  let e = start.map((value, i) => value - best[i]!);
  for (let k = 0; k < steps; k++) {
    const [u, v] = e as [number, number];
    const factor = (2 * rate) / 4;
    e = [u - factor * (a * u + b * v), v - factor * (b * u + c * v)];
  }
  const optimiser = sgd({ momentum: 0, nesterov: false, weightDecay: 0 });
  const found = await after(steps, rate, { optimiser });
  found.forEach((value, i) => expect(value).toBeCloseTo(best[i]! + e[i]!, 12));
});
