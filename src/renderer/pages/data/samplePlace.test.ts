import { expect, test } from "vitest";
import { samplePlace } from "./samplePlace";

const axes = ["trajectory", "time", "channel", "y", "x"];

test("a sample of trajectories is one of their times", () => {
  // Six states are five transitions.
  const info = { axes, shape: [1000, 6, 1, 16, 16], samples: 5000 };
  expect(samplePlace(info, 0)).toBe("trajectory 0, time 0");
  expect(samplePlace(info, 743)).toBe("trajectory 148, time 3");
});

test("unequally long trajectories are counted one by one", () => {
  const info = { axes, shape: [3, 5, 1, 4, 4], samples: 7, lengths: [4, 1, 2] };
  expect([3, 4, 6].map((index) => samplePlace(info, index))).toEqual([
    "trajectory 0, time 3",
    "trajectory 1, time 0",
    "trajectory 2, time 1",
  ]);
});

test("of pairs, and of what has no time, nothing is said", () => {
  expect(samplePlace({ axes, shape: [10, 1, 2, 8, 8], samples: 10 }, 3)).toBe("");
  expect(samplePlace({ axes: ["trajectory", "channel"], shape: [10, 2], samples: 10 }, 3)).toBe("");
});
