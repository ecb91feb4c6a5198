/**
 * Whether values are later states or rates of change, by where they lie: a step leads from a state to one nearby, and a
 * rate has nothing to do with where the state is.
 */

/** Only within this factor, either way, of where the rule turns could values well be either. */
const CLEAR = 4;

export interface Nearness {
  readonly kind: "state" | "rate";
  /** Whether values lie about as far from their states as the states from each other. */
  readonly doubtful: boolean;
}

/**
 * States where the mean squared distance of values from their own states is below the variance of the states.
 * @param states [n, size] @param values [n, size]
 */
export function nearStates(
  states: ArrayLike<number>,
  values: ArrayLike<number>,
  size: number,
): Nearness {
  const n = Math.floor(states.length / size);
  const mean = new Float64Array(size);
  for (let i = 0; i < n * size; i++) mean[i % size]! += states[i]! / n;
  let [apart, spread] = [0, 0];
  for (let i = 0; i < n * size; i++) {
    apart += (values[i]! - states[i]!) ** 2;
    spread += (states[i]! - mean[i % size]!) ** 2;
  }
  return {
    kind: apart < spread ? "state" : "rate",
    doubtful: apart < CLEAR * spread && spread < CLEAR * apart,
  };
}
