import { expect, test } from "vitest";
import type { Tensor } from "../../shared/tensor";
import { RolloutView } from "./rollout.svelte";

const tensor = (shape: number[], ...values: number[]): Tensor => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(values),
});
const request = { training: "t", seed: 0, epoch: 3, sample: 0, steps: 2 };
const answer = {
  input: tensor([1, 2], 3, 4),
  truth: tensor([2, 2], 3, 5, 0, 2),
  prediction: tensor([2, 2], 3, 4, 0, 1),
};

test("errors are relative to the truth of their step", async () => {
  const view = new RolloutView();
  await view.look(request, () => Promise.resolve(answer));
  expect(view.shown!.errors[0]).toBeCloseTo(1 / Math.sqrt(34));
  expect(view.shown!.errors[1]).toBeCloseTo(1 / 2);
  expect(view.shown!.still[1]).toBeCloseTo(Math.sqrt(9 + 4) / 2);
});

test("the last question wins, and the same is not asked twice", async () => {
  const view = new RolloutView();
  let arrive!: (late: typeof answer) => void;
  const late = new Promise<typeof answer>((resolve) => (arrive = resolve));
  const first = view.look(request, () => late);
  let asked = 0;
  const ask = (): Promise<typeof answer> => {
    asked++;
    return Promise.resolve(answer);
  };
  await view.look({ ...request, epoch: 5 }, ask);
  await view.look({ ...request, epoch: 5 }, ask);
  arrive({ ...answer, prediction: answer.truth });
  await first;
  expect(asked).toBe(1);
  expect(view.shown!.request.epoch).toBe(5);
  expect(view.asking).toBe(false);
});

test("the same is asked again of a data file that changed", async () => {
  const view = new RolloutView();
  let asked = 0;
  const ask = () => {
    asked++;
    return Promise.resolve(answer);
  };
  await view.look(request, ask, "here 100");
  await view.look(request, ask, "here 100");
  expect(asked).toBe(1);
  await view.look(request, ask, "changed 100");
  expect(asked).toBe(2);
});

test("a failure is kept until something is asked that works", async () => {
  const view = new RolloutView();
  await view.look(request, () => Promise.reject(new Error("gone")));
  expect(view.failed?.message).toBe("gone");
  view.forget();
  await view.look(request, () => Promise.resolve(answer));
  expect(view.failed).toBeNull();
});
