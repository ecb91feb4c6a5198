/** The name that was probably meant: what a misspelt command, option, group or file is closest to. */

/** Of the letters, this part may differ; of short names one letter may. */
const TOLERANCE = 1 / 3;

/**
 * The candidate with the fewest slips of the pen (a letter more, less, other, or two exchanged) from what was given, or
 * the only one that it is the beginning of; undefined where none is near. Upper and lower case count as the same.
 */
export function nearest(given: string, candidates: Iterable<string>): string | undefined {
  const word = given.toLowerCase();
  const known = [...candidates];
  const most = Math.max(1, Math.floor(word.length * TOLERANCE));
  let best: { candidate: string; slips: number } | undefined;
  for (const candidate of known) {
    const slips = slipsBetween(word, candidate.toLowerCase());
    if (slips <= most && slips < candidate.length && slips < (best?.slips ?? Infinity)) {
      best = { candidate, slips };
    }
  }
  if (best !== undefined) return best.candidate;
  const longer = known.filter((candidate) => candidate.toLowerCase().startsWith(word));
  return word !== "" && longer.length === 1 ? longer[0] : undefined;
}

/** `Did you mean “coherence”?`, or undefined where nothing is near. */
export function didYouMean(given: string, candidates: Iterable<string>): string | undefined {
  const meant = nearest(given, candidates);
  return meant === undefined ? undefined : `Did you mean “${meant}”?`;
}

/** Optimal string alignment: the fewest insertions, deletions, replacements and exchanges of neighbours. */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (exchanged) row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
