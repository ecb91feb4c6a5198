/** What a reader of conservation checks should know. */
import type { Quantity } from "../../../shared/physics/quantity";
import { hasWalls } from "../../physics/walls";
import type { StatesContext } from "../context";
import { nameOfSample } from "../orbit";
import type { RolloutNumbers } from "./numbers";
import type { Rollouts } from "./rollout";

/** More are counted, not named. */
const MOST = 4;

export function noticesOf(
  { grid, samples, sidesAssumed }: StatesContext,
  { model, repaired, reference }: Rollouts,
  quantities: readonly Quantity[],
  steps: number,
): string[] {
  const notices: string[] = [];
  const uncounted = quantities.filter(({ flux }) => flux === undefined).map(({ id }) => id);
  if (hasWalls(grid) && uncounted.length > 0) {
    notices.push(
      `The grid has walls: integrals change by what flows through them, so a drift of ${uncounted.join(", ")} may be the physics’ own. Compare it with the data’s, or state the flux.`,
    );
  }
  if (sidesAssumed === true && grid?.length.every((side) => side === 1) === true) {
    notices.push(
      "Nothing states the sides of the grid, so each counts as 1: integrals are means and derivatives are per side. State them (--length on the command line) for those in your units.",
    );
  }
  notices.push(...blownUp(samples, model, "rollout"));
  if (repaired !== null) notices.push(...blownUp(samples, repaired, "repaired rollout"));
  const known = samples.map((_, i) => lastKnown(reference, i, steps));
  const least = Math.min(...known);
  if (least < steps) {
    notices.push(
      `The data end ${least === 0 ? "at once" : `after ${least} of ${steps} steps`} for some rollouts: beyond that there is nothing to compare with.`,
    );
  }
  return notices;
}

function blownUp(
  samples: StatesContext["samples"],
  { end }: RolloutNumbers,
  what: string,
): string[] {
  const ended = samples.flatMap((sample, i) => (end[i]! > 0 ? [{ sample, step: end[i]! }] : []));
  const named = ended
    .slice(0, MOST)
    .map(
      ({ sample, step }) =>
        `The ${what} from ${nameOfSample(sample)} blew up at step ${step}; its statistics end before.`,
    );
  return ended.length > MOST ? [...named, `${ended.length - MOST} more blew up.`] : named;
}

/** Steps after which the data still hold a state. */
function lastKnown({ value }: RolloutNumbers, sample: number, steps: number): number {
  const row = value.subarray(sample * (steps + 1), (sample + 1) * (steps + 1));
  return Math.max(0, row.findLastIndex(Number.isFinite));
}
