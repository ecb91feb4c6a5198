/**
 * The grid's own error of a Lie derivative: what a map with every symmetry would show. On the continuum a pointwise map
 * σ commutes with every flow, σ′(u) ξ·∇u = ξ·∇σ(u); on a grid the two sides differ by what σ(u) puts beyond the finest
 * wave (aliasing) and by the error of the differences. So ‖σ′(u) ξ·∇u − ξ·∇σ(u)‖/‖σ(u)‖, with σ(u) = tanh of each channel
 * in units of its root mean square, is measured where the network's error is: in the same norm, on the same states.
 */
import type { Grid } from "../../../shared/fields/spec";
import type { Infinitesimal } from "../../../shared/generators/generator";
import { GeneratorAction } from "./apply";

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
  const flows = generators.map(({ flow }) => ({ flow, mix: [], shift: [] }));
  const action = new GeneratorAction(flows, channels, grid);
  return (state) => {
    const u = scaled(state, channels);
    const moved = action.of(u);
    const image = u.map(Math.tanh);
    const wanted = action.of(image);
    const scale = norm(image, 0, image.length);
    return Float64Array.from(generators, ({ flow }, k) => {
      if (flow === null || scale === 0) return 0;
      const from = k * u.length;
      const difference = new Float64Array(u.length);
      for (let i = 0; i < u.length; i++) {
        difference[i] = (1 - image[i]! ** 2) * moved[from + i]! - wanted[from + i]!;
      }
      return norm(difference, 0, u.length) / scale;
    });
  };
}

/** Each channel over its root mean square; a channel of zeros stays. */
function scaled(state: ArrayLike<number>, channels: number): Float64Array {
  const u = Float64Array.from(state);
  const points = u.length / channels;
  for (let c = 0; c < channels; c++) {
    const channel = u.subarray(c * points, (c + 1) * points);
    const square = channel.reduce((sum, value) => sum + value ** 2, 0) / points;
    if (square > 0) for (let p = 0; p < points; p++) channel[p]! /= Math.sqrt(square);
  }
  return u;
}
