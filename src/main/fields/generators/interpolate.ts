/** Fields read between their grid points by cubic convolution (Keys 1981, IEEE Trans. ASSP 29, a = −½): error O(h³). */
import type { Grid } from "../../../shared/fields/spec";

/** Values and slopes of the four nearest points meet in a cubic on each interval. */
function weights(t: number): [number, number, number, number] {
  return [
    ((-0.5 * t + 1) * t - 0.5) * t,
    (1.5 * t - 2.5) * t * t + 1,
    ((-1.5 * t + 2) * t + 0.5) * t,
    (0.5 * t - 0.5) * t * t,
  ];
}

/** A grid point's offset in the array of one channel, and its weight. */
export type Place = readonly [offset: number, weight: number];

/**
 * What is read at a position, x first, from the grid's centre: 4 points an axis.
 * Beyond a wall the nearest value is read; periodic axes wrap around.
 */
export function placesAt({ size, length, periodic }: Grid, position: readonly number[]): Place[] {
  const axes = size.length;
  let places: Place[] = [[0, 1]];
  for (let axis = 0; axis < axes; axis++) {
    const n = size[axis]!;
    const at = (position[axes - 1 - axis]! / length[axis]!) * n + (n - 1) / 2;
    const first = Math.floor(at);
    const four = weights(at - first).map((weight, k): Place => {
      const j = first + k - 1;
      return [periodic[axis]! ? ((j % n) + n) % n : Math.min(n - 1, Math.max(0, j)), weight];
    });
    places = places.flatMap(([offset, weight]) =>
      four.map(([index, w]): Place => [offset * n + index, weight * w]),
    );
  }
  return places;
}
