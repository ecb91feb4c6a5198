/**
 * What a flow carries changes from frame to frame as the flow says: ∂ₜs = −α v·∇s − β s∇·v − γ ∇·v + κ Δs, with no
 * coefficient negative. A density has α = β, a tracer β = 0, a pressure its own, and a flow's vorticity is carried too,
 * which is the curl of its momentum balance. Only right readings of v explain the change, and the sign of v counts.
 * Coefficients are fitted, so neither the time step nor the unit of length need be known.
 */
import { bySmoothing, type Explained } from "./explained";
import type { Space, StoredVector } from "./flow";
import type { Reading } from "./readings";

/** Two frames of what is carried and of the flow. */
export interface CarriedPair {
  readonly before: { readonly scalar: Float64Array; readonly flow: StoredVector };
  readonly after: { readonly scalar: Float64Array; readonly flow: StoredVector };
}

/** What each reading leaves of the change of a scalar unexplained. */
export function unexplained(
  pairs: readonly CarriedPair[],
  readings: readonly Reading[],
  space: Space,
): Explained {
  const { dimension } = space;
  const square = dimension ** 2;
  const count = 3 * square + 2;
  return bySmoothing(
    pairs.map((pair) => productsOf(pair, space)),
    readings.map(({ from, signs }) => [
      ...[0, 1, 2].map((term) => {
        const row = new Array<number>(count).fill(0);
        from.forEach((component, i) => {
          row[term * square + i * dimension + component] = signs[i]!;
        });
        return row;
      }),
      unit(count, count - 2),
      unit(count, count - 1),
    ]),
    space,
  );
}

/**
 * −cⱼ ∂ᵢs, −s ∂ᵢcⱼ and −∂ᵢcⱼ for every direction and component, of which a reading's terms are sums; then Δs, and the
 * change. Products are means of both frames, which is the trapezoidal rule for their integral over the step.
 */
function productsOf({ before, after }: CarriedPair, space: Space): Float64Array[] {
  const { dimension, points } = space;
  const square = dimension ** 2;
  const fields = Array.from({ length: 3 * square + 2 }, () => new Float64Array(points));
  for (const { scalar, flow } of [before, after]) {
    for (let i = 0; i < dimension; i++) {
      const slope = space.derivative(scalar, i);
      addHalf(fields[3 * square]!, space.derivative(slope, i));
      for (let j = 0; j < dimension; j++) {
        const at = i * dimension + j;
        const [component, rate] = [flow.components[j]!, flow.slopes[i]![j]!];
        subtractHalf(fields[at]!, component, slope);
        subtractHalf(fields[square + at]!, scalar, rate);
        for (let k = 0; k < points; k++) fields[2 * square + at]![k]! -= rate[k]! / 2;
      }
    }
  }
  const change = fields[3 * square + 1]!;
  for (let k = 0; k < points; k++) change[k] = after.scalar[k]! - before.scalar[k]!;
  return fields;
}

export function addHalf(out: Float64Array, field: Float64Array): void {
  for (let k = 0; k < out.length; k++) out[k]! += field[k]! / 2;
}

export function subtractHalf(out: Float64Array, a: Float64Array, b: Float64Array): void {
  for (let k = 0; k < out.length; k++) out[k]! -= (a[k]! * b[k]!) / 2;
}

function unit(count: number, at: number): number[] {
  return Array.from({ length: count }, (_, i) => (i === at ? 1 : 0));
}
