/** Whether a training that ended was worth its steps: by its losses and errors, where it was judged. */
import type { SeedRecord } from "./training";

/**
 * What is to be said of a seed whose training led nowhere; none while it goes on, or where it learned something.
 * @returns sentences, in the words of the command line
 */
export function verdictOf({
  status,
  epoch,
  best,
  relativeError,
  identityError,
}: Pick<SeedRecord, "status" | "epoch" | "best" | "relativeError" | "identityError">): string[] {
  if (status !== "done" && status !== "diverged") return [];
  const vain = epoch > 0 && best?.epoch === 0;
  const worse = relativeError !== null && identityError !== null && relativeError >= identityError;
  return [
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

function percent(share: number): string {
  return `${(100 * share).toPrecision(3)} %`;
}
