/**
 * The grid's own error of a Lie derivative: what a map with every symmetry would show. On the continuum a pointwise map
 * σ commutes with every flow, σ′(u) ξ·∇u = ξ·∇σ(u); on a grid the two sides differ by what σ(u) puts beyond the finest
 * wave (aliasing) and by the error of the differences. So ‖σ′(u) ξ·∇u − ξ·∇σ(u)‖/‖σ(u)‖, with σ(u) = tanh of each channel
 * in units of its root mean square, is measured where the network's error is: in the same norm, on the same states.
 */
import type { Grid } from "../../../shared/fields/spec";
import type { Infinitesimal } from "../../../shared/generators/generator";
import { GeneratorAction } from "./apply";

/** σ at one state, and the two ways round a flow: both [K, …state], which on the continuum are the same. */
export interface PointwiseMap {
  /** σ(u) */
  readonly image: Float64Array;
  /** ξ·∇u and ξ·∇σ(u), with the sign of the generators. */
  readonly moved: Float64Array;
  readonly wanted: Float64Array;
  /** σ′(u), [… state] */
  readonly slope: Float64Array;
}

/** σ along the flows of K generators; what they do to components commutes with no σ and is left out. */
export function pointwiseMap(
  generators: readonly Infinitesimal[],
  channels: number,
  grid: Grid | null,
  unit: (channel: Float64Array) => number = rootMeanSquare,
): (state: ArrayLike<number>) => PointwiseMap {
  const flows = generators.map(({ flow }) => ({ flow, mix: [], shift: [] }));
  const action = new GeneratorAction(flows, channels, grid);
  return (state) => {
    const u = scaled(state, channels, unit);
    const image = u.map(Math.tanh);
    const slope = image.map((value) => 1 - value ** 2);
    return { image, moved: action.of(u), wanted: action.of(image), slope };
  };
}

/**
 * One function a set of generators.
 * @param norm of values [from, to)
 * @returns of one state [C, ...grid]: a number a generator; 0 for those without flow, which a grid represents exactly
 */
export function gridErrors(
  generators: readonly Infinitesimal[],
  channels: number,
  grid: Grid | null,
  norm: (values: Float64Array, from: number, to: number) => number,
): (state: ArrayLike<number>) => Float64Array {
  const map = pointwiseMap(generators, channels, grid);
  return (state) => {
    const { image, moved, wanted, slope } = map(state);
    const scale = norm(image, 0, image.length);
    return Float64Array.from(generators, ({ flow }, k) => {
      if (flow === null || scale === 0) return 0;
      const from = k * image.length;
      const difference = slope.map((value, i) => value * moved[from + i]! - wanted[from + i]!);
      return norm(difference, 0, image.length) / scale;
    });
  };
}

/** Each channel in its unit; a channel of zeros stays. */
function scaled(
  state: ArrayLike<number>,
  channels: number,
  unit: (channel: Float64Array) => number,
): Float64Array {
  const u = Float64Array.from(state);
  const points = u.length / channels;
  for (let c = 0; c < channels; c++) {
    const channel = u.subarray(c * points, (c + 1) * points);
    const size = unit(channel);
    if (size > 0) for (let p = 0; p < points; p++) channel[p]! /= size;
  }
  return u;
}

function rootMeanSquare(channel: Float64Array): number {
  return Math.sqrt(channel.reduce((sum, value) => sum + value ** 2, 0) / channel.length);
}
