/**
 * What moving a field and moving it back loses: ‖exp(−sX)exp(sX)u − u‖/‖u‖ at the s that moves the farthest point by half
 * a grid spacing, where reading between points is worst. It is the floor of tests with finite elements; the Lie
 * derivative, which only takes slopes, does not meet it.
 */
import type { Grid } from "../../../shared/fields/spec";
import type { Infinitesimal } from "../../../shared/generators/generator";
import { action } from "./action";
import { positionsOf } from "./apply";

/**
 * @param norm of values [from, to)
 * @returns of one state [C, ...grid]: a number a generator; 0 for those that move no point
 */
export function roundTrips(
  generators: readonly Infinitesimal[],
  channels: number,
  grid: Grid | null,
  norm: (values: Float64Array, from: number, to: number) => number,
): (state: ArrayLike<number>) => Float64Array {
  const ways = generators.map((generator) => {
    const s = halfSpacing(generator, grid);
    if (s === 0) return null;
    // The components' part is undone exactly; what is lost is lost in places.
    const places = { ...generator, mix: [], shift: [] };
    return [action(places, s, channels, grid), action(places, -s, channels, grid)] as const;
  });
  return (state) => {
    const u = Float64Array.from(state);
    const scale = norm(u, 0, u.length);
    return Float64Array.from(ways, (way) => {
      if (way === null || scale === 0) return 0;
      const back = way[1](way[0](u));
      for (let i = 0; i < u.length; i++) back[i]! -= u[i]!;
      return norm(back, 0, u.length) / scale;
    });
  };
}

/** The s at which the farthest point has moved by half the smallest spacing; 0 where none moves. */
function halfSpacing({ flow }: Infinitesimal, grid: Grid | null): number {
  if (flow === null || grid === null) return 0;
  const fastest = positionsOf(grid).reduce(
    (most, position) => Math.max(most, Math.hypot(...flow.map((one) => one.value(position)))),
    0,
  );
  const spacing = Math.min(...grid.length.map((length, axis) => length / grid.size[axis]!));
  return fastest === 0 ? 0 : spacing / 2 / fastest;
}
