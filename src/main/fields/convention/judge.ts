/** From scores to what may be said: which readings some evidence contradicts, and whether one is left. */
import type { Explained } from "./explained";
import { atRightAngle, sameUpToSign, type Reading } from "./readings";

/** A relative divergence above this is none; wrong readings of isotropic flows score 0.46 to 1. */
const NEAR_ZERO = 0.05;
/** Below this, differences of divergences are rounding of float16 and float32 files. */
const ROUNDING = 1e-6;
/** A contradicted reading's divergence is larger by this factor. */
const MARGIN = 2;

/** What a reading must explain of a change before others are measured by it … */
const EXPLAINED = 0.25;
/** … and by how much less another must explain, of the change and of what the best one explains, … */
const LESS = 0.1;
const LESS_OF_BEST = 0.3;
/** … in how many of the samples it must explain less, … */
const CONSISTENT = 0.85;
/** … and the share of all that is asked of samples so few that they may agree by chance. */
const FEW = 8;
const LESS_OF_FEW = 0.5;

/**
 * By how many standard deviations more must be explained than of moved changes. What is explained by chance is spread as
 * χ² with few degrees of freedom, so this is one in some hundred thousand; fields without relation reach 6 in a thousand
 * data sets, flows that carry something begin at 13.
 */
const BEYOND = 9;
/** Less than this, in logarithms, is no spread: rounding. */
const LEAST_SPREAD = 1e-3;
/** What is left of a law that explains all is rounding. */
const LEFT = 1e-9;

/** What a law must explain before readings are measured by it, and by how much less it explains under a wrong one. */
const LAW_EXPLAINS = 0.5;
/** Of what is no flow the whole law must be known: a density that drifts across a field tells half of one. */
const LAW_EXPLAINS_ALL = 0.9;
const LAW_LESS = 0.1;
const LAW_FACTOR = 3;
/** Laws have many terms: fewer samples than these may be explained by any. */
const LAW_FEW = 4;

/** One flag a reading: whether this contradicts it. */
export type Contradicted = readonly boolean[];

/**
 * A reading is contradicted where another one is free of divergence and it is not. A flow that has no curl as stated says
 * nothing: it is either incompressible and read at a right angle, or a flow without curl.
 */
export function contradictedByDivergence(
  scores: readonly number[],
  readings: readonly Reading[],
): Contradicted {
  const none = readings.map(() => false);
  const rounded = scores.map((score) => Math.max(score, ROUNDING));
  const best = rounded.indexOf(Math.min(...rounded));
  if (rounded[best]! > NEAR_ZERO) return none;
  const rivals = readings.map((reading) => !sameUpToSign(reading, readings[best]!));
  if (!rivals.every((rival, i) => !rival || rounded[i]! > MARGIN * rounded[best]!)) return none;
  return rivals;
}

/** Whether the reading without divergence has no curl as stated. */
export function curlFreeAsStated(
  contradicted: Contradicted,
  readings: readonly Reading[],
): boolean {
  return readings.some((reading, i) => !contradicted[i] && atRightAngle(reading, readings[0]!));
}

/** A reading is contradicted where another one explains clearly more of what changes, in nearly every sample. */
export function contradictedByChange(explained: Explained): Contradicted {
  const { together, bySample } = explained;
  const best = together.indexOf(Math.min(...together));
  const most = 1 - together[best]!;
  if (most < EXPLAINED || !beyondChance(explained)) return together.map(() => false);
  return together.map((share, i) => {
    const less = share - together[best]!;
    if (less < LESS || less < LESS_OF_BEST * most) return false;
    const samples = bySample[best]!;
    if (samples.length < FEW) return less >= LESS_OF_FEW;
    const agreeing = samples.filter((one, s) => one < bySample[i]![s]!).length;
    return agreeing >= CONSISTENT * samples.length;
  });
}

/**
 * A reading is contradicted where a law that is the same for images explains the changes under another one, and leaves
 * several times as much under this one, in nearly every sample.
 * @param flow whether the vector may be a flow
 */
export function contradictedByLaw(explained: Explained, flow: boolean): Contradicted {
  const { together, bySample } = explained;
  const best = together.indexOf(Math.min(...together));
  const least = together[best]!;
  const samples = bySample[best]!;
  const asked = flow ? LAW_EXPLAINS : LAW_EXPLAINS_ALL;
  if (1 - least < asked || samples.length < LAW_FEW || !beyondChance(explained)) {
    return together.map(() => false);
  }
  return together.map((share, i) => {
    if (share - least < LAW_LESS || share < LAW_FACTOR * least) return false;
    const agreeing = samples.filter((one, s) => one < bySample[i]![s]!).length;
    return agreeing >= CONSISTENT * samples.length;
  });
}

/** Whether the changes are explained better where they belong than moved elsewhere. */
function beyondChance({ together, byChance }: Explained): boolean {
  const explained = (left: number): number => -Math.log(Math.max(left, LEFT));
  const chances = byChance.map(explained);
  const mean = chances.reduce((sum, one) => sum + one, 0) / chances.length;
  const squares = chances.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const spread = Math.max(Math.sqrt(squares / (chances.length - 1)), LEAST_SPREAD);
  return explained(Math.min(...together)) > mean + BEYOND * spread;
}
