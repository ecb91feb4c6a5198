/**
 * In an incompressible flow only the right reading of axes and components is free of divergence: its score is near zero
 * and that of a wrong one near a half or one. Blind to the sign of the whole vector.
 */
import type { Space, StoredVector } from "./flow";
import type { Reading } from "./readings";

/**
 * ‖Σᵢ ∂ᵢvᵢ‖²/‖∇v‖² of each reading over all samples; all 0 for a field without gradients. The products of all ∂ᵢcⱼ are
 * summed once, and every reading's score is a sum of some of them.
 */
export function divergences(
  flows: readonly StoredVector[],
  readings: readonly Reading[],
  { dimension, inside }: Space,
): number[] {
  const count = dimension ** 2;
  const products = new Float64Array(count * count);
  for (const { slopes } of flows) {
    const fields = slopes.flat();
    for (let a = 0; a < count; a++) {
      for (let b = a; b < count; b++) {
        const [p, q] = [fields[a]!, fields[b]!];
        let sum = 0;
        for (let k = 0; k < p.length; k++) sum += inside[k]! * p[k]! * q[k]!;
        products[a * count + b]! += sum;
        if (a !== b) products[b * count + a]! += sum;
      }
    }
  }
  let total = 0;
  for (let a = 0; a < count; a++) total += products[a * count + a]!;
  return readings.map(({ from, signs }) => {
    if (total === 0) return 0;
    const terms = from.map((component, i) => i * dimension + component);
    let sum = 0;
    terms.forEach((a, i) => {
      terms.forEach((b, j) => (sum += signs[i]! * signs[j]! * products[a * count + b]!));
    });
    return Math.max(0, sum / total);
  });
}
