/** What a window sees under each of its taps, for convolutions and poolings that tfjs has no kernel for. */
import type { WindowAttributes } from "../../../graph/ops/window";
import type { Held, Tfjs } from "./lowering";
import { cut } from "./movement";

/** Indices of all taps of a kernel, in row-major order. */
export function tapsOf(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (all, extent) => all.flatMap((tap) => Array.from({ length: extent }, (_, i) => [...tap, i])),
    [[]],
  );
}

/** Pads of the spatial axes as those of a tensor with `leading` axes before them. */
export function spatialPads(pads: readonly number[], leading: number): number[] {
  const none = new Array<number>(leading).fill(0);
  const rank = pads.length / 2;
  return [...none, ...pads.slice(0, rank), ...none, ...pads.slice(rank)];
}

/**
 * The elements under one tap at every position.
 * @param wide [N, C, …] with its pads
 * @returns [N, C, …positions]
 */
export function underTap(
  tf: Tfjs,
  wide: Held,
  tap: readonly number[],
  positions: readonly number[],
  { strides, dilations }: WindowAttributes,
): Held {
  return cut(
    tf,
    wide,
    tap.map((index, axis) => ({
      axis: axis + 2,
      start: index * dilations[axis]!,
      count: positions[axis]!,
      step: strides[axis]!,
    })),
  );
}
