/** Pairs of channels that a convolution joins: what its kernel and those of its two derivatives walk over. */
import { sizeOf } from "../../../shared/tensor";
import { slidingRuns, type Runs, type WindowAttributes } from "./window";

/** Shapes [N, channels, …] of the side that the window slides over, of its positions, and of the weights. */
export interface ConvolvedShapes {
  readonly big: readonly number[];
  readonly small: readonly number[];
  /** [channels of the small side, those of the big one in a group, …kernel] */
  readonly weights: readonly number[];
}

/** Where the planes of a pair and its weights begin. */
export interface Starts {
  readonly big: number;
  readonly small: number;
  readonly weights: number;
}

/**
 * Kernels take arrays and runs into locals of their visit: what a closure holds is looked up anew at every element, which
 * takes up to twice the time.
 * @param visit hears of every small channel of every sample with each big one of its group; the runs are the same for all
 */
export function overChannels(
  { big, small, weights }: ConvolvedShapes,
  attrs: WindowAttributes & { readonly group: number },
  visit: (runs: Runs, starts: Starts) => void,
): void {
  const [, bigs, ...bigExtents] = big as [number, number, ...number[]];
  const [samples, smalls, ...smallExtents] = small as [number, number, ...number[]];
  const [, inGroup, ...kernel] = weights as [number, number, ...number[]];
  const runs = slidingRuns(bigExtents, smallExtents, kernel, attrs);
  const [bigSize, smallSize, taps] = [sizeOf(bigExtents), sizeOf(smallExtents), sizeOf(kernel)];
  const each = smalls / attrs.group;
  for (let plane = 0; plane < samples * smalls; plane++) {
    const channel = plane % smalls;
    const sample = (plane - channel) / smalls;
    const first = sample * bigs + Math.floor(channel / each) * inGroup;
    for (let i = 0; i < inGroup; i++) {
      visit(runs, {
        big: (first + i) * bigSize,
        small: plane * smallSize,
        weights: (channel * inGroup + i) * taps,
      });
    }
  }
}
