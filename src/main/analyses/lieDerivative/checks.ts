/** What must hold before a Lie derivative is taken, and what a reader of it should know. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { codedNotice } from "../../../shared/analyses/notices";
import { UserError } from "../../../shared/errors";
import { closesAround } from "../../../shared/generators/around";
import { toFloat64 } from "../../../shared/tensor";
import type { DataContext, StatesContext } from "../context";
import { nameOfSample } from "../orbit";
import type { DataDerivative } from "./fitted";
import type { Beside, LieNumbers } from "./numbers";
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

/** @throws UserError "data/not-finite" naming the sample */
export function checkStates({ input, target, samples }: DataContext): void {
  for (const [what, tensor] of Object.entries({ input, target })) {
    if (tensor === null) continue;
    const values = toFloat64(tensor);
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const name = nameOfSample(samples[Math.floor(at / (values.length / samples.length))]!);
    throw new UserError("data/not-finite", `The ${what} of ${name} holds ${values[at]!}.`, {
      where: name,
      todo: "Choose trajectories or times without it (--trajectories, --times on the command line).",
    });
  }
}

/** A fit that leaves out more than this is no picture of the dynamics. */
const POOR = 0.1;

/** What a reader of the data's own Lie derivative should know. */
function fitNotices({ words, residual, samples }: DataDerivative["fit"]): string[] {
  return [
    `Of the data: ${words}, at ${samples} states; on data that the fit has not seen it is off by ${residual.toExponential(1)} of the spread. Lie derivatives of the data below about that may be the fit’s.`,
    ...(residual > POOR
      ? ["The fit leaves out so much that what it says of the data’s symmetry is hardly evidence."]
      : []),
  ];
}

/** Of a run without a network. A local law knows no box, so nothing is said of how flows leave it. */
export function dataNotices({ fit }: DataDerivative): string[] {
  return fitNotices(fit);
}

export function noticesOf(
  context: StatesContext,
  params: LieDerivativeParameters,
  sides: Sides,
  { error }: Pick<LieNumbers, "error">,
  { data, exchanges }: Beside,
): string[] {
  const { samples } = context;
  const { steps } = params;
  const { generators } = sides;
  const notices = [codedNotice("symmetry/not-established", "motions")];
  if (data !== null) notices.push(...fitNotices(data.fit));
  if (params.layers > 0 && context.grid === null) {
    notices.push(
      "Layers are followed where their values are fields on a grid; of these states nothing says how hidden numbers move.",
    );
  }
  if (exchanges !== null && params.masses.trim() !== "") {
    notices.push("Exchanges do not exchange the stated masses: unequal particles are no symmetry.");
  }
  notices.push(...placeNotices(context, params, sides));
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
  return notices;
}

/** What the box or its walls do to the motions. */
function placeNotices(
  context: DataContext,
  { disc }: LieDerivativeParameters,
  { generators }: Sides,
): string[] {
  const { grid } = context;
  const notices: string[] = [];
  const leaving =
    grid === null
      ? []
      : generators
          .filter(({ flow }) => flow !== null && !closesAround(flow, grid))
          .map(({ label }) => label);
  if (leaving.length > 0 && disc === 0) {
    notices.push(codedNotice("box/breaks-motion", leaving.join(", ")));
  }
  const moving = generators.filter(({ flow }) => flow !== null).map(({ label }) => label);
  if (moving.length > 0 && disc === 0 && grid?.periodic.some((one) => !one) === true) {
    notices.push(
      `The walls break ${moving.join(", ")}: fields cannot move through them, so every network shows an error there. Take norms over a disc away from them (--disc on the command line).`,
    );
  }
  return notices;
}
