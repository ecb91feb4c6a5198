/**
 * A smooth map fitted to pairs of points and values where polynomials fail: an affine part and inverse multiquadrics
 * about some of the points (Hardy 1971; positive definite in any dimension, Micchelli 1986), each coordinate with a
 * length of its own. The lengths are those that predict held-out pairs best; a coordinate that the map does not depend
 * on gets a long one, without which its variation would have to be resolved too.
 */
import { CholeskyDecomposition, Matrix, solve } from "ml-matrix";
import type { Clusters, Linearised } from "./map";
import { heldOut, relativeError, type Fit, type Pairs } from "./pairs";

/** Centres of the fit; it costs their cube. */
const MOST_CENTRES = 1000;
/** Centres and held-out pairs while lengths are chosen. */
const TRIAL_CENTRES = 300;
const TRIAL_HELD = 300;
/** Lengths in standard deviations that are tried for all coordinates together. */
const LENGTHS = [0.5, 1, 2];
/** By how much a coordinate's own length is stretched, again as long as that helps. */
const STRETCH = 4;
const LONGEST = 64;
/** Added to the kernel's diagonal, 1, so that near twins among the centres do not decide. */
const RIDGE = 1e-9;

/** Points and values over their spread, and the way back. */
interface Standard {
  readonly centre: Float64Array;
  readonly spread: Float64Array;
}

/** What a fit is made of, in standardised coordinates over their lengths. */
interface Fitted {
  /** Centres [m, d] */
  readonly centres: Float64Array;
  /** Of the affine part [d + 1, D], the constant first. */
  readonly affine: Matrix;
  /** Of the kernels [m, D] */
  readonly weights: Matrix;
}

/** @returns null where the trial pairs are too few to choose lengths by */
export function fitKernel(pairs: Pairs, clusters: Clusters, step: () => void): Fit | null {
  const { held, kept } = heldOut(clusters);
  const { inputs } = pairs;
  if (held.length === 0 || kept.length < 4 * (inputs + 1)) return null;
  const standard = standardOf(pairs);
  const trial = strided(kept, TRIAL_CENTRES);
  const judged = strided(held, TRIAL_HELD);
  const errorWith = (lengths: Float64Array, centres: readonly number[], on: readonly number[]) => {
    step();
    const place = scaledBy(pairs, standard, lengths);
    const fitted = fittedOn(pairs, place, centres);
    const error = relativeError(pairs, on, (k) => valueAt(pairs, place, fitted, k));
    return { fitted, error };
  };
  const tried = (lengths: Float64Array): number => errorWith(lengths, trial, judged).error;
  let best = LENGTHS.map((length) => {
    const lengths = new Float64Array(inputs).fill(length);
    return { lengths, error: tried(lengths) };
  }).reduce((a, b) => (b.error < a.error ? b : a));
  for (let i = 0; i < inputs; i++) {
    while (best.lengths[i]! < LONGEST) {
      const lengths = best.lengths.with(i, best.lengths[i]! * STRETCH);
      const error = tried(lengths);
      if (!(error < best.error)) break;
      best = { lengths, error };
    }
  }
  const { fitted, error } = errorWith(best.lengths, strided(kept, MOST_CENTRES), held);
  return {
    degree: null,
    features: fitted.centres.length / inputs,
    residual: error,
    map: linearised(pairs, scaledBy(pairs, standard, best.lengths), fitted),
  };
}

/** At most so many, evenly over the list. */
function strided(list: readonly number[], most: number): number[] {
  const count = Math.min(list.length, most);
  return Array.from({ length: count }, (_, k) => list[Math.floor((k * list.length) / count)]!);
}

function standardOf({ count, inputs, points }: Pairs): Standard {
  const centre = new Float64Array(inputs);
  const spread = new Float64Array(inputs);
  points.forEach((value, k) => (centre[k % inputs]! += value / count));
  points.forEach((value, k) => (spread[k % inputs]! += (value - centre[k % inputs]!) ** 2 / count));
  return { centre, spread: spread.map((square) => Math.sqrt(square) || 1) };
}

interface Place {
  /** By what a coordinate's distance from the centre is divided. */
  readonly scale: Float64Array;
  /** All points so scaled [count, d]. */
  readonly points: Float64Array;
}

