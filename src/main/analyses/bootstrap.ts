/**
 * How sure a median is when the observations come in families: transitions of one trajectory are not independent, so a
 * resample draws trajectories first and transitions within each after (hierarchical bootstrap; Davison and Hinkley
 * 1997, section 3.8). What is computed from one transition for several group elements stays together. Where networks
 * were trained from several seeds, these are drawn before all.
 */
import { integerBelow, randomFrom } from "../../shared/random";
import { quantile, sorted } from "../../shared/statistics";

/** Bounds of an interval of 95 %. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 600;
const TAIL = 0.025;

/** For each trajectory its transitions, for each transition its values. */
type Families = readonly (readonly ArrayLike<number>[])[];

/**
 * 95 % percentile interval of the median of all values.
 * @param families for each trajectory its transitions, for each transition its values; NaN is left out
 * @returns NaN twice where no value is left; a point where there is one transition in all
 */
export function medianInterval(families: Families, seed: number): Interval {
  return medianIntervalOver([families], seed);
}

/**
 * The same over trainings, each with families of its own.
 * @param resamples the more the smoother are the bounds
 */
export function medianIntervalOver(
  trainings: readonly Families[],
  seed: number,
  resamples = RESAMPLES,
): Interval {
  const all = trainings
    .map((families) => families.filter((transitions) => transitions.length > 0))
    .filter((families) => families.length > 0);
  if (all.length === 0) return { low: NaN, high: NaN };
  const random = randomFrom(seed);
  const pick = <T>(from: readonly T[]): T => from[integerBelow(random, from.length)]!;
  const medians: number[] = [];
  const drawn: number[] = [];
  for (let k = 0; k < resamples; k++) {
    drawn.length = 0;
    for (let s = 0; s < all.length; s++) {
      // One training takes no draw of its own, so that its interval is that of its families.
      const trajectories = all.length === 1 ? all[0]! : pick(all);
      for (let t = 0; t < trajectories.length; t++) {
        const transitions = pick(trajectories);
        for (let i = 0; i < transitions.length; i++) {
          const values = pick(transitions);
          for (let v = 0; v < values.length; v++) {
            if (!Number.isNaN(values[v]!)) drawn.push(values[v]!);
          }
        }
      }
    }
    medians.push(quantile(Float64Array.from(drawn).sort(), 0.5));
  }
  const ascending = sorted(medians);
  return { low: quantile(ascending, TAIL), high: quantile(ascending, 1 - TAIL) };
}
