/** Random entries of the operator again in float64 on a few samples: their difference relative to what they are compared with. */
import { integerBelow, permutation, randomFrom } from "../../../shared/random";
import type { Problem } from "./problem";

/** Samples that are computed again. */
const MOST = 4;

export interface Verified {
  readonly quantity: string;
  readonly entries: number;
  readonly largest: number;
}

/** Positions of the samples that are computed again, ascending. */
export function verifiedSamples(count: number, seed: number): number[] {
  return permutation(randomFrom(seed, 3), count)
    .slice(0, MOST)
    .sort((a, b) => a - b);
}

/**
 * @param problem as it was computed, of which `samples` are verified
 * @param exact the same in float64, of those samples alone
 */
export function verifyOperator(
  problem: Problem,
  samples: readonly number[],
  exact: Problem,
  entries: number,
  seed: number,
  step: () => void,
): Verified {
  const q = problem.candidates;
  const found = problem.gram(samples, step);
  const again = exact.gram(
    samples.map((_, k) => k),
    step,
  );
  const random = randomFrom(seed, 4);
  let largest = 0;
  for (let entry = 0; entry < entries; entry++) {
    const [a, b] = [integerBelow(random, q), integerBelow(random, q)];
    const size = Math.sqrt(again.scale[a * q + a]! * again.scale[b * q + b]!);
    const difference = Math.abs(found.defect[a * q + b]! - again.defect[a * q + b]!);
    if (difference > 0) largest = Math.max(largest, difference / size);
  }
  return { quantity: "operator over its scale", entries, largest };
}
