/** Whether a training that ended was worth its steps: by its losses and errors, where it was judged. */
import type { SeedRecord, TrainingRecord } from "./training";

/** A best error from this share of that of no change on is hardly one that anything was learned by. */
const HARDLY = 0.9;

/**
 * What is to be said of a seed whose training led nowhere, or hardly anywhere; none while it goes on, or where it learned something.
 * @param training that it is a seed of
 * @returns sentences, in the words of the command line
 */
export function verdictOf(
  {
    status,
    epoch,
    best,
    relativeError,
    identityError,
  }: Pick<SeedRecord, "status" | "epoch" | "best" | "relativeError" | "identityError">,
  training: Pick<TrainingRecord, "parameters" | "model">,
): string[] {
  if (status !== "done" && status !== "diverged") return [];
  const vain = epoch > 0 && best?.epoch === 0;
  const worse = relativeError !== null && identityError !== null && relativeError >= identityError;
  const hardly =
    !vain &&
    !worse &&
    best !== null &&
    identityError !== null &&
    best.relativeError >= HARDLY * identityError;
  return [
    ...(hardly
      ? [
          `It hardly beats predicting no change: at best it errs by ${percent(best.relativeError)} in one step, and no change by ${percent(identityError)}. ${remedyOf(training)}`,
        ]
      : []),
    ...(vain
      ? [
          "Training made nothing better: its best state is the one that it began with. A lower learning rate may help (--rate).",
        ]
      : []),
    ...(worse
      ? [
          `Its last state predicts no better than no change does: it errs by ${percent(relativeError)} in one step, and no change by ${percent(identityError)}.`,
        ]
      : []),
  ];
}

/** Networks that are made here carry the data's mean and spread; others get the data as they are. */
function remedyOf({ parameters, model }: Pick<TrainingRecord, "parameters" | "model">): string {
  return model.architecture === null && parameters["normalise"] === "none"
    ? "The network was given the data as they are: normalised variables may help (--normalise pooled), as may more epochs."
    : "More epochs, a higher learning rate (--rate) or a larger network may help.";
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(3)} %`;
}
