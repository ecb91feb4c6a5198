/** How two quantities go together over networks, and how sure that is: networks of one training are no independent points. */
import { integerBelow, randomFrom } from "../../shared/random";
import { quantile, sorted } from "../../shared/statistics";
import type { Interval } from "./bootstrap";

/** Numbers of one network. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** Of its training; points of one family are drawn together. */
  readonly family: string;
}

/** In [−1, 1], with a 95 % interval. */
export interface Correlation extends Interval {
  readonly value: number;
}

export interface Correlations {
  /** Points with both numbers. */
  readonly n: number;
  /** Of the numbers. */
  readonly pearson: Correlation;
  /** Of their ranks. */
  readonly spearman: Correlation;
}

/** Fewer points lie on a line by themselves. */
export const FEWEST_POINTS = 4;
const RESAMPLES = 1000;
const TAIL = 0.025;

/**
 * Percentile intervals of a bootstrap over families, where there are several, and over the points within them.
 * @returns null for fewer than `FEWEST_POINTS` points, or where one of the quantities does not vary
 */
export function correlations(points: readonly Point[], seed: number): Correlations | null {
  const usable = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const names = [...new Set(usable.map(({ family }) => family))];
  const families = names.map((name) => usable.filter(({ family }) => family === name));
  const measured = bothOf(usable);
  if (usable.length < FEWEST_POINTS || measured.some(Number.isNaN)) return null;
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[integerBelow(random, from.length)]!;
  const drawn = Array.from({ length: RESAMPLES }, () =>
    bothOf(
      families.flatMap(() => {
        const family = families.length === 1 ? families[0]! : pick(families);
        return family.map(() => pick(family));
      }),
    ),
  );
  const [pearson, spearman] = measured.map((value, k) => {
    // A resample of equal points has no correlation; it says nothing.
    const ascending = sorted(drawn.map((both) => both[k]!));
    return { value, low: quantile(ascending, TAIL), high: quantile(ascending, 1 - TAIL) };
  });
  return { n: usable.length, pearson: pearson!, spearman: spearman! };
}

function bothOf(points: readonly Point[]): [number, number] {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  return [pearsonOf(xs, ys), pearsonOf(ranks(xs), ranks(ys))];
}

function pearsonOf(xs: readonly number[], ys: readonly number[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(xs), mean(ys)];
  let [xx, yy, xy] = [0, 0, 0];
  xs.forEach((x, k) => {
    xx += (x - mx) ** 2;
    yy += (ys[k]! - my) ** 2;
    xy += (x - mx) * (ys[k]! - my);
  });
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : NaN;
}

/** Equal values share the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal - 1) / 2;
  });
}
