/** Trainings: what one would come to, starting and resuming them, and how they are getting on. */
import { UserError } from "../../../shared/errors";
import type { Handlers, Services } from "../services";

export function trainingHandlers(
  _services: Services,
): Pick<
  Handlers,
  "training.preview" | "training.start" | "training.resume" | "training.curves" | "training.report"
> {
  const notYet = (): never => {
    throw new UserError("training/none", "This version cannot train yet.");
  };
  return {
    "training.preview": notYet,
    "training.start": notYet,
    "training.resume": notYet,
    "training.curves": notYet,
    "training.report": () => ({ report: null }),
  };
}
