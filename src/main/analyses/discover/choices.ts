/** What `auto` means for the states and the map at hand. */
import type { DiscoverParameters } from "../../../shared/analyses/discover";
import { UserError } from "../../../shared/errors";
import type { LinearFamilyId } from "./families";
import type { OutputAction } from "./gram";

export type CandidatesId = LinearFamilyId | "fields";

export function candidatesOf({ candidates }: DiscoverParameters, onGrid: boolean): CandidatesId {
  if (candidates === "auto") return onGrid ? "fields" : "affine";
  return candidates as CandidatesId;
}

/**
 * The output's actions to try, the first of equals taken.
 * @param kind what the source says that values are; null where it does not
 * @throws UserError "discover/output" where values cannot move as states do
 */
export function outputsOf(
  { output, prediction }: DiscoverParameters,
  inputs: number,
  outputs: number,
  shifts: boolean,
  kind: "state" | "rate" | null,
): OutputAction[] {
  const same = inputs === outputs;
  const action =
    output !== "auto" ? output : same && inputs > 1 ? "same" : outputs === 1 ? "invariant" : "free";
  if (action === "invariant" || action === "free") return [action];
  if (!same) {
    throw new UserError(
      "discover/output",
      `The output has ${outputs} numbers and the state ${inputs}, so it cannot move by the same motion.`,
      { where: "output", todo: "Use invariant or free." },
    );
  }
  if (prediction === "state" || prediction === "rate") return [prediction];
  if (kind !== null) return [kind];
  // Without shifts the two are the same motion.
  return shifts ? ["rate", "state"] : ["rate"];
}
