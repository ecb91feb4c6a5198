/**
 * Invariants that nobody named: the combinations c·Φ of candidate functionals that change least along rollouts, against
 * how much they differ between states at all,
 *
 *     ⟨(c·(Φ(u_k) − Φ(u_0)))²⟩ / var(c·Φ) = μ  least,
 *
 * a generalised eigenvalue problem; √μ is the relative defect, 0 for an invariant and √2 for what forgets its start.
 * Directions in which Φ does not vary at all are constant on these states and say nothing, so they are left out first.
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { UserError } from "../../../shared/errors";

export interface Spectrum {
  /** √μ ascending. */
  readonly defects: number[];
  /**
   * The same of directions that four fifths of the rollouts made, on the rest: a combination that is still by chance, as
   * there are many among few rollouts, moves there.
   */
  readonly heldOut: number[];
  /** c of each, in units of the candidates' own standard deviations. */
  readonly directions: number[][];
  /** Directions that were left out since Φ is constant along them. */
  readonly constant: number;
  /** Standard deviation of each candidate. */
  readonly deviation: Float64Array;
}

/** Variance below this share of the largest is rounding. */
const CONSTANT = 1e-12;
/** Changes for each candidate. */
const STATES_EACH = 2;
/** So that some are left to try directions on. */
const FEWEST_ROLLOUTS = 4;
const FOLDS = 5;

/**
 * @param values [B, N, n + 1] of B candidates; NaN where a rollout has ended
 * @throws UserError "conservation/too-few", saying how many rollouts are needed
 */
export function invariantSpectrum(
  values: Float64Array,
  candidates: number,
  samples: number,
  steps: number,
): Spectrum {
  const rows: Row[] = [];
  for (let i = 0; i < samples; i++) {
    for (let k = 1; k <= steps; k++) {
      const at = i * (steps + 1) + k;
      if (Number.isFinite(values[at]!)) rows.push({ rollout: i, start: i * (steps + 1), at });
    }
  }
  if (rows.length < STATES_EACH * candidates || samples < FEWEST_ROLLOUTS) {
    const needed = Math.ceil((STATES_EACH * candidates) / Math.max(1, steps));
    throw new UserError(
      "conservation/too-few",
      `${rows.length} changes along ${samples} ${samples === 1 ? "rollout" : "rollouts"} do not tell ${candidates} functionals apart.`,
      {
        where: "samples",
        todo: `Take at least ${Math.max(FEWEST_ROLLOUTS, needed)} rollouts of ${steps} steps, more steps, or fewer functionals.`,
      },
    );
  }
  const stride = samples * (steps + 1);
  const scales = scalesOf(values, candidates, stride, rows);
  const momentsOf = (chosen: readonly Row[]): Moments =>
    moments(values, candidates, stride, scales, chosen);
  const all = momentsOf(rows);
  const whole = leastChanging(all);
  // Five parts, each tried in turn on directions that the others made; against the spread of all, since few rollouts
  // hardly differ in an invariant.
  const folds = Math.min(FOLDS, samples);
  const squares = whole.defects.map(() => 0);
  for (let fold = 0; fold < folds; fold++) {
    const kept = momentsOf(rows.filter(({ rollout }) => rollout % folds !== fold));
    const out = momentsOf(rows.filter(({ rollout }) => rollout % folds === fold));
    const { directions } = leastChanging(kept);
    const tried = { total: all.total, within: out.within };
    squares.forEach((sum, k) => {
      const direction = directions[k];
      squares[k] = sum + (direction === undefined ? NaN : defectOf(direction, tried) ** 2) / folds;
    });
  }
  return {
    ...whole,
    heldOut: squares.map(Math.sqrt),
    deviation: scales.deviation,
  };
}

/** A state along a rollout, and where that rollout starts. */
interface Row {
  readonly rollout: number;
  readonly start: number;
  readonly at: number;
}

