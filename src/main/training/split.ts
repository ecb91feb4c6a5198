/** Which samples are trained on and which judge: whole trajectories, for successive states are nearly the same sample. */
import { permutation, randomFrom } from "../../shared/random";
import { numberingOf, type SampleExtent } from "../../shared/sampleExtent";
import { UserError } from "../../shared/errors";

export interface Split {
  /** Indices of samples in the data set, ascending. */
  readonly train: readonly number[];
  readonly validation: readonly number[];
  /** Trajectories (of data without trajectories, samples) that are not trained on, ascending. */
  readonly validationTrajectories: readonly number[];
  readonly notices: readonly string[];
}

/**
 * @param share of the trajectories for validation; at least one where it is positive
 * @param rollout successive states that a sample needs after its own
 * @param most validation samples, evenly strided; 0 for all
 * @throws UserError "training/data" where nothing is left to train on
 */
export function splitOf(
  extent: SampleExtent,
  { share, rollout, seed, most }: { share: number; rollout: number; seed: number; most: number },
): Split {
  const { trajectories, times } = extent;
  const { firstOf, lengthOf } = numberingOf(extent);
  const starts = times - rollout + 1;
  if (starts < 1) {
    throw new UserError(
      "training/data",
      `A trajectory has ${times} transitions, too few for a rollout of ${rollout} steps.`,
      { where: "rollout", todo: `Take a rollout of ${times} or less.` },
    );
  }
  if (share > 0 && trajectories < 2) {
    return alongTime(starts, times, { share, rollout, most });
  }
  const held = share === 0 ? 0 : Math.max(1, Math.round(share * trajectories));
  if (held >= trajectories) {
    throw new UserError("training/data", `All ${trajectories} trajectories would be validation.`, {
      where: "validation",
      todo: "Take a smaller share, or more data.",
    });
  }
  const drawn = permutation(randomFrom(seed), trajectories).slice(0, held);
  const validationTrajectories = drawn.sort((a, b) => a - b);
  const isHeld = new Set(validationTrajectories);
  /** Those of a trajectory that `last` samples of it follow. */
  const samplesOf = (trajectory: number, last: number): number[] =>
    Array.from({ length: Math.max(0, lengthOf(trajectory) - last) }, (_, time) => firstOf(trajectory) + time); // prettier-ignore
  const trained = Array.from({ length: trajectories }, (_, i) => i).filter((i) => !isHeld.has(i));
  const train = trained.flatMap((i) => samplesOf(i, rollout - 1));
  const validation = validationTrajectories.flatMap((i) => samplesOf(i, 0));
  if (train.length === 0 || (held > 0 && validation.length === 0)) {
    throw new UserError(
      "training/data",
      `The trajectories ${train.length === 0 ? "to train on" : "that would judge"} are too short${rollout > 1 ? ` for a rollout of ${rollout} steps` : ""}.`,
      { where: "validation", todo: "Draw others (Split seed), or take a shorter rollout." },
    );
  }
  const short = trained.filter((i) => lengthOf(i) < rollout).length;
  return {
    train,
    validation: strided(validation, most),
    validationTrajectories,
    notices: [
      ...(held === 1 ? [single(trajectories, times)] : []),
      ...(short === 0 ? [] : [`${short} of ${trained.length} trajectories ${short === 1 ? "has" : "have"} fewer transitions than a sample needs, and ${short === 1 ? "is" : "are"} not trained on.`]), // prettier-ignore
    ],
  };
}

function single(trajectories: number, times: number): string {
  const what = times === 1 ? "sample" : "trajectory";
  const all = times === 1 ? "samples" : "trajectories";
  return `A single ${what} of ${trajectories} judges the network (Validation), which says little of other ${all}; take a larger share, or more data.`;
}

/** Of a single trajectory the end judges; a gap keeps what training sees apart from it. */
function alongTime(
  starts: number,
  times: number,
  { share, rollout, most }: { share: number; rollout: number; most: number },
): Split {
  const held = Math.max(1, Math.round(share * times));
  const last = Math.min(starts, times - held - rollout + 1);
  if (last < 1) {
    throw new UserError(
      "training/data",
      `${times === 1 ? "A single transition is" : `${times} transitions are`} too few to train on and to judge by.`,
      { where: "validation", todo: "Give more data, or train without validation: 0." },
    );
  }
  const validation = Array.from({ length: held }, (_, k) => times - held + k);
  return {
    train: Array.from({ length: last }, (_, time) => time),
    validation: strided(validation, most),
    validationTrajectories: [],
    notices: [
      "There is a single trajectory, so its end judges: it is nearer to what was trained on than another trajectory would be.",
    ],
  };
}

function strided(samples: readonly number[], most: number): number[] {
  if (most === 0 || samples.length <= most) return [...samples];
  return Array.from({ length: most }, (_, k) => samples[Math.floor(((k + 0.5) * samples.length) / most)]!); // prettier-ignore
}
