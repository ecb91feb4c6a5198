/**
 * How sure a median is when the observations come in families: transitions of one trajectory are not independent, so a
 * resample draws trajectories first and transitions within each after (hierarchical bootstrap; Davison and Hinkley
 * 1997, section 3.8). What is computed from one transition for several group elements stays together.
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

/**
 * 95 % percentile interval of the median of all values.
 * @param families for each trajectory its transitions, for each transition its values; NaN is left out
 * @returns NaN twice where no value is left; a point where there is one transition in all
 */
export function medianInterval(
  families: readonly (readonly ArrayLike<number>[])[],
  seed: number,
): Interval {
  const trajectories = families.filter((transitions) => transitions.length > 0);
  if (trajectories.length === 0) return { low: NaN, high: NaN };
  const random = randomFrom(seed);
  const medians: number[] = [];
  const drawn: number[] = [];
  for (let k = 0; k < RESAMPLES; k++) {
    drawn.length = 0;
    for (let t = 0; t < trajectories.length; t++) {
      const transitions = trajectories[integerBelow(random, trajectories.length)]!;
      for (let i = 0; i < transitions.length; i++) {
        const values = transitions[integerBelow(random, transitions.length)]!;
        for (let v = 0; v < values.length; v++) {
          if (!Number.isNaN(values[v]!)) drawn.push(values[v]!);
        }
      }
    }
    medians.push(quantile(Float64Array.from(drawn).sort(), 0.5));
  }
  const ascending = sorted(medians);
  return { low: quantile(ascending, TAIL), high: quantile(ascending, 1 - TAIL) };
}