function scaledBy({ inputs, points }: Pairs, standard: Standard, lengths: Float64Array): Place {
  const scale = standard.spread.map((spread, i) => spread * lengths[i]!);
  return {
    scale,
    points: points.map((value, k) => (value - standard.centre[k % inputs]!) / scale[k % inputs]!),
  };
}

function fittedOn(pairs: Pairs, { points }: Place, centres: readonly number[]): Fitted {
  const { inputs, outputs, values } = pairs;
  const m = centres.length;
  const at = new Float64Array(m * inputs);
  const affine = Matrix.ones(m, inputs + 1);
  const sides = Matrix.zeros(m, outputs);
  centres.forEach((k, row) => {
    for (let i = 0; i < inputs; i++) {
      at[row * inputs + i] = points[k * inputs + i]!;
      affine.set(row, i + 1, points[k * inputs + i]!);
    }
    for (let o = 0; o < outputs; o++) sides.set(row, o, values[k * outputs + o]!);
  });
  const coefficients = solve(affine, sides, true);
  const left = Matrix.sub(sides, affine.mmul(coefficients));
  const kernel = Matrix.zeros(m, m);
  for (let a = 0; a < m; a++) {
    for (let b = 0; b <= a; b++) {
      const value = multiquadric(at, a, at, b, inputs);
      kernel.set(a, b, value);
      kernel.set(b, a, value);
    }
    kernel.set(a, a, 1 + RIDGE);
  }
  const weights = new CholeskyDecomposition(kernel).solve(left);
  return { centres: at, affine: coefficients, weights };
}

/** 1/√(1 + ‖x − c‖²) */
function multiquadric(
  x: Float64Array,
  a: number,
  centres: Float64Array,
  b: number,
  inputs: number,
): number {
  let square = 1;
  for (let i = 0; i < inputs; i++) square += (x[a * inputs + i]! - centres[b * inputs + i]!) ** 2;
  return 1 / Math.sqrt(square);
}

/** Value of the fit at point k, one number an output. */
function valueAt(pairs: Pairs, { points }: Place, fitted: Fitted, k: number): Float64Array {
  const { inputs, outputs } = pairs;
  const { centres, affine, weights } = fitted;
  const value = new Float64Array(outputs);
  for (let o = 0; o < outputs; o++) {
    value[o] = affine.get(0, o);
    for (let i = 0; i < inputs; i++) value[o]! += affine.get(i + 1, o) * points[k * inputs + i]!;
  }
  for (let c = 0; c < weights.rows; c++) {
    const near = multiquadric(points, k, centres, c, inputs);
    for (let o = 0; o < outputs; o++) value[o]! += near * weights.get(c, o);
  }
  return value;
}

/** The fit's own values and slopes at every point. */
function linearised(pairs: Pairs, place: Place, fitted: Fitted): Linearised {
  const { count, inputs, outputs, points } = pairs;
  const { centres, affine, weights } = fitted;
  const values = new Float64Array(count * outputs);
  const jacobians = new Float64Array(count * outputs * inputs);
  for (let k = 0; k < count; k++) {
    values.set(valueAt(pairs, place, fitted, k), k * outputs);
    const slopes = jacobians.subarray(k * outputs * inputs, (k + 1) * outputs * inputs);
    for (let c = 0; c < weights.rows; c++) {
      // d/dx (1 + r²)^(−½) = −x (1 + r²)^(−3/2)
      const cube = multiquadric(place.points, k, centres, c, inputs) ** 3;
      for (let i = 0; i < inputs; i++) {
        const along = -cube * (place.points[k * inputs + i]! - centres[c * inputs + i]!);
        for (let o = 0; o < outputs; o++) slopes[o * inputs + i]! += along * weights.get(c, o);
      }
    }
    for (let o = 0; o < outputs; o++) {
      for (let i = 0; i < inputs; i++) {
        const at = o * inputs + i;
        slopes[at] = (slopes[at]! + affine.get(i + 1, o)) / place.scale[i]!;
      }
    }
  }
  return { samples: count, inputs, outputs, points, values, jacobians };
}
