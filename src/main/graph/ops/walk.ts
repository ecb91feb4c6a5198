/**
 * The loop under the reference kernels of broadcasting, moving and reducing operators: several arrays are
 * visited together over one index space, each by its own strides, in runs along the last axis. Axes that all
 * arrays cross evenly are merged first, so operands of equal shape are one single run.
 */
import { sizeOf } from "../../../shared/tensor";

/**
 * One run: element k of operand p is at `offsets[p] + k * steps[p]`, for k < `length`.
 * The arrays are reused from run to run.
 */
export type Run = (offsets: readonly number[], steps: readonly number[], length: number) => void;

/**
 * Calls `run` so that every point of the index space `shape` is visited once, in row-major order.
 * @param strides one list an operand, one stride an axis
 * @param bases where each operand starts; 0 if absent
 */
export function walk(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  run: Run,
  bases?: readonly number[],
): void {
  if (sizeOf(shape) === 0) return;
  const { extents, steps } = mergeAxes(shape, strides);
  const last = extents.length - 1;
  const inner = steps.map((list) => list[last]!);
  const offsets = strides.map((_, operand) => bases?.[operand] ?? 0);
  const counters = new Array<number>(last).fill(0);
  for (;;) {
    run(offsets, inner, extents[last]!);
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      const again = ++counters[axis]! < extents[axis]!;
      for (let p = 0; p < offsets.length; p++) {
        offsets[p]! += again ? steps[p]![axis]! : -steps[p]![axis]! * (extents[axis]! - 1);
      }
      if (again) break;
      counters[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** Fewest axes for the same visits: extents of 1 go, neighbours merge where every operand continues evenly. */
function mergeAxes(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
): { extents: number[]; steps: number[][] } {
  const extents: number[] = [];
  const steps: number[][] = strides.map(() => []);
  shape.forEach((extent, axis) => {
    if (extent === 1) return;
    const last = extents.length - 1;
    const even = last >= 0 && steps.every((list, p) => list[last]! === extent * strides[p]![axis]!);
    if (even) {
      extents[last]! *= extent;
      steps.forEach((list, p) => (list[last] = strides[p]![axis]!));
    } else {
      extents.push(extent);
      steps.forEach((list, p) => list.push(strides[p]![axis]!));
    }
  });
  if (extents.length === 0) {
    extents.push(1);
    steps.forEach((list) => list.push(0));
  }
  return { extents, steps };
}
