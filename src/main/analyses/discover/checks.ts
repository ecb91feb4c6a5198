/** What must hold before symmetries are sought, and what a reader of them should know. */
import { UserError } from "../../../shared/errors";
import type { Linearised } from "../../data/fit/map";
import { symmetricEigen } from "../symmetricEigen";

/** This many equations a candidate keep what is found from following the draw of the samples. */
const ADVISED = 10;

/**
 * Every sample gives one equation an output number.
 * @param factors of an action on the output that is found along, unknown as well; 0 where it is stated
 * @returns a remark where there are enough, but few
 * @throws UserError "discover/few-samples" that says how many are needed
 */
export function checkSampleCount(
  samples: number,
  outputs: number,
  candidates: number,
  factors: number,
): string[] {
  const unknowns = candidates + factors;
  const needed = Math.ceil(unknowns / outputs);
  if (samples < needed) {
    throw new UserError(
      "discover/few-samples",
      `${samples} ${samples === 1 ? "sample gives" : "samples give"} ${samples * outputs} equations for ${unknowns} unknowns: at least ${needed} samples are needed, ${ADVISED * needed} are advised.`,
      {
        where: "samples",
        todo: "Take more (--samples all on the command line), or fewer candidates.",
      },
    );
  }
  return samples < ADVISED * needed
    ? [
        `${samples} samples are few for ${unknowns} unknowns; with ${ADVISED * needed} the spectrum would not depend on which they are.`,
      ]
    : [];
}

/** States on a set thinner than this share of their largest spread look symmetric across it. */
const THIN = 1e-3;
/** Beyond, the principal axes take longer than the run. */
const MOST_NUMBERS = 300;

/** Standard deviations along the principal axes over the largest, descending; empty for large states. */
export function spreadOf({ samples: n, inputs: d, points }: Linearised): Float64Array {
  if (d > MOST_NUMBERS || n < 2) return new Float64Array();
  const mean = new Float64Array(d);
  points.forEach((value, k) => (mean[k % d]! += value / n));
  const covariance = new Float64Array(d * d);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < d; i++) {
      const own = points[k * d + i]! - mean[i]!;
      for (let j = 0; j <= i; j++) {
        covariance[i * d + j]! += own * (points[k * d + j]! - mean[j]!);
      }
    }
  }
  const { values } = symmetricEigen(covariance, d);
  const largest = Math.max(values[d - 1]!, Number.MIN_VALUE);
  return Float64Array.from(values, (value) => Math.sqrt(Math.max(0, value) / largest)).reverse();
}

export function thinNotice(spread: Float64Array): string[] {
  const thin = spread.filter((value) => value < THIN).length;
  if (thin === 0) return [];
  return [
    `The states fill only ${spread.length - thin} of ${spread.length} dimensions: across the others nothing is known of the map, and motions there can look like symmetries.`,
  ];
}

export function trivialNotice(trivial: number): string[] {
  if (trivial === 0) return [];
  const directions =
    trivial === 1
      ? "One direction among the candidates acts"
      : `${trivial} directions among the candidates act`;
  return [`${directions} trivially on these data and ${trivial === 1 ? "is" : "are"} left out.`];
}
