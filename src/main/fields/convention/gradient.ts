/**
 * Is the vector the gradient of a field beside it, or that gradient turned by a right angle? Then a reading without
 * divergence may as well be one without curl that is read at a right angle, and divergence tells neither from the other.
 */
import type { Space, StoredVector } from "./flow";
import type { Reading } from "./readings";

/** Samples: a vector as it is stored, and a field beside it. */
export interface Beside {
  readonly flow: StoredVector;
  readonly field: Float64Array;
}

/** Of the vector that this share is a multiple of the gradient; noise in the field leaves less than all. */
const SHARE = 0.9;

/** Whether some reading of all samples is one multiple of the gradient. */
export function isGradient(
  samples: readonly Beside[],
  readings: readonly Reading[],
  { dimension, inside, derivative }: Space,
): boolean {
  const products = new Float64Array(dimension ** 2);
  let [own, slopes] = [0, 0];
  for (const { flow, field } of samples) {
    for (let i = 0; i < dimension; i++) {
      const slope = derivative(field, i);
      for (let j = 0; j < dimension; j++) {
        products[i * dimension + j]! += within(inside, slope, flow.components[j]!);
      }
      slopes += within(inside, slope, slope);
      own += within(inside, flow.components[i]!, flow.components[i]!);
    }
  }
  const most = Math.max(
    ...readings.map(({ from, signs }) =>
      from.reduce((sum, j, i) => sum + signs[i]! * products[i * dimension + j]!, 0),
    ),
  );
  return most > 0 && most ** 2 > SHARE * own * slopes;
}

function within(inside: Float64Array, a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += inside[k]! * a[k]! * b[k]!;
  return sum;
}
