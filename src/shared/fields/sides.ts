/** Sides of a box as people type them. */

/**
 * `1`, `0.75x1`, `2×1×1`: one for each axis of the grid in the array's order, or the longest alone.
 * @returns null for anything else
 */
export function parseSides(text: string): number[] | null {
  const sides = text.split(/[x×]/).map((side) => (side.trim() === "" ? NaN : Number(side)));
  return sides.length <= 3 && sides.every((side) => side > 0 && Number.isFinite(side))
    ? sides
    : null;
}

export function showSides(sides: readonly number[]): string {
  return sides.join(" × ");
}
