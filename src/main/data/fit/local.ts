/**
 * A local law of motion ∂ₜu = Σ c_j(p) φ_j(u, ∂u, ∂²u) fitted to states on a grid and their rates, by least squares over
 * points of all states; judged on states that it has not seen.
 */
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import type { Grid } from "../../../shared/fields/spec";
import { integerBelow, randomFrom } from "../../../shared/random";
import { LocalTerms, type Base } from "./localTerms";
import { HELD } from "./pairs";

export interface LocalLaw {
  readonly terms: LocalTerms;
  /** Root mean square error on held-out states over the spread of the rates. */
  readonly residual: number;
  /** ∂ₜu of a state [C, ...grid]. */
  rate(base: Base): Float64Array;
  /** Its slope along a direction. */
  slope(base: Base, along: Base): Float64Array;
}

/** Points a function that is combined, so that noise does not decide. */
const POINTS_A_FEATURE = 30;
/** Of the mean square of a function: what the points do not tell apart stays small. */
const RIDGE = 1e-12;

/**
 * @param states [n][C, ...grid] @param rates the same
 * @param step is called before each state and may throw to stop
 */
export function fitLocal(
  states: readonly Float64Array[],
  rates: readonly Float64Array[],
  grid: Grid,
  channels: number,
  step: () => void,
): LocalLaw {
  const terms = new LocalTerms(grid, channels);
  const held = states.map((_, k) => states.length >= HELD && k % HELD === HELD - 1);
  const kept = states.length - held.filter(Boolean).length;
  const each = Math.min(terms.points, Math.ceil((POINTS_A_FEATURE * terms.features) / kept));
  const random = randomFrom(7);
  const chosen = (): number[] =>
    each === terms.points
      ? Array.from({ length: each }, (_, p) => p)
      : Array.from({ length: each }, () => integerBelow(random, terms.points));
  const rows: { own: Float64Array; rates: number[]; held: boolean }[] = [];
  states.forEach((state, k) => {
    step();
    const values = terms.values(terms.base(state));
    // Without enough states some points of each judge the fit.
    chosen().forEach((p, i) => {
      const alone = states.length < HELD && i % HELD === HELD - 1;
      rows.push({
        own: featuresAt(terms, values, p),
        rates: Array.from({ length: channels }, (_, c) => rates[k]![c * terms.points + p]!),
        held: held[k]! || alone,
      });
    });
  });
  const coefficients = solve(
    rows.filter((row) => !row.held),
    terms.features,
    channels,
    step,
  );
  const residual = relativeResidual(
    rows.filter((row) => row.held),
    coefficients,
    channels,
  );
  const local = coefficientsAt(terms, coefficients);
  const combined = (values: readonly Float64Array[]): Float64Array => {
    const out = new Float64Array(channels * terms.points);
    for (let c = 0; c < channels; c++) {
      values.forEach((value, j) => {
        const factor = local[c]![j]!;
        for (let p = 0; p < terms.points; p++) out[c * terms.points + p]! += factor[p]! * value[p]!;
      });
    }
    return out;
  };
  return {
    terms,
    residual,
    rate: (base) => combined(terms.values(base)),
    slope: (base, along) => combined(terms.slopes(base, along)),
  };
}

/** All functions at one point: terms slow, modulations fast. */
function featuresAt(
  { modulations, features }: LocalTerms,
  values: readonly Float64Array[],
  point: number,
): Float64Array {
  const out = new Float64Array(features);
  let at = 0;
  for (const value of values) {
    for (const modulation of modulations) out[at++] = value[point]! * modulation[point]!;
  }
  return out;
}

interface Row {
  readonly own: Float64Array;
  readonly rates: readonly number[];
}

/** Least squares with every function in units of its root mean square; [channels][features]. */
function solve(
  rows: readonly Row[],
  features: number,
  channels: number,
  step: () => void,
): Float64Array[] {
  const scale = new Float64Array(features);
  for (const { own } of rows) own.forEach((value, j) => (scale[j]! += value ** 2 / rows.length));
  for (let j = 0; j < features; j++) scale[j] = scale[j]! > 0 ? Math.sqrt(scale[j]!) : 1;
  const gram = new Float64Array(features * features);
  const right = Array.from({ length: channels }, () => new Float64Array(features));
  rows.forEach(({ own, rates }, r) => {
    if (r % 256 === 0) step();
    const unit = own.map((value, j) => value / scale[j]!);
    for (let i = 0; i < features; i++) {
      const a = unit[i]!;
      if (a === 0) continue;
      for (let j = 0; j <= i; j++) gram[i * features + j]! += a * unit[j]!;
      rates.forEach((rate, c) => (right[c]![i]! += a * rate));
    }
  });
  const matrix = Matrix.zeros(features, features);
  for (let i = 0; i < features; i++) {
    for (let j = 0; j <= i; j++) {
      matrix.set(i, j, gram[i * features + j]!);
      matrix.set(j, i, gram[i * features + j]!);
    }
    matrix.set(i, i, gram[i * features + i]! + RIDGE * rows.length);
  }
  const factor = new CholeskyDecomposition(matrix);
  return right.map((own) => {
    const solved = factor.solve(Matrix.columnVector(own)).to1DArray();
    return Float64Array.from(solved, (value, j) => value / scale[j]!);
  });
}

function relativeResidual(
  rows: readonly Row[],
  coefficients: readonly Float64Array[],
  channels: number,
): number {
  let [error, spread] = [0, 0];
  for (let c = 0; c < channels; c++) {
    const mean = rows.reduce((sum, { rates }) => sum + rates[c]!, 0) / rows.length;
    for (const { own, rates } of rows) {
      const found = own.reduce((sum, value, j) => sum + value * coefficients[c]![j]!, 0);
      error += (rates[c]! - found) ** 2;
      spread += (rates[c]! - mean) ** 2;
    }
  }
  return spread > 0 ? Math.sqrt(error / spread) : 0;
}

/** c_j(p) of each channel, [channels][terms][points]. */
function coefficientsAt(
  { terms, modulations, points }: LocalTerms,
  coefficients: readonly Float64Array[],
): Float64Array[][] {
  return coefficients.map((own) =>
    terms.map((_, j) => {
      const out = new Float64Array(points);
      modulations.forEach((modulation, m) => {
        const factor = own[j * modulations.length + m]!;
        for (let p = 0; p < points; p++) out[p]! += factor * modulation[p]!;
      });
      return out;
    }),
  );
}
