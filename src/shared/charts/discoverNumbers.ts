/** A run of discovery as its figures read it. */
import type { RunResult } from "../run";
import { toFloat64 } from "../tensor";

/** One found linear motion on the components of the state, or of one of its parts. */
export interface Motion {
  /** (A | b) or A, row-major. */
  readonly matrix: Float64Array;
  readonly columns: number;
  readonly components: number;
  readonly names: readonly string[];
  /** The matrix as two halves of the samples have it; empty in runs that did not take them. */
  readonly halves: readonly Float64Array[];
}

/** Empty where candidates are named generators. */
export function componentMotions(run: RunResult): Motion[] {
  const array = run.arrays["component_generators"] ?? run.arrays["generators"];
  if (array?.shape.length !== 3) return [];
  const [count = 0, components = 0, columns = 0] = array.shape;
  const data = toFloat64(array);
  const size = components * columns;
  const { names: known } = run.record.summary as { names?: readonly string[] };
  // The window's axis of channels is named by candidates; components then go by number.
  const names =
    known?.length === components
      ? known
      : Array.from({ length: components }, (_, k) => `x${k + 1}`);
  const halves = run.arrays["generators_halves"];
  const parted = halves === undefined ? new Float64Array() : toFloat64(halves);
  return Array.from({ length: count }, (_, k) => ({
    halves: Array.from({ length: halves?.shape[0] ?? 0 }, (_unused, half) =>
      parted.subarray((half * count + k) * size, (half * count + k + 1) * size),
    ),
    matrix: data.subarray(k * size, (k + 1) * size),
    columns,
    components,
    names,
  }));
}
