import { expect, test } from "vitest";
import { createExecutor } from "../runtime/executors";
import { firstNotFinite } from "./diverged";
import { plainStep } from "./step";
import { linear, tensor } from "./testing";

const executor = createExecutor("reference");
const at = (w: readonly number[], x: readonly number[], y: readonly number[]): Promise<string> =>
  firstNotFinite(executor, linear(2), plainStep, new Map([["w", tensor([2, 1], w)]]), {
    input: tensor([2, 2], x),
    targets: [tensor([2, 1], y)],
  });

test("what stopped being finite is named with the weight before it", async () => {
  // The prediction is finite, its square is not.
  expect(await at([1e200, 1], [1, 0, 0, 1], [0, 0])).toMatch(/^the loss \(\w+, after w\)$/);
  // Loss and every slope are finite, the sum of the slopes' squares is not.
  expect(await at([1e-180, 0], [1e180, 0, 1e180, 0], [0, 0])).toBe(
    "the length of the gradient, most of it that of w,",
  );
});
