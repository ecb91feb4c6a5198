/** The tabs of a study as they were: for a reload of this window, and for whoever opens the study next. */
import { z } from "zod";
import type { Page } from "./tabs.svelte";

export const pageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["study", "simulate", "train"]) }),
  z.object({ kind: z.enum(["data", "model", "run", "training"]), id: z.string() }),
  z.object({ kind: z.literal("new"), analysis: z.string(), from: z.string().optional() }),
]);
const openTabs = z.object({
  pages: z.array(pageSchema),
  /** Keys of pages. */
  active: z.string(),
  beside: z.string().nullable(),
});

export interface OpenTabs {
  readonly pages: readonly Page[];
  readonly active: string;
  readonly beside: string | null;
}

const keyOf = (study: string): string => `noetherscope-tabs:${study}`;

/** null where none were kept, or they cannot be read any more. */
export function keptTabs(study: string): OpenTabs | null {
  try {
    const text =
      sessionStorage.getItem(keyOf(study)) ?? localStorage.getItem(keyOf(study)) ?? "null";
    const parsed = openTabs.safeParse(JSON.parse(text));
    return parsed.success ? (parsed.data as OpenTabs) : null;
  } catch {
    // Storage that is switched off or holds something else: the overview serves.
    return null;
  }
}

export function keepTabs(study: string, tabs: OpenTabs): void {
  try {
    const text = JSON.stringify(tabs);
    sessionStorage.setItem(keyOf(study), text);
    localStorage.setItem(keyOf(study), text);
  } catch {
    // A full or forbidden storage only means that the tabs are not remembered.
  }
}
