/**
 * Walls: axes that are not periodic. Integrals over them either take values at the middles of cells, as finite volumes
 * have them, with the walls half a cell beyond the last (ΔV Σ f, of second order and exact for averages over cells), or
 * at points whose outermost lie on the walls (trapezoid rule, where those count half). What flows out is the flux through
 * the walls, with the same rule along them.
 */
import type { Grid } from "../../shared/fields/spec";
import { sizeOf } from "../../shared/tensor";

/** Where the outermost values lie: half a cell inside the walls, or on them. */
export type WallRule = "cells" | "points";

export function hasWalls(grid: Grid | null): boolean {
  return grid?.periodic.includes(false) === true;
}

/** Weights of the points of a grid, [sites]; null where all are 1. */
export function weightsOf({ size, periodic }: Grid, rule: WallRule): Float64Array | null {
  if (rule === "cells" || !periodic.includes(false)) return null;
  return Float64Array.from({ length: sizeOf(size) }, (_, i) =>
    size.reduce((weight, points, axis) => {
      const at = Math.floor(i / sizeOf(size.slice(axis + 1))) % points;
      return periodic[axis]! || (at > 0 && at < points - 1) ? weight : weight / 2;
    }, 1),
  );
}

/**
 * ∮ f·n dS of one component of a flux: through the walls across its axis.
 * @param flux [n, ...grid.size], the component along `axis`
 * @param axis of the grid, in array order
 * @returns one number a state; zero where the axis is periodic
 */
export function outflow(
  flux: Float64Array,
  n: number,
  grid: Grid,
  axis: number,
  rule: WallRule,
): Float64Array {
  const { size, length, periodic } = grid;
  if (periodic[axis]!) return new Float64Array(n);
  const points = size[axis]!;
  const stride = sizeOf(size.slice(axis + 1));
  const sites = sizeOf(size);
  const area = sizeOf(length) / sites / (length[axis]! / points);
  // Along a wall the other axes have weights of their own.
  const weights = weightsOf({ ...grid, periodic: periodic.map((p, i) => p || i === axis) }, rule);
  const at = (start: number, j: number): number => flux[start + j * stride]!;
  return Float64Array.from({ length: n }, (_, state) => {
    let sum = 0;
    for (let i = 0; i < sites; i++) {
      if (Math.floor(i / stride) % points !== 0) continue;
      const start = state * sites + i;
      const [left, right] =
        rule === "points"
          ? [at(start, 0), at(start, points - 1)]
          : // The line through the two cells next to the wall.
            [
              1.5 * at(start, 0) - 0.5 * at(start, 1),
              1.5 * at(start, points - 1) - 0.5 * at(start, points - 2),
            ];
      sum += (right - left) * (weights?.[i] ?? 1);
    }
    return sum * area;
  });
}