interface Scales {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Of each candidate over all states. A deviation that is rounding of the mean is none: 0. */
function scalesOf(
  values: Float64Array,
  candidates: number,
  stride: number,
  rows: readonly Row[],
): Scales {
  const mean = new Float64Array(candidates);
  const deviation = new Float64Array(candidates);
  for (let b = 0; b < candidates; b++) {
    for (const { at } of rows) mean[b]! += values[b * stride + at]! / rows.length;
    for (const { at } of rows) {
      deviation[b]! += (values[b * stride + at]! - mean[b]!) ** 2 / rows.length;
    }
    const root = Math.sqrt(deviation[b]!);
    deviation[b] = root > 1e-9 * Math.abs(mean[b]!) ? root : 0;
  }
  return { mean, deviation };
}

/** Second moments in units of the candidates' standard deviations. */
interface Moments {
  /** Covariance of Φ. */
  readonly total: Matrix;
  /** Mean square of Φ(u_k) − Φ(u_0). */
  readonly within: Matrix;
}

function moments(
  values: Float64Array,
  candidates: number,
  stride: number,
  { deviation }: Scales,
  rows: readonly Row[],
): Moments {
  const centred = new Matrix(rows.length, candidates);
  const changes = new Matrix(rows.length, candidates);
  for (let b = 0; b < candidates; b++) {
    const scale = deviation[b]! > 0 ? 1 / deviation[b]! : 0;
    const of = (at: number): number => values[b * stride + at]!;
    const mean = rows.reduce((sum, { at }) => sum + of(at), 0) / rows.length;
    rows.forEach(({ start, at }, row) => {
      centred.set(row, b, (of(at) - mean) * scale);
      changes.set(row, b, (of(at) - of(start)) * scale);
    });
  }
  const square = (matrix: Matrix): Matrix => matrix.transpose().mmul(matrix).div(rows.length);
  return { total: square(centred), within: square(changes) };
}

/** The eigenproblem, within the directions in which Φ varies. */
function leastChanging({
  total,
  within,
}: Moments): Pick<Spectrum, "defects" | "directions" | "constant"> {
  const candidates = total.rows;
  const spread = new EigenvalueDecomposition(total, { assumeSymmetric: true });
  const greatest = Math.max(...spread.realEigenvalues);
  const kept = spread.realEigenvalues.flatMap((value, j) =>
    value > CONSTANT * greatest ? [j] : [],
  );
  const white = new Matrix(candidates, kept.length);
  kept.forEach((j, column) => {
    const root = Math.sqrt(spread.realEigenvalues[j]!);
    for (let b = 0; b < candidates; b++) {
      white.set(b, column, spread.eigenvectorMatrix.get(b, j) / root);
    }
  });
  const small = white.transpose().mmul(within).mmul(white);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(small, {
    assumeSymmetric: true,
  });
  const directions = white.mmul(eigenvectorMatrix);
  const order = [...realEigenvalues.keys()].sort(
    (a, b) => realEigenvalues[a]! - realEigenvalues[b]!,
  );
  return {
    defects: order.map((j) => Math.sqrt(Math.max(0, realEigenvalues[j]!))),
    directions: order.map((j) => directions.getColumn(j)),
    constant: candidates - kept.length,
  };
}

/** √μ of a direction on other rollouts. */
function defectOf(direction: readonly number[], { total, within }: Moments): number {
  const quadratic = (matrix: Matrix): number => {
    const column = Matrix.columnVector([...direction]);
    return column.transpose().mmul(matrix).mmul(column).get(0, 0);
  };
  return Math.sqrt(Math.max(0, quadratic(within)) / Math.max(Number.MIN_VALUE, quadratic(total)));
}

/**
 * √μ of one functional by itself.
 * @param values [N, n + 1]; what is not finite is left out
 * @returns NaN where it has no change or no spread
 */
export function seriesDefect(values: Float64Array, steps: number): number {
  const after = [...values.keys()].filter(
    (at) => at % (steps + 1) !== 0 && Number.isFinite(values[at]!),
  );
  const mean = after.reduce((sum, at) => sum + values[at]!, 0) / after.length;
  let [total, within] = [0, 0];
  for (const at of after) {
    total += (values[at]! - mean) ** 2;
    within += (values[at]! - values[at - (at % (steps + 1))]!) ** 2;
  }
  return total > 0 ? Math.sqrt(within / total) : NaN;
}

/** What is above this is no invariant, wherever the gap. */
const INVARIANT = 0.05;
/** Defects below are rounding, and their ratios say nothing. */
const FLOOR = 1e-6;
/** A smaller ratio of successive defects is no gap. */
const GAP = 5;

/**
 * How many of the ascending defects are invariants: those below the widest gap; 0, with the widest ratio, without one.
 * @param heldOut the same on other rollouts, which must be as small
 */
export function invariantCount(
  all: readonly number[],
  heldOut: readonly number[] = [],
): { count: number; gap: number } {
  let worst = 0;
  const defects = all.map((defect, k) => (worst = Math.max(worst, defect, heldOut[k] ?? 0)));
  let best = { count: 0, gap: 1 };
  for (let k = 1; k <= defects.length && defects[k - 1]! < INVARIANT; k++) {
    const next = k < defects.length ? defects[k]! : Math.SQRT2;
    const gap = Math.max(FLOOR, next) / Math.max(FLOOR, defects[k - 1]!);
    if (gap > best.gap) best = { count: k, gap };
  }
  return best.gap >= GAP ? best : { count: 0, gap: best.gap };
}

/** Below this a coefficient's contribution is the eigenproblem's own rounding. */
const NEGLIGIBLE = 1e-3;

/**
 * The span of the directions by simple combinations: row-reduced, so that a candidate that is an invariant by itself
 * stands alone. Rows in the candidates' own units, the leading coefficient 1.
 */
export function simplestBasis(
  directions: readonly (readonly number[])[],
  deviation: Float64Array,
): number[][] {
  const rows = directions.map((row) => {
    const norm = Math.hypot(...row);
    return row.map((c) => c / norm);
  });
  let next = 0;
  const pivots: number[] = [];
  for (let b = 0; b < deviation.length && next < rows.length; b++) {
    const best = rows.reduce(
      (at, row, i) => (i >= next && Math.abs(row[b]!) > Math.abs(rows[at]![b]!) ? i : at),
      next,
    );
    const largest = Math.max(...rows[best]!.map(Math.abs));
    if (Math.abs(rows[best]![b]!) < 0.03 * largest) continue;
    [rows[next], rows[best]] = [rows[best]!, rows[next]!];
    const lead = rows[next]![b]!;
    rows[next] = rows[next]!.map((c) => c / lead);
    rows.forEach((row, i) => {
      if (i !== next) rows[i] = row.map((c, j) => c - row[b]! * rows[next]![j]!);
    });
    pivots.push(b);
    next++;
  }
  return rows.slice(0, next).map((row, i) => {
    const lead = pivots[i]!;
    const largest = Math.max(...row.map(Math.abs));
    return row.map((c, b) =>
      Math.abs(c) < NEGLIGIBLE * largest || deviation[b] === 0
        ? 0
        : (c * deviation[lead]!) / deviation[b]!,
    );
  });
}
