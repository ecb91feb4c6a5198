/**
 * The momentum balance without its pressure: on a plane a flow carries its own vorticity. Which field that is depends on
 * the reading, so each is asked by itself; the sign of v counts, for −v runs backwards.
 */
import { addHalf, subtractHalf } from "./carried";
import { bySmoothing, type Explained } from "./explained";
import type { Space, StoredVector } from "./flow";
import { sameUpToSign, type Reading } from "./readings";

/** A curl below this share of ‖∇v‖ is rounding: a flow without curl has no vorticity that it could carry. */
const LEAST_CURL = 1e-4;

/** As `bySmoothing`, of each reading's own vorticity; 1 where it has none. @param pairs frames before and after */
export function vorticityUnexplained(
  pairs: readonly (readonly [StoredVector, StoredVector])[],
  readings: readonly Reading[],
  space: Space,
): Explained {
  const together = readings.map(() => 1);
  const bySample = readings.map(() => pairs.map(() => 1));
  let byChance: readonly number[] = [];
  readings.forEach((reading, i) => {
    const opposite = readings.findIndex((other, j) => j > i && sameUpToSign(reading, other));
    if (opposite < 0) return;
    const samples = pairs.map((pair) => productsOf(pair, reading, space));
    if (samples.some((sample) => sample === undefined)) return;
    const found = bySmoothing(samples as Float64Array[][], [termsOf(1), termsOf(-1)], space);
    [i, opposite].forEach((row, k) => {
      together[row] = found.together[k]!;
      bySample[row] = [...found.bySample[k]!];
    });
    byChance = found.byChance.map((share, move) => Math.min(share, byChance[move] ?? 1));
  });
  return { together, bySample, byChance };
}

/**
 * Of −v the vorticity has the other sign, and products of two stay. There is no third term: divergence alone changes the
 * vorticity of a turning world, but also the difference of any two fields that react with each other.
 */
function termsOf(sign: number): number[][] {
  return [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 0, 0],
    [0, 0, sign, 0],
    [0, 0, 0, sign],
  ];
}

/** −v·∇ω, −ω∇·v, Δω and the change of ω; undefined where there is no curl. */
function productsOf(
  frames: readonly [StoredVector, StoredVector],
  { from, signs }: Reading,
  space: Space,
): Float64Array[] | undefined {
  const { points } = space;
  const fields = Array.from({ length: 4 }, () => new Float64Array(points));
  const [carrying, squeezing, laplacian, change] = fields as [Float64Array, Float64Array, Float64Array, Float64Array]; // prettier-ignore
  for (const [frame, flow] of frames.entries()) {
    const v = from.map((c, i) => flow.components[c]!.map((value) => signs[i]! * value));
    const slope = (along: number, i: number): Float64Array => flow.slopes[along]![from[i]!]!;
    const [xy, yx, xx, yy] = [slope(0, 1), slope(1, 0), slope(0, 0), slope(1, 1)];
    const [sx, sy] = [signs[0]!, signs[1]!];
    const curl = xy.map((value, k) => sy * value - sx * yx[k]!);
    const opens = xx.map((value, k) => sx * value + sy * yy[k]!);
    const whole = [xy, yx, xx, yy].reduce((sum, field) => sum + squares(field), 0);
    if (!(squares(curl) > LEAST_CURL ** 2 * whole)) return undefined;
    v.forEach((component, i) => {
      const gradient = space.derivative(curl, i);
      subtractHalf(carrying, component, gradient);
      addHalf(laplacian, space.derivative(gradient, i));
    });
    subtractHalf(squeezing, curl, opens);
    for (let k = 0; k < points; k++) {
      change[k]! += frame === 0 ? -curl[k]! : curl[k]!;
    }
  }
  return fields;
}

function squares(field: Float64Array): number {
  let sum = 0;
  for (const value of field) sum += value * value;
  return sum;
}
