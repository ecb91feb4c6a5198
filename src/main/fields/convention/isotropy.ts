/**
 * Spectral isotropy: where no direction is special, the share of a flow that is longitudinal (along its wave vectors:
 * compression, not shear) is the same in every direction. An exchange or a reflection of components turns longitudinal
 * into transverse along some wave vectors and not along others, so that the share comes near that of unrelated
 * components, 1/d; the further from it, the better a reading fits. Blind to the sign of the vector and to turns by a right
 * angle, and true of data without a direction of their own only: it agrees or disagrees, and never decides.
 *
 * Every wave number counts by its square: ∫|k·v|² is ‖∇·v‖² and ∫|k|²|v|² is ‖∇v‖² (Parseval), so no spectrum is needed.
 */
import { divergences } from "./divergence";
import type { Space, StoredVector } from "./flow";
import type { Reading } from "./readings";

/** Scores of each reading: 0 all is longitudinal or all transverse, 1 as of unrelated components. */
export function isotropies(
  flows: readonly StoredVector[],
  readings: readonly Reading[],
  space: Space,
): readonly number[] {
  return divergences(flows, readings, space).map((share) => {
    const d = space.dimension;
    const away = share * d < 1 ? 1 - share * d : (share * d - 1) / (d - 1);
    return Math.min(1, Math.max(0, 1 - away));
  });
}
