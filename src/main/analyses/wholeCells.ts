/**
 * Shifts by whole cells of a periodic grid need no interpolation, so a network either commutes with them or does not. One
 * that does has the translation for a symmetry; what its infinitesimal form shows beside is aliasing, what its
 * nonlinearities put beyond the finest wave, and that tells how much of it this network makes.
 */
import type { Grid } from "../../shared/fields/spec";
import type { Tensor } from "../../shared/tensor";
import type { Executor } from "../runtime/executor";
import type { Network } from "./context";
import type { SampleNetwork } from "./network";
import { gather, realsOf, tensorOf } from "./orbit";
import { Predictions } from "./predictions";

/** Few states tell whether padding or strides break it: they do for all. */
const STATES = 4;
/** Relative; float32 leaves 10⁻⁶ of a deep network. */
const EXACT = 2e-5;

/**
 * Axes of the grid (0 the first of `grid.size`) along which the network commutes with shifts by `cells`.
 * @param onGrid whether the prediction lies on the grid and shifts along; else it must not change
 */
export async function commutesByCells(
  executor: Executor,
  model: Network,
  network: SampleNetwork,
  grid: Grid,
  states: Tensor,
  onGrid: boolean,
  step: () => void,
  cells = 1,
): Promise<number[]> {
  const n = Math.min(STATES, states.shape[0]!);
  const some = gather(states, [...Array(n).keys()]);
  const predictions = await Predictions.compile(executor, model, network, n);
  try {
    const plain = Float64Array.from(await predictions.of(some, step));
    const found: number[] = [];
    for (const [axis, periodic] of grid.periodic.entries()) {
      if (!periodic) continue;
      const moved = tensorOf(shifted(realsOf(some), grid.size, axis, cells), some.shape);
      const after = await predictions.of(moved, step);
      const wanted = onGrid ? shifted(plain, grid.size, axis, cells) : plain;
      let [off, size] = [0, 0];
      wanted.forEach((value, i) => {
        off += (after[i]! - value) ** 2;
        size += value ** 2;
      });
      if (off <= EXACT ** 2 * size) found.push(axis);
    }
    return found;
  } finally {
    await predictions.dispose();
  }
}

/** Every field [..., ...size] turned on by some cells along an axis. */
function shifted(
  values: ArrayLike<number>,
  size: readonly number[],
  axis: number,
  cells: number,
): Float64Array {
  const inner = size.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  const extent = size[axis]!;
  return Float64Array.from({ length: values.length }, (_, at) => {
    const place = Math.floor(at / inner) % extent;
    const from = (place + extent - (cells % extent)) % extent;
    return values[at + (from - place) * inner]!;
  });
}
