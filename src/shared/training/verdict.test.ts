import { expect, test } from "vitest";
import type { SeedRecord } from "./training";
import { verdictOf } from "./verdict";

const best = { epoch: 3, validationLoss: 0.1, relativeError: 0.01 };
const learned = {
  status: "done",
  epoch: 3,
  best,
  relativeError: 0.01,
  identityError: 0.02,
} satisfies Partial<SeedRecord>;

test("nothing is said of a training that learned something, that goes on, or that nothing judges", () => {
  expect(verdictOf(learned)).toEqual([]);
  const blown = { ...learned, best: { ...best, epoch: 0 }, relativeError: 1.3 };
  expect(verdictOf({ ...blown, status: "unfinished" })).toEqual([]);
  expect(verdictOf({ ...learned, best: null, relativeError: null, identityError: null })).toEqual(
    [],
  );
});

test("a training whose best state is the one before its first step made nothing better", () => {
  const vain = { ...learned, best: { ...best, epoch: 0 } };
  expect(verdictOf(vain)).toEqual([
    "Training made nothing better: its best state is the one that it began with. A lower learning rate may help (--rate).",
  ]);
  // One that has not come to the end of an epoch had no chance to.
  expect(verdictOf({ ...vain, epoch: 0 })).toEqual([]);
});

test("a last state worse than predicting no change is told of, whatever came before it", () => {
  expect(verdictOf({ ...learned, relativeError: 1.3 })).toEqual([
    "Its last state predicts no better than no change does: it errs by 130 % in one step, and no change by 2.00 %.",
  ]);
});
