/** When a Lie derivative is told from what rounding, a grid or a fit make of a map that has the symmetry. */
import type { LieNumbers } from "./numbers";

/** An error within this factor of the grid's own or of what rounding leaves is not resolved. */
export const RESOLVED = 2;
/** A fit's own error is judged by its residual and by halves of the data, and may well be a few times that. */
export const RESOLVED_OF_FIT = 5;

/**
 * The same with nothing broken where both terms of the difference lie within the floor: there nothing is moved that could
 * be broken, and their ratio is one of rounding.
 * @param floor of each generator, [K]
 */
export function nothingBroken(
  numbers: LieNumbers,
  floor: Float64Array,
  factor: number,
): LieNumbers {
  const each = numbers.error.length / floor.length;
  const relative = numbers.relative.map((share, at) => {
    const terms = numbers.error[at]! / share;
    return terms <= factor * floor[Math.floor(at / each)]! ? 0 : share;
  });
  return { ...numbers, relative };
}
