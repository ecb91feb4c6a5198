import { expect, test } from "vitest";
import { TimeLeft } from "./timeLeft";

test("an even pace is foretold exactly, once enough is known", () => {
  const timeLeft = new TimeLeft(100);
  expect(timeLeft.estimate(100.1, 0.01)).toBeNull();
  for (let second = 1; second <= 9; second++) {
    expect(timeLeft.estimate(100 + second, second / 10)).toBeCloseTo(10 - second, 9);
  }
});

test("a slow beginning is forgotten", () => {
  const timeLeft = new TimeLeft(0);
  timeLeft.estimate(10, 0.01);
  // From then on a tenth a second: 2 s are left at 0.81, not the 4 s that the mean since the start says.
  for (let k = 1; k <= 8; k++) timeLeft.estimate(10 + k, 0.01 + k / 10);
  expect(timeLeft.estimate(18, 0.81)!).toBeCloseTo(1.9, 1);
});

test("no progress is no estimate", () => {
  const timeLeft = new TimeLeft(0);
  timeLeft.estimate(1, 0.5);
  timeLeft.estimate(2, 0.5);
  expect(timeLeft.estimate(4, 0.5)).toBeNull();
});
