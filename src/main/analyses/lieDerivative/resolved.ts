/** When a Lie derivative is told from what rounding, a grid or a fit make of a map that has the symmetry. */
import { quantile, sorted } from "../../../shared/statistics";
import type { LieNumbers } from "./numbers";

/** An error within this factor of the grid's own or of what rounding leaves is not resolved. */
export const RESOLVED = 2;
/** A fit's own error is judged by its residual and by halves of the data, and may well be a few times that. */
export const RESOLVED_OF_FIT = 5;

/** Floors below this are rounding, of whatever was computed; above they are what a fit does not know. */
const ROUNDING = 1e-6;

/**
 * The same with nothing broken where both terms of the difference lie within a floor of rounding: there nothing is moved
 * that could be broken, and their ratio is one of rounding. Within the larger floor of a poor fit it is not known (NaN).
 * What most samples show decides for a generator.
 * @param floor of each generator, [K]
 */
export function nothingBroken(
  numbers: LieNumbers,
  floor: Float64Array,
  factor: number,
): LieNumbers {
  const each = numbers.error.length / floor.length;
  const relative = Float64Array.from(numbers.relative);
  floor.forEach((least, k) => {
    const terms = numbers.error
      .subarray(k * each, (k + 1) * each)
      .map((error, at) => (error === 0 ? 0 : error / relative[k * each + at]!))
      .filter((value) => !Number.isNaN(value));
    if (terms.length === 0 || quantile(sorted(terms), 0.5) > factor * least) return;
    relative.fill(least < ROUNDING ? 0 : NaN, k * each, (k + 1) * each);
  });
  return { ...numbers, relative };
}
