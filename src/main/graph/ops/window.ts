/**
 * Geometry of what slides a window over the last one to three axes: convolutions and poolings. Small axes
 * count the window's positions, big ones the elements they look at: big = small · stride + tap · dilation − pad.
 */
import { ShapeError } from "../rule";

export type WindowAttributes = {
  strides: readonly number[];
  /** [begin of each spatial axis…, end of each spatial axis…], as ONNX orders them; none negative. */
  pads: readonly number[];
  dilations: readonly number[];
};

/** A ShapeError unless the attributes fit a kernel of these extents. */
export function expectWindow(
  kernel: readonly number[],
  { strides, pads, dilations }: WindowAttributes,
): void {
  const rank = kernel.length;
  if (rank < 1 || rank > 3) throw new ShapeError(`slides over ${rank} axes, not 1 to 3`);
  const fits = (list: readonly number[], length: number, least: number): boolean =>
    list.length === length && list.every((entry) => Number.isInteger(entry) && entry >= least);
  if (!fits(kernel, rank, 1)) throw new ShapeError(`kernel [${kernel.join(", ")}] is empty`);
  if (!fits(strides, rank, 1)) throw new ShapeError(`strides [${strides.join(", ")}] do not fit`);
  if (!fits(dilations, rank, 1)) {
    throw new ShapeError(`dilations [${dilations.join(", ")}] do not fit`);
  }
  if (!fits(pads, 2 * rank, 0)) throw new ShapeError(`pads [${pads.join(", ")}] do not fit`);
}

/** Extent from the first to the last tap of a kernel with gaps. */
export function reach(kernel: number, dilation: number): number {
  return (kernel - 1) * dilation + 1;
}

/** Number of positions along each axis; a ShapeError where the kernel is wider than the padded axis. */
export function positions(
  extents: readonly number[],
  kernel: readonly number[],
  { strides, pads, dilations }: WindowAttributes,
): number[] {
  return extents.map((extent, axis) => {
    const padded = extent + pads[axis]! + pads[extents.length + axis]!;
    const span = reach(kernel[axis]!, dilations[axis]!);
    if (span > padded) {
      throw new ShapeError(`a kernel of reach ${span} on an axis of ${padded} with its pads`);
    }
    return Math.floor((padded - span) / strides[axis]!) + 1;
  });
}

/**
 * All that a window meets on one plane, as runs along the last axis: run r pairs the small elements
 * small[r] … small[r] + count[r] − 1 with the big ones big[r], big[r] + step …, under the tap tap[r].
 * What falls on pads is left out. Runs come in the order of taps.
 */
export interface Runs {
  readonly tap: Int32Array;
  readonly small: Int32Array;
  readonly big: Int32Array;
  readonly count: Int32Array;
  readonly step: number;
}

export function slidingRuns(
  big: readonly number[],
  small: readonly number[],
  kernel: readonly number[],
  { strides, pads, dilations }: WindowAttributes,
): Runs {
  const missing = 3 - kernel.length;
  const lift = (list: readonly number[], by: number): number[] => [
    ...new Array<number>(missing).fill(by),
    ...list.slice(0, kernel.length),
  ];
  const [bigs, smalls, kernels] = [lift(big, 1), lift(small, 1), lift(kernel, 1)];
  const [steps, offsets, gaps] = [lift(strides, 1), lift(pads, 0), lift(dilations, 1)];
  const runs = { tap: [], small: [], big: [], count: [] } as Record<string, number[]>;
  /** Index on a big axis; −1 on a pad. */
  const at = (axis: number, position: number, tap: number): number => {
    const index = position * steps[axis]! + tap * gaps[axis]! - offsets[axis]!;
    return index < bigs[axis]! ? Math.max(index, -1) : -1;
  };
  let tap = 0;
  for (let kd = 0; kd < kernels[0]!; kd++) {
    for (let kh = 0; kh < kernels[1]!; kh++) {
      for (let kw = 0; kw < kernels[2]!; kw++, tap++) {
        const shift = kw * gaps[2]! - offsets[2]!;
        const first = Math.max(0, Math.ceil(-shift / steps[2]!));
        const last = Math.min(smalls[2]! - 1, Math.floor((bigs[2]! - 1 - shift) / steps[2]!));
        if (last < first) continue;
        for (let d = 0; d < smalls[0]!; d++) {
          const bd = at(0, d, kd);
          if (bd < 0) continue;
          for (let h = 0; h < smalls[1]!; h++) {
            const bh = at(1, h, kh);
            if (bh < 0) continue;
            runs.tap!.push(tap);
            runs.small!.push((d * smalls[1]! + h) * smalls[2]! + first);
            runs.big!.push((bd * bigs[1]! + bh) * bigs[2]! + first * steps[2]! + shift);
            runs.count!.push(last - first + 1);
          }
        }
      }
    }
  }
  return {
    tap: Int32Array.from(runs.tap!),
    small: Int32Array.from(runs.small!),
    big: Int32Array.from(runs.big!),
    count: Int32Array.from(runs.count!),
    step: steps[2]!,
  };
}
