/** What `auto` means for the states and the map at hand. */
import type { DiscoverParameters } from "../../../shared/analyses/discover";
import { UserError } from "../../../shared/errors";
import type { Nearness } from "../nearStates";
import type { LinearFamilyId } from "./families";
import type { OutputAction } from "./gram";

export type CandidatesId = LinearFamilyId | "fields";

export function candidatesOf({ candidates }: DiscoverParameters, onGrid: boolean): CandidatesId {
  if (candidates === "auto") return onGrid ? "fields" : "affine";
  return candidates as CandidatesId;
}

/**
 * How the output moves, and second, where values could be either, how else it may.
 * @param stated what the source says that values are; null where it does not
 * @param shown what values look like where nothing states it
 * @throws UserError "discover/output" where values cannot move as states do
 */
export function outputsOf(
  { output, prediction }: DiscoverParameters,
  inputs: number,
  outputs: number,
  shifts: boolean,
  stated: "state" | "rate" | null,
  { kind, doubtful }: Nearness = { kind: "rate", doubtful: false },
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
  if (stated !== null) return [stated];
  // Without shifts the two are the same motion; what a defect is compared with still differs.
  if (!doubtful || !shifts) return [kind];
  return kind === "state" ? ["state", "rate"] : ["rate", "state"];
}
