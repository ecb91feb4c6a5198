import { expect, test } from "vitest";
import type { SeedRecord, TrainingRecord } from "./training";
import { verdictOf as verdict } from "./verdict";

const best = { epoch: 3, validationLoss: 0.1, relativeError: 0.01 };
const learned = {
  status: "done",
  epoch: 3,
  best,
  relativeError: 0.01,
  identityError: 0.02,
} satisfies Partial<SeedRecord>;

const own = { architecture: null, sha256: "", parameters: 1 };
const training = { model: own, parameters: { normalise: "none" } };
const verdictOf = (
  seed: Parameters<typeof verdict>[0],
  of: Pick<TrainingRecord, "model" | "parameters"> = training,
): string[] => verdict(seed, of);

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

test("a best state hardly better than no change is told of, with what may help that network", () => {
  const hardly = { ...learned, best: { ...best, relativeError: 0.019 }, relativeError: 0.0195 };
  const said = "It hardly beats predicting no change: at best it errs by 1.90 % in one step, and no change by 2.00 %."; // prettier-ignore
  expect(verdictOf(hardly)).toEqual([
    `${said} The network was given the data as they are: normalised variables may help (--normalise pooled), as may more epochs.`,
  ]);
  // Its own statistics are in it, or it was given normalised variables.
  const made = { ...own, architecture: { id: "unet", preset: null, parameters: {} } };
  expect(verdictOf(hardly, { ...training, model: made })[0]).toContain("More epochs, a higher");
  expect(verdictOf(hardly, { ...training, parameters: { normalise: "pooled" } })[0]).toContain("More epochs"); // prettier-ignore
  expect(verdictOf({ ...hardly, status: "unfinished" })).toEqual([]);
});
