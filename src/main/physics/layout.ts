/** How the numbers of a state lie: channels at the points of a grid, of particles, or one vector of features. */
import { channelCount, channelLabels, type FieldSpec, type Grid } from "../../shared/fields/spec";
import { channelNames } from "../../shared/physics/integrand";
import { sizeOf } from "../../shared/tensor";

export interface Layout {
  readonly channels: number;
  /** Grid points or particles; 1 for a vector of features. */
  readonly sites: number;
  /** null off a grid. */
  readonly grid: Grid | null;
  /** Area (volume, length) of one grid point; 1 for particles, of which integrals are sums. */
  readonly volume: number;
  /** Formulas' names of the channels. */
  readonly names: ReadonlyMap<string, number>;
  /** Whether the channel axis is the last: particles. */
  readonly channelsLast: boolean;
}

/** @param shape of one state: [C, …grid], [particle, C] or [C] */
export function layoutOf(
  shape: readonly number[],
  grid: Grid | null,
  fields: FieldSpec | null,
): Layout {
  const onGrid = grid !== null && shape.slice(1).join() === grid.size.join();
  const particles = !onGrid && shape.length === 2;
  const channels = onGrid ? shape[0]! : particles ? shape[1]! : sizeOf(shape);
  const sites = sizeOf(shape) / channels;
  const described = fields !== null && channelCount(fields) === channels ? fields : null;
  return {
    channels,
    sites,
    grid: onGrid ? grid : null,
    volume: onGrid ? sizeOf(grid.length) / sizeOf(grid.size) : 1,
    names: channelNames(described === null ? null : channelLabels(described), channels),
    channelsLast: particles,
  };
}

/** Channel `channel` of states [n, …], as float64 [n, sites]. */
export function channelOf(
  states: ArrayLike<number>,
  n: number,
  { channels, sites, channelsLast }: Layout,
  channel: number,
): Float64Array {
  const out = new Float64Array(n * sites);
  const size = channels * sites;
  const [step, first] = channelsLast ? [channels, channel] : [1, channel * sites];
  for (let i = 0; i < n; i++) {
    for (let site = 0; site < sites; site++) {
      out[i * sites + site] = states[i * size + first + site * step]!;
    }
  }
  return out;
}
