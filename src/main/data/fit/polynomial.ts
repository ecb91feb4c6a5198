/**
 * A polynomial map fitted to pairs of points and values: products of Chebyshev polynomials up to a total degree, on the
 * box that holds the points, where monomials of the same degree would cost half the digits. The degree is the one that
 * predicts held-out pairs best; a map that is a polynomial is found to rounding, and the error on held-out pairs says
 * how far another is from its fit.
 */
import type { Clusters, Linearised } from "./map";
import { leastSquares } from "./leastSquares";
import { HELD, heldOut, relativeError, type Fit, type Pairs } from "./pairs";

/** Pairs a feature, so that what is held out judges the map and not the noise. */
const PAIRS_A_FEATURE = 2;
/** QR costs the square of the features. */
const MOST_FEATURES = 500;
/** Below this more degrees only add rounding. */
const ROUNDING = 1e-11;

/** @throws RangeError where there are fewer pairs than affine functions need */
export function fitPolynomial(
  pairs: Pairs,
  clusters: Clusters,
  highest: number,
  step: () => void,
): Fit {
  const { held, kept } = heldOut(clusters);
  const box = boxOf(pairs);
  let best: { degree: number; residual: number } | null = null;
  for (let degree = 1; degree <= highest; degree++) {
    const powers = powersUpTo(pairs.inputs, degree);
    if (powers === null || powers.length * PAIRS_A_FEATURE > kept.length) break;
    const coefficients = coefficientsOf(pairs, kept, box, powers, step);
    const residual = errorOn(pairs, held.length > 0 ? held : kept, box, powers, coefficients);
    if (best === null || residual < best.residual) best = { degree, residual };
    // Odd maps gain nothing by an even degree, so one without gain is not the end.
    if (residual < ROUNDING || degree > best.degree + 2) break;
  }
  if (best === null) throw new RangeError("too few pairs for an affine fit");
  const powers = powersUpTo(pairs.inputs, best.degree)!;
  const all = Array.from({ length: pairs.count }, (_, k) => k);
  const coefficients = coefficientsOf(pairs, all, box, powers, step);
  return {
    ...best,
    features: powers.length,
    map: linearised(pairs, box, powers, coefficients),
  };
}

/** Pairs that an affine fit of so many inputs needs. */
export function fewestPairs(inputs: number): number {
  return Math.ceil((PAIRS_A_FEATURE * (inputs + 1) * HELD) / (HELD - 1)) + 1;
}

interface Box {
  readonly centre: Float64Array;
  readonly half: Float64Array;
}

function boxOf({ count, inputs, points }: Pairs): Box {
  const low = new Float64Array(inputs).fill(Infinity);
  const high = new Float64Array(inputs).fill(-Infinity);
  for (let k = 0; k < count * inputs; k++) {
    const i = k % inputs;
    low[i] = Math.min(low[i]!, points[k]!);
    high[i] = Math.max(high[i]!, points[k]!);
  }
  return {
    centre: low.map((value, i) => (value + high[i]!) / 2),
    half: low.map((value, i) => (high[i]! - value) / 2 || 1),
  };
}

/** Exponents of every product up to a total degree, by degree; null beyond what can be fitted. */
function powersUpTo(inputs: number, degree: number): Uint8Array[] | null {
  const all: Uint8Array[] = [];
  const extend = (powers: Uint8Array, from: number, left: number): boolean => {
    if (left === 0) return all.push(powers) <= MOST_FEATURES;
    for (let i = from; i < inputs; i++) {
      const next = Uint8Array.from(powers);
      next[i]!++;
      if (!extend(next, i, left - 1)) return false;
    }
    return true;
  };
  for (let total = 0; total <= degree; total++) {
    if (!extend(new Uint8Array(inputs), 0, total)) return null;
  }
  return all;
}

/** T_n and T_n′ of each coordinate at a point, [inputs][degree + 1]. */
function chebyshev(
  { inputs, points }: Pairs,
  k: number,
  { centre, half }: Box,
  degree: number,
): { readonly t: Float64Array; readonly slope: Float64Array } {
  const width = degree + 1;
  const t = new Float64Array(inputs * width);
  const slope = new Float64Array(inputs * width);
  for (let i = 0; i < inputs; i++) {
    const x = (points[k * inputs + i]! - centre[i]!) / half[i]!;
    const at = i * width;
    t[at] = 1;
    t[at + 1] = x;
    slope[at + 1] = 1 / half[i]!;
    for (let n = 2; n <= degree; n++) {
      t[at + n] = 2 * x * t[at + n - 1]! - t[at + n - 2]!;
      slope[at + n] =
        (2 / half[i]!) * t[at + n - 1]! + 2 * x * slope[at + n - 1]! - slope[at + n - 2]!;
    }
  }
  return { t, slope };
}

function degreeOf(powers: readonly Uint8Array[]): number {
  return powers.at(-1)!.reduce((sum, power) => sum + power, 0);
}

function coefficientsOf(
  pairs: Pairs,
  chosen: readonly number[],
  box: Box,
  powers: readonly Uint8Array[],
  step: () => void,
): Float64Array[] {
  const degree = degreeOf(powers);
  const columns = powers.map(() => new Float64Array(chosen.length));
  chosen.forEach((k, row) => {
    const { t } = chebyshev(pairs, k, box, degree);
    powers.forEach((one, f) => (columns[f]![row] = product(t, one, degree + 1)));
  });
  const sides = Array.from({ length: pairs.outputs }, (_, o) =>
    Float64Array.from(chosen, (k) => pairs.values[k * pairs.outputs + o]!),
  );
  return leastSquares(columns, sides, step);
}

function product(t: Float64Array, powers: Uint8Array, width: number, without = -1): number {
  let value = 1;
  for (let i = 0; i < powers.length; i++) {
    if (powers[i] !== 0 && i !== without) value *= t[i * width + powers[i]!]!;
  }
  return value;
}

function errorOn(
  pairs: Pairs,
  chosen: readonly number[],
  box: Box,
  powers: readonly Uint8Array[],
  coefficients: readonly Float64Array[],
): number {
  const degree = degreeOf(powers);
  return relativeError(pairs, chosen, (k) => {
    const { t } = chebyshev(pairs, k, box, degree);
    const features = powers.map((one) => product(t, one, degree + 1));
    return coefficients.map((weights) =>
      features.reduce((total, one, f) => total + one * weights[f]!, 0),
    );
  });
}

/** The fit's own values and slopes at every point. */
function linearised(
  pairs: Pairs,
  box: Box,
  powers: readonly Uint8Array[],
  coefficients: readonly Float64Array[],
): Linearised {
  const { count, inputs, outputs, points } = pairs;
  const degree = degreeOf(powers);
  const values = new Float64Array(count * outputs);
  const jacobians = new Float64Array(count * outputs * inputs);
  for (let k = 0; k < count; k++) {
    const { t, slope } = chebyshev(pairs, k, box, degree);
    powers.forEach((one, f) => {
      const value = product(t, one, degree + 1);
      for (let o = 0; o < outputs; o++) values[k * outputs + o]! += coefficients[o]![f]! * value;
      for (let i = 0; i < inputs; i++) {
        const n = one[i]!;
        if (n === 0) continue;
        const along = slope[i * (degree + 1) + n]! * product(t, one, degree + 1, i);
        for (let o = 0; o < outputs; o++) {
          jacobians[(k * outputs + o) * inputs + i]! += coefficients[o]![f]! * along;
        }
      }
    });
  }
  return { samples: count, inputs, outputs, points, values, jacobians };
}
