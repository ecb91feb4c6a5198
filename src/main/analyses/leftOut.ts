/** Networks of a series whose numbers are not finite: a training that diverged must not keep the rest from being seen. */
import { UserError } from "../../shared/errors";

const NOT_FINITE = ["weights/nan", "model/not-finite"];

/**
 * A remark that the network is left out, where that is why it failed.
 * @throws the error where it is another
 */
export function leftOut(name: string, error: unknown): string {
  if (!(error instanceof UserError) || !NOT_FINITE.includes(error.code)) throw error;
  return `${name} is left out: ${error.message}`;
}
