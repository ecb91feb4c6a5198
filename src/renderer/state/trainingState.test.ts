import { expect, test } from "vitest";
import type { TrainingEntry } from "../../shared/training/training";
import { reachedBy, remarkOf, standOf } from "./trainingState";

const seed = { seed: 0, status: "unfinished", step: 25 };
const training = { seeds: [seed], totalSteps: 40, stepsPerEpoch: 10 } as unknown as TrainingEntry;

test("what is not done rests here, and may go on where another program has the study", () => {
  expect(standOf(training, undefined, false)).toBe("paused");
  expect(standOf(training, undefined, true)).toBe("unfinished");
  expect(remarkOf(training, undefined, true)).toBe("unfinished");
  expect(reachedBy(training, "paused")).toBe("Paused in epoch 3 of 4, after step 25 of 40.");
  expect(reachedBy(training, "unfinished")).toBe("It is in epoch 3 of 4, after step 25 of 40.");
});

test("what another program trains is told of as trained there, and how far it is", () => {
  const elsewhere = { holder: "process 7 on this machine", fraction: 0.314, stage: "", report: null }; // prettier-ignore
  expect(standOf({ ...training, elsewhere }, undefined, true)).toBe("elsewhere");
  expect(remarkOf({ ...training, elsewhere }, undefined, true)).toBe("31 %");
});

test("what has ended has ended, whoever has the study", () => {
  const ended = (status: string): TrainingEntry =>
    ({ ...training, seeds: [{ ...seed, status }] }) as unknown as TrainingEntry;
  expect(standOf(ended("done"), undefined, true)).toBe("done");
  expect(standOf(ended("diverged"), undefined, true)).toBe("diverged");
  expect(remarkOf(ended("done"), undefined, false)).toBe("");
});
