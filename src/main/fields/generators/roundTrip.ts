/**
 * What moving a field and moving it back loses: ‖exp(−sX)exp(sX)u − u‖/‖u‖ at the s that moves the farthest point by half
 * a grid spacing, where reading between points is worst. It is the floor of tests with finite elements; the Lie
 * derivative, which only takes slopes, does not meet it.
 */
import type { Grid } from "../../../shared/fields/spec";
import type { Infinitesimal } from "../../../shared/generators/generator";
import { moved } from "./action";
import { positionsOf } from "./apply";

/**
 * One number a generator; 0 for those that move no point.
 * @param state [C, ...grid]
 */
export function roundTrips(
  generators: readonly Infinitesimal[],
  state: ArrayLike<number>,
  channels: number,
  grid: Grid | null,
  norm: (values: Float64Array, from: number, to: number) => number,
): Float64Array {
  const u = Float64Array.from(state);
  const scale = norm(u, 0, u.length);
  return Float64Array.from(generators, (generator) => {
    const { flow } = generator;
    if (flow === null || grid === null || scale === 0) return 0;
    const fastest = positionsOf(grid).reduce(
      (most, position) => Math.max(most, Math.hypot(...flow.map((one) => one.value(position)))),
      0,
    );
    if (fastest === 0) return 0;
    const spacing = Math.min(...grid.length.map((length, axis) => length / grid.size[axis]!));
    const s = spacing / 2 / fastest;
    // The components' part is undone exactly; what is lost is lost in places.
    const carried = { flow, mix: [], shift: [] };
    const back = moved(carried, -s, moved(carried, s, u, channels, grid), channels, grid);
    return (
      norm(
        back.map((value, i) => value - u[i]!),
        0,
        u.length,
      ) / scale
    );
  });
}
