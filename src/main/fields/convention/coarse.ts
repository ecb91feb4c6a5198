/** Averages over blocks of a field that has more points than the check needs: every evidence holds for them as well. */
import type { Grid } from "../../../shared/fields/spec";
import { sizeOf } from "../../../shared/tensor";

/** More points than these say no more of a plane, or of space. */
const MOST_POINTS = { plane: 2 ** 14, space: 2 ** 15 } as const;

/** An axis of fewer points is not halved. */
const FEWEST = 16;

/** The grid of block averages, and the block's side, which divides every axis; 1 where all points are looked at. */
export function coarsened(grid: Grid): { readonly grid: Grid; readonly block: number } {
  const most = grid.size.length > 2 ? MOST_POINTS.space : MOST_POINTS.plane;
  let block = 1;
  let size = grid.size;
  while (sizeOf(size) > most && size.every((n) => n % 2 === 0 && n > FEWEST)) {
    block *= 2;
    size = size.map((n) => n / 2);
  }
  return { grid: { ...grid, size }, block };
}

/** The averages of one field. @param size of its grid @param block divides every axis of it */
export function averaged(
  field: ArrayLike<number>,
  size: readonly number[],
  block: number,
): Float64Array {
  let values = Float64Array.from(field);
  if (block === 1) return values;
  size.forEach((points, axis) => {
    const after = sizeOf(size.slice(axis + 1));
    const before = sizeOf(size.slice(0, axis).map((n) => n / block));
    const kept = points / block;
    const next = new Float64Array(before * kept * after);
    for (let p = 0; p < before * points; p++) {
      const row = Math.floor(p / points) * kept + Math.floor((p % points) / block);
      for (let k = 0; k < after; k++) next[row * after + k]! += values[p * after + k]! / block;
    }
    values = next;
  });
  return values;
}
