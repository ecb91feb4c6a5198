/** Reading a run's summary, which is JSON of whatever version wrote it: what is not as expected is null. */

export type Json = Record<string, unknown>;

export function object(value: unknown): Json | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Json)
    : null;
}

/** Null also for NaN and infinities. */
export function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
