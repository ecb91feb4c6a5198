/**
 * Which of the smallest relative defects are symmetries: those below the largest ratio between neighbours, as far as
 * they are small themselves. Both bounds are conventions; a result is a candidate, and its spectrum is shown.
 */

/** Within this factor of the grid's own error a defect may be nothing else. */
export const RESOLVED = 2;

export interface Decision {
  /** How many directions stand apart. */
  readonly dimension: number;
  /** Ratio of the first defect above the gap to the last one below; null where nothing stands apart. */
  readonly ratio: number | null;
  /** Of directions that are symmetries as far as arithmetic resolves. */
  readonly exact: number;
  /** Of directions that cannot be told from exact ones: those, and what the grid may have broken. */
  readonly alike: number;
  readonly sentence: string;
}

/** Neighbours must differ by this factor to be told apart. */
const LEAST_RATIO = 5;

/**
 * @param defects √μ, ascending
 * @param threshold on μ for what may be a symmetry
 * @param arithmetic below this a defect is rounding, or the error of a fit: such values count as equal
 * @param grid what the grid alone would make of each direction, NaN where not known; null where there is none
 */
export function decide(
  defects: ArrayLike<number>,
  threshold: number,
  arithmetic: number,
  grid: ArrayLike<number> | null = null,
): Decision {
  const n = defects.length;
  const blurred = grid === null ? 0 : gridLimit(defects, grid);
  const floor = Math.max(arithmetic, blurred);
  const level = (k: number): number => Math.max(k < n ? defects[k]! : 1, floor);
  let dimension = 0;
  let ratio = 0;
  let exact = 0;
  if (floor ** 2 >= threshold) {
    return {
      dimension: 0,
      ratio: null,
      exact: 0,
      alike: 0,
      sentence: `The map is known only to ${show(floor)} of its size, too coarsely to see symmetries.`,
    };
  }
  while (exact < n && defects[exact]! <= arithmetic) exact++;
  for (let k = 1; k <= n && defects[k - 1]! ** 2 < threshold; k++) {
    // Where every candidate is a symmetry, the last is compared with a motion that has nothing to do with the function.
    const step = level(k) / level(k - 1);
    if (step > ratio) [dimension, ratio] = [k, step];
  }
  if (n === 0) {
    return {
      dimension: 0,
      ratio: null,
      exact: 0,
      alike: 0,
      sentence:
        "No candidate moves states or values on these data: nothing tells a symmetry from what does nothing.",
    };
  }
  const smallest = ` The smallest relative defect is ${show(defects[0]!)}.`;
  if (dimension === 0) {
    return {
      dimension: 0,
      ratio: null,
      exact: 0,
      alike: 0,
      sentence: `No candidate is a symmetry.${smallest}`,
    };
  }
  if (ratio < LEAST_RATIO) {
    return {
      dimension: 0,
      ratio: null,
      exact: 0,
      alike: 0,
      sentence: `The spectrum has no gap: from one relative defect to the next it grows at most ${show(ratio)} times, so no number of symmetries stands out.${smallest}`,
    };
  }
  const last = defects[dimension - 1]!;
  const beyond = dimension < n ? `the next has ${show(defects[dimension]!)}` : "there is no other";
  const directions = dimension === 1 ? "One direction is" : `${dimension} directions are`;
  const sentence =
    last <= floor && floor === blurred
      ? `${directions} symmetric as far as the grid resolves: the largest relative defect is ${show(last)}, within twice of what the grid alone would make; ${beyond}.`
      : last <= floor
        ? `${directions} symmetric to ${show(last)}, and ${show(floor)} is what can be resolved; ${beyond}.`
        : `${directions} nearly symmetric, broken by ${show(100 * last)} % of what an unrelated motion would show; ${beyond}.`;
  let alike = 0;
  while (alike < dimension && defects[alike]! <= floor) alike++;
  const among = last > floor ? exactAmong(exact, dimension) : "";
  const further = nearlyBeyond(defects, dimension, threshold, level);
  return {
    dimension,
    ratio,
    exact: Math.min(exact, dimension),
    alike,
    sentence: `${sentence}${among}${further}`,
  };
}

/** Of directions that are nearly symmetric, how many are so as far as arithmetic resolves. */
function exactAmong(exact: number, dimension: number): string {
  if (exact === 0 || exact >= dimension) return "";
  return ` ${exact} of them ${exact === 1 ? "is" : "are"} symmetric as far as arithmetic resolves.`;
}

/** Behind the widest gap another may follow: what lies between the two is nearly symmetric, and no symmetry. */
function nearlyBeyond(
  defects: ArrayLike<number>,
  dimension: number,
  threshold: number,
  level: (k: number) => number,
): string {
  let [count, ratio] = [0, LEAST_RATIO];
  for (let k = dimension + 1; k <= defects.length && defects[k - 1]! ** 2 < threshold; k++) {
    const step = level(k) / level(k - 1);
    if (step > ratio) [count, ratio] = [k - dimension, step];
  }
  if (count === 0) return "";
  const broken = show(100 * defects[dimension + count - 1]!);
  const more = count === 1 ? "One more is" : `${count} more are`;
  return ` ${more} nearly symmetric, broken by ${broken} %: a second gap, ${show(ratio)} times, lies above.`;
}

/** Beyond this share even what a grid may have done is no symmetry. */
const MOST_BLURRED = 0.05;

/** The largest of those defects that the grid may have made, so that an exact direction is no gap away from them. */
function gridLimit(defects: ArrayLike<number>, grid: ArrayLike<number>): number {
  let limit = 0;
  for (let k = 0; k < defects.length; k++) {
    const defect = defects[k]!;
    if (defect <= MOST_BLURRED && defect <= RESOLVED * grid[k]!) limit = Math.max(limit, defect);
  }
  return limit;
}

function show(value: number): string {
  return value !== 0 && value < 1e-3
    ? value.toExponential(1)
    : String(Number(value.toPrecision(2)));
}
