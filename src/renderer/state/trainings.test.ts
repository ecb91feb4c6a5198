import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { TrainingReport } from "../../shared/training/training";
import type { Tensor } from "../../shared/tensor";
import { FakeClient } from "./fakeClient";
import { Trainings } from "./trainings.svelte";

const numbers = (...values: number[]): Tensor => ({
  dtype: "float64",
  shape: [values.length],
  data: Float64Array.from(values),
});

/** On the disk: two epochs of ten steps. */
const arrays = {
  epoch: numbers(0, 1, 2),
  train_loss: numbers(NaN, 3, 2),
  validation_loss: numbers(4, 3, 2),
  relative_error: numbers(0.4, 0.3, 0.2),
  step: numbers(10, 20),
  step_loss: numbers(3, 2),
  step_gradient_norm: numbers(1, 1),
};

function report(change: Partial<TrainingReport>): TrainingReport {
  return {
    training: "t",
    seed: 0,
    member: 0,
    seeds: 1,
    step: 21,
    totalSteps: 100,
    epoch: 3,
    epochs: 10,
    loss: 1.5,
    gradientNorm: 0.5,
    rate: 0.001,
    validationLoss: 2,
    relativeError: 0.2,
    identityError: 0.5,
    bestEpoch: 2,
    samplesPerSecond: 100,
    secondsLeft: 8,
    ...change,
  };
}

let client: FakeClient;
let trainings: Trainings;
const tell = (change: Partial<TrainingReport>, study = "/studies/one"): void =>
  client.emit("training.progress", { study, job: "j", report: report(change) });

beforeEach(() => {
  vi.useFakeTimers();
  client = new FakeClient({
    "training.curves": () => ({ seeds: [{ seed: 0, arrays }] }),
    "training.report": () => ({ report: null }),
  });
  trainings = new Trainings(client, "/studies/one");
});
afterEach(() => {
  trainings.close();
  vi.useRealTimers();
});

function drawn(): { epochs: readonly number[]; steps: readonly number[] } {
  const curves = trainings.curves("t");
  if (curves?.state !== "ready") throw new Error("there are no curves yet");
  const [seed] = curves.value;
  return { epochs: seed!.epochs.epoch, steps: seed!.steps.step };
}

describe("curves", () => {
  test("go on from the disk with what is told, a second later at most", async () => {
    await trainings.load("t");
    expect(drawn()).toEqual({ epochs: [0, 1, 2], steps: [10, 20] });
    tell({ step: 25 });
    tell({ step: 31, epoch: 4, validationLoss: 1.8 });
    expect(drawn().steps).toEqual([10, 20]);
    vi.advanceTimersByTime(1000);
    expect(drawn().steps).toEqual([10, 20, 25, 31]);
    expect(drawn().epochs.at(-1)).toBe(3);
  });

  test("have nothing twice once the disk has caught up", async () => {
    tell({ step: 15 });
    tell({ step: 25 });
    await trainings.load("t");
    expect(drawn().steps).toEqual([10, 20, 25]);
  });

  test("are not another study's", async () => {
    await trainings.load("t");
    tell({ step: 99 }, "/studies/two");
    vi.advanceTimersByTime(1000);
    expect(drawn().steps).toEqual([10, 20]);
    expect(trainings.report("t")).toBeUndefined();
  });

  test("stay bounded however long is told", async () => {
    await trainings.load("t");
    for (let step = 21; step < 6000; step++) tell({ step });
    vi.advanceTimersByTime(1000);
    expect(drawn().steps.length).toBeLessThan(2100);
    expect(drawn().steps.at(-1)).toBe(5999);
  });
});

test("a training that has stopped is told of no more", async () => {
  tell({});
  expect(trainings.report("t")?.step).toBe(21);
  trainings.settle("t");
  expect(trainings.report("t")).toBeUndefined();
});
