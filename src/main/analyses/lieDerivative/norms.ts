/** Norms of fields, over the whole grid or over a disc about its centre. */
import type { Grid } from "../../../shared/fields/spec";
import { positionsOf } from "../../fields/generators/apply";

/** Whether each point of the grid counts; null where all do. */
export type Mask = Uint8Array | null;

/** @param radius in units of half the shortest side; 0 is no mask */
export function discMask(grid: Grid | null, radius: number): Mask {
  if (grid === null || radius === 0) return null;
  const limit = (radius * Math.min(...grid.length)) / 2;
  return Uint8Array.from(positionsOf(grid), (position) =>
    Math.hypot(...position) <= limit ? 1 : 0,
  );
}

/** Euclidean norm of values [from, to), which begin at a whole number of grids. */
export function norm(values: ArrayLike<number>, from: number, to: number, mask: Mask): number {
  let sum = 0;
  for (let i = from; i < to; i++) {
    if (mask === null || mask[(i - from) % mask.length] === 1) sum += values[i]! ** 2;
  }
  return Math.sqrt(sum);
}

/** The disc's mask where such states or predictions lie on the grid; null where they do not. */
export function maskOf(grid: Grid | null, shape: readonly number[], radius: number): Mask {
  return grid !== null && shape.slice(1).join() === grid.size.join()
    ? discMask(grid, radius)
    : null;
}
