/** Names of runs: sorted by time, readable, and unlike each other. */
import { randomBytes } from "node:crypto";

/** `coherence-2026-11-21-101500-3f9c`. */
export function newRunId(analysis: string, now = new Date()): string {
  const time = now.toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
  return `${analysis}-${time}-${randomBytes(2).toString("hex")}`;
}
