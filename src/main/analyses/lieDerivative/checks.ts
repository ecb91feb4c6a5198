/** What must hold before a Lie derivative is taken, and what a reader of it should know. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { codedNotice } from "../../../shared/analyses/notices";
import { UserError } from "../../../shared/errors";
import { toFloat64 } from "../../../shared/tensor";
import { checkConvention } from "../../fields/conventionCheck";
import type { StatesContext } from "../context";
import { nameOfSample } from "../orbit";
import type { LieNumbers } from "./numbers";
import type { Sides } from "./sides";

/** @throws UserError "lie-derivative/not-a-step" where a rollout is asked for of what is no step */
export function checkStep(
  input: readonly number[],
  output: readonly number[],
  steps: number,
): void {
  if (steps === 1 || input.join() === output.join()) return;
  throw new UserError(
    "lie-derivative/not-a-step",
    `The model maps [${input.join(", ")}] to [${output.join(", ")}], so its output is no next state.`,
    { where: "steps", todo: "Use one step." },
  );
}

const MOST_ROLLOUTS = 6;

export function noticesOf(
  context: StatesContext,
  { disc, steps }: LieDerivativeParameters,
  { generators }: Sides,
  { error }: Pick<LieNumbers, "error">,
): string[] {
  const { grid, samples } = context;
  const notices = [codedNotice("symmetry/not-established", "motions")];
  const leaving = generators.filter(({ leavesBox }) => leavesBox).map(({ label }) => label);
  if (leaving.length > 0 && disc === 0 && grid?.periodic.some((one) => one) === true) {
    notices.push(codedNotice("box/breaks-motion", leaving.join(", ")));
  }
  const moving = generators.filter(({ flow }) => flow !== null).map(({ label }) => label);
  if (moving.length > 0 && disc === 0 && grid?.periodic.some((one) => !one) === true) {
    notices.push(
      `The walls break ${moving.join(", ")}: fields cannot move through them, so every network shows an error there. Take norms over a disc away from them (--disc on the command line).`,
    );
  }
  const ends = generators.flatMap(({ label }, k) =>
    samples.flatMap((sample, i) => {
      const first = (k * samples.length + i) * steps;
      const at = error.subarray(first, first + steps).findIndex((value) => !Number.isFinite(value));
      return at < 0
        ? []
        : [
            `For ${label}, ${nameOfSample(sample)} is not finite, or nothing to compare with, from step ${at + 1} on; its errors are left out.`,
          ];
    }),
  );
  notices.push(...ends.slice(0, MOST_ROLLOUTS));
  if (ends.length > MOST_ROLLOUTS)
    notices.push(`${ends.length - MOST_ROLLOUTS} more are not finite.`);
  return [...notices, ...conventionNotices(context, generators)];
}

/** A sentence where the data say that axes or components are not as stated, if a generator mixes components. */
function conventionNotices(
  { input, fields, grid }: StatesContext,
  generators: Sides["generators"],
): string[] {
  const turns = generators.some(({ leavesBox }) => leavesBox);
  const hasVector = fields?.some(({ kind }) => kind === "vector") === true;
  if (!turns || !hasVector || grid?.size.length !== 2) return [];
  const report = checkConvention(toFloat64(input), input.shape, fields, grid);
  return report.verdict === "other-fits-better" ? [report.sentence] : [];
}
