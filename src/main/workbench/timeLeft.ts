/** An estimate of the time left from the progress so far, for work of an even pace. */

/** Before this much is known, an estimate would jump about: a fraction done, and seconds gone. */
const ENOUGH = { fraction: 0.02, seconds: 0.5 };

/**
 * Seconds left, or null where it cannot be told yet. The rate is taken over the later half of the time gone, as the
 * beginning (opening files, compiling) has a pace of its own.
 */
export class TimeLeft {
  readonly #marks: { at: number; fraction: number }[];

  constructor(start: number) {
    this.#marks = [{ at: start, fraction: 0 }];
  }

  /** @param now seconds on any clock, growing; @param fraction 0…1 */
  estimate(now: number, fraction: number): number | null {
    const start = this.#marks[0]!.at;
    this.#marks.push({ at: now, fraction });
    if (fraction < ENOUGH.fraction || now - start < ENOUGH.seconds) return null;
    const middle = start + (now - start) / 2;
    const from = this.#marks.find(({ at }) => at >= middle && at < now) ?? this.#marks[0]!;
    const rate = (fraction - from.fraction) / (now - from.at);
    return rate > 0 ? Math.max(0, 1 - fraction) / rate : null;
  }
}
