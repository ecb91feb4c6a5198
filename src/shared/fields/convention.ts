/**
 * The outcome of asking the data which convention they follow: are the array's axes and the vector's components what was
 * stated? It asks, and never switches anything by itself.
 */

export interface ConventionRow {
  /** Short: "stated", "axes exchanged". */
  readonly name: string;
  readonly description: string;
  /** Smaller fits better; 0 is perfect. */
  readonly score: number;
  /** True for the convention as stated. */
  readonly stated: boolean;
}

export type ConventionVerdict = "fits" | "other-fits-better" | "cannot-tell";

export interface ConventionReport {
  readonly verdict: ConventionVerdict;
  /** What the page shows. */
  readonly sentence: string;
  readonly rows: readonly ConventionRow[];
  /** How many samples were looked at. */
  readonly samples: number;
}
