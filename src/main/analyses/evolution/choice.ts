/**
 * Which checkpoints are worth computing where not all can be: the ends of a training first, then always the middle of
 * the stretch over which the curves change most.
 */

/** Values of the curves at a moment, in a fixed order; NaN where there is none. */
export type Curves = ReadonlyMap<number, ArrayLike<number>>;

/**
 * The moment to compute next; null where every one is there, or the budget is spent.
 * @param count of all moments
 * @param budget moments in all
 */
export function nextMoment(known: Curves, count: number, budget: number): number | null {
  if (known.size >= Math.min(budget, count)) return null;
  for (const end of [0, count - 1]) if (!known.has(end)) return end;
  const places = [...known.keys()].sort((a, b) => a - b);
  let best: { middle: number; score: number; width: number } | null = null;
  for (const [i, from] of places.slice(0, -1).entries()) {
    const to = places[i + 1]!;
    const width = to - from;
    if (width < 2) continue;
    const score = change(known.get(from)!, known.get(to)!);
    if (best === null || score > best.score || (score === best.score && width > best.width)) {
      best = { middle: from + Math.floor(width / 2), score, width };
    }
  }
  return best?.middle ?? null;
}

/** The largest change of any curve. */
function change(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let k = 0; k < a.length; k++) {
    const difference = Math.abs(a[k]! - b[k]!);
    if (difference > largest) largest = difference;
  }
  return largest;
}
