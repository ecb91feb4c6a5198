/** What an evolution says in numbers: curves of medians with their intervals, and the last moment as a coherence says it. */
import { aggregateOver, type Spread } from "../aggregate";
import type { AnalysisContext } from "../context";
import { correlations, type Point } from "../correlation";
import { overall, type Reading } from "../readings";
import type { Moment } from "../series";

/** What was read: a row a seed, a column a moment; null where that training kept none. */
export interface Table {
  readonly seeds: readonly string[];
  readonly moments: readonly Moment[];
  readonly readings: readonly (readonly (Reading | null)[])[];
}

/** Intervals of curves are drawn, not quoted. */
const RESAMPLES_OF_CURVES = 200;

export function summaryOf(
  { group, elements, samples }: AnalysisContext,
  seed: number,
  { seeds, moments, readings }: Table,
): Record<string, unknown> {
  const present = (moment: number): Reading[] =>
    readings.flatMap((row) => (row[moment] === null ? [] : [row[moment]!]));
  const curves = moments.map((_, moment) =>
    aggregateOver(
      group,
      elements,
      samples,
      present(moment).map(({ cosine, excess }) => ({ cosine, excess })),
      seed,
      RESAMPLES_OF_CURVES,
    ),
  );
  const end = lastFinite(readings, moments.length);
  const last = aggregateOver(
    group,
    elements,
    samples,
    present(end).map((reading) => ({ ...reading })),
    seed,
  );
  const points = readings.flatMap((row, s) =>
    row.flatMap((reading): Point[] =>
      reading === null ? [] : [pointOf(reading, elements, seeds[s]!)],
    ),
  );
  const line = (of: (moment: number) => Record<string, Spread> | null | undefined) =>
    Object.fromEntries(
      (["cosine", "excess"] as const).map((quantity) => [
        quantity,
        moments.map((_, moment) => boundsOf(of(moment)?.[quantity])),
      ]),
    );
  return {
    seeds,
    checkpoints: moments,
    /** Position of the moment that what follows is of: the last, or where a training diverged the last before that. */
    last: end,
    /** Of that moment, so that it reads as a coherence does. */
    elements: last.elements,
    subgroups: last.subgroups,
    curves: {
      elements: Object.fromEntries(
        elements.map(({ id }) => [id, line((moment) => curves[moment]!.elements[id])]),
      ),
      subgroups: last.subgroups.map(({ key }, k) => ({
        key,
        inside: line((moment) => curves[moment]!.subgroups[k]?.inside),
        complement: line((moment) => curves[moment]!.subgroups[k]?.complement),
      })),
    },
    generalisation: correlations(points, seed),
  };
}

/** The last moment of which any network has numbers; the very last where none has. */
function lastFinite(readings: Table["readings"], count: number): number {
  for (let moment = count - 1; moment > 0; moment--) {
    const there = readings.some((row) => row[moment]?.cosine.some(Number.isFinite) === true);
    if (there) return moment;
  }
  return count - 1;
}

/** Coherence against the logarithm of the loss. */
function pointOf(reading: Reading, elements: AnalysisContext["elements"], family: string): Point {
  const { coherence, loss } = overall(reading, elements);
  return { x: Math.log10(loss), y: coherence, family };
}

function boundsOf(spread: Spread | undefined): { median: number; low: number; high: number } {
  const { median, low, high } = spread ?? { median: NaN, low: NaN, high: NaN };
  return { median, low, high };
}
