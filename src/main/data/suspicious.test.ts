import { expect, test } from "vitest";
import type { ChannelStatistics } from "./statistics";
import { suspiciousValues } from "./suspicious";

const channel = (mean: number, std: number, min: number, max: number): ChannelStatistics => {
  return { channel: "p", mean, std, min, max, nonFinite: 0 };
};

test.each([
  [channel(-16, 395, -9999, 3), /^p has the value -9999, which files write where there is none/],
  // A tenth of all values, or more than half: land in a map of the sea.
  [channel(-1000, 3000, -9999, 3), /^p has the value -9999/],
  [channel(-6000, 4899, -9999, 4), /^p has the value -9999/],
  [channel(1.5e17, 4e18, -4, Math.fround(1e20)), /^p has the value 1e\+20/],
  [channel(1e36, 1e37, -1e38, 3e38), /^p reaches 3e38: its bytes may stand in the other order/],
])("%j is remarked", (statistics, sentence) => {
  expect(suspiciousValues([statistics])).toEqual([expect.stringMatching(sentence)]);
});

test.each([
  channel(0, 1, -4, 4),
  // A temperature or a height may well reach such a number, among others like it.
  channel(0, 6000, -9999, 9999),
  channel(-9999, 0, -9999, -9999),
  channel(1e5, 1e3, 9.5e4, 1.1e5),
])("%j is not", (statistics) => {
  expect(suspiciousValues([statistics])).toEqual([]);
});
