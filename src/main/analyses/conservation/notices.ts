/** What a reader of conservation checks should know. */
import type { Quantity } from "../../../shared/physics/quantity";
import { quantile, sorted } from "../../../shared/statistics";
import { hasWalls } from "../../physics/walls";
import type { StatesContext } from "../context";
import { nameOfSample } from "../orbit";
import type { RolloutNumbers } from "./numbers";
import { BLOWN_UP, type Rollouts } from "./rollout";

/** More are summed up, not named. */
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
  notices.push(...blownUp(samples, model, steps, "rollout"));
  if (repaired !== null) notices.push(...blownUp(samples, repaired, steps, "repaired rollout"));
  const known = samples.map((_, i) => lastKnown(reference, i, steps));
  const least = Math.min(...known);
  if (least < steps) {
    notices.push(
      `The data end ${least === 0 ? "at once" : `after ${least} of ${steps} steps`} for some rollouts: beyond that there is nothing to compare with.`,
    );
  }
  return notices;
}

/** Which rollouts blew up, by what, and of how many steps their drifts are then; few are named, many summed up. */
function blownUp(
  samples: StatesContext["samples"],
  { end, lost }: RolloutNumbers,
  steps: number,
  what: string,
): string[] {
  const ended = samples.flatMap((sample, i) =>
    end[i]! > 0 ? [{ sample, step: end[i]!, lost: lost[i] === 1 }] : [],
  );
  if (ended.length <= MOST) {
    return ended.map(
      ({ sample, step, lost: gone }) =>
        `The ${what} from ${nameOfSample(sample)} blew up at step ${step}: its state ${gone ? NOT_FINITE : LEFT}. Its statistics ${step === 1 ? "have no step" : `cover ${counted(step - 1)} of ${steps}`}.`,
    );
  }
  const order = sorted(ended.map(({ step }) => step));
  const [first, last] = [order[0]!, order.at(-1)!];
  const middle = Math.floor(quantile(order, 0.5));
  const gone = ended.filter((one) => one.lost).length;
  const how =
    gone === 0
      ? `states ${LEFT}`
      : gone === ended.length
        ? "states were not finite"
        : `states ${LEFT}, ${gone} of them at once to values that are not finite`;
  const when =
    first === last
      ? `all at step ${first}`
      : `the earliest at step ${first}, the median at step ${middle}, the last at step ${last}`;
  const covered = first === last ? counted(first - 1) : `${first - 1} to ${counted(last - 1)}`;
  return [
    `${ended.length} of ${samples.length} ${what}s blew up, ${when}: their ${how}. Their drifts cover ${covered} of ${steps}.`,
  ];
}

const LEFT = `left ${BLOWN_UP} times the size of the initial states (root mean square)`;
const NOT_FINITE = "is not finite there";

function counted(steps: number): string {
  return `${steps} ${steps === 1 ? "step" : "steps"}`;
}

/** Steps after which the data still hold a state. */
function lastKnown({ value }: RolloutNumbers, sample: number, steps: number): number {
  const row = value.subarray(sample * (steps + 1), (sample + 1) * (steps + 1));
  return Math.max(0, row.findLastIndex(Number.isFinite));
}
