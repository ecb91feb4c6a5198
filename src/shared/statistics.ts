/** Order statistics of samples that may hold NaN (a cosine whose self term is not positive); NaN is counted, not used. */

export interface Quartiles {
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
  /** How many values were used. */
  readonly n: number;
  /** How many were NaN. */
  readonly dropped: number;
}

/** The values that are not NaN, ascending. */
export function sorted(values: Iterable<number>): Float64Array {
  return Float64Array.from([...values].filter((value) => !Number.isNaN(value))).sort();
}

/**
 * Quantile by linear interpolation between order statistics (Hyndman and Fan 1996, definition 7: NumPy's default).
 * @param ascending without NaN; empty gives NaN
 * @param p in [0, 1]
 */
export function quantile(ascending: ArrayLike<number>, p: number): number {
  const last = ascending.length - 1;
  if (last < 0) return NaN;
  const position = p * last;
  const below = Math.floor(position);
  const fraction = position - below;
  const low = ascending[below]!;
  // Without the test, 0 · ∞ would make NaN of an infinite neighbour.
  return fraction === 0 ? low : low + fraction * (ascending[below + 1]! - low);
}

/** Median and quartiles; all NaN where nothing is left. */
export function quartiles(values: Iterable<number>): Quartiles {
  const all = [...values];
  const ascending = sorted(all);
  return {
    median: quantile(ascending, 0.5),
    q1: quantile(ascending, 0.25),
    q3: quantile(ascending, 0.75),
    n: ascending.length,
    dropped: all.length - ascending.length,
  };
}
