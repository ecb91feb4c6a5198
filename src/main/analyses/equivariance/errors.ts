/** Relative differences between two batches of predictions, in all and by channel. */
import { sizeOf, type Tensor } from "../../../shared/tensor";
import type { Reals } from "../innerProducts";
import { distances, realsOf } from "../orbit";

/**
 * ‖p − e‖ over ‖e‖, or over the change ‖o − b‖ where a state before is given; a difference of exactly 0 is an error of
 * 0 whatever it is divided by.
 * @param prediction f(g·x) [n, C, …] flat
 * @param expected g·f(x) [n, C, …]
 * @param own f(x), and `before` x, from which the change is taken
 * @returns error [n]; byChannel [n, C], each over that channel's own norm or change
 */
export function stepErrors(
  prediction: Reals,
  expected: Tensor,
  own: Reals,
  before: Reals | null,
): { error: Float64Array; byChannel: Float64Array } {
  const n = expected.shape[0]!;
  const channels = sizeOf(expected.shape.slice(0, 2));
  const ratios = (rows: number): Float64Array => {
    const { difference, norm } = distances(prediction, realsOf(expected), rows);
    const scale = before === null ? norm : distances(own, before, rows).difference;
    return difference.map((d, i) => (d === 0 ? 0 : d / scale[i]!));
  };
  return { error: ratios(n), byChannel: ratios(channels) };
}
