/**
 * A basis of a space of motions that people can read: orthonormal, and as much as possible each element a few numbers.
 * Any basis spans the same algebra, so where all are exact one is chosen by quartimax rotation (Neuhaus and Wrigley 1954), which turns
 * pairs of elements until the fourth powers of their entries sum to the most. So se(2) comes as two shifts and a turn.
 */
import { orthonormal } from "./spectrum";

const SWEEPS = 60;

/**
 * @param vectors independent, [k][Q]
 * @param simple whether they may be mixed: not where they are broken by different amounts
 */
export function readableBasis(vectors: readonly Float64Array[], simple: boolean): Float64Array[] {
  const basis = orthonormal(vectors);
  if (!simple) return basis.map(turned);
  quartimax(basis);
  return basis
    .map(turned)
    .sort((a, b) => entries(a).length - entries(b).length || entries(a)[0]! - entries(b)[0]!);
}

/** Where a vector is not negligible. */
function entries(vector: Float64Array): number[] {
  const size = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return [...vector.keys()].filter((k) => Math.abs(vector[k]!) > 1e-6 * size);
}

function quartimax(basis: Float64Array[]): void {
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let largest = 0;
    for (let a = 1; a < basis.length; a++) {
      for (let b = 0; b < a; b++) largest = Math.max(largest, turnPair(basis[a]!, basis[b]!));
    }
    if (largest < 1e-12) return;
  }
}

/** Turns two vectors in their plane to the angle that maximises Σ x⁴ + y⁴, in closed form; returns the angle. */
function turnPair(x: Float64Array, y: Float64Array): number {
  let [up, down] = [0, 0];
  for (let k = 0; k < x.length; k++) {
    const u = x[k]! ** 2 - y[k]! ** 2;
    const v = 2 * x[k]! * y[k]!;
    up += 2 * u * v;
    down += u ** 2 - v ** 2;
  }
  const angle = Math.abs(up) + Math.abs(down) < 1e-15 ? 0 : Math.atan2(up, down) / 4;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  for (let k = 0; k < x.length; k++) {
    const held = x[k]!;
    x[k] = c * held + s * y[k]!;
    y[k] = c * y[k]! - s * held;
  }
  return Math.abs(angle);
}

/** With its largest entry positive, the first of equals, and without rounding dust. */
function turned(vector: Float64Array): Float64Array {
  const size = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const lead = vector.find((value) => Math.abs(value) > size * (1 - 1e-6)) ?? 1;
  const sign = lead < 0 ? -1 : 1;
  return vector.map((value) => (Math.abs(value) < 1e-14 * size ? 0 : sign * value));
}
