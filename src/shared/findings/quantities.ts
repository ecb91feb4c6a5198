/** Statistics over samples that a run's summary holds, by name; what a run does not have is left out. */
import type { RunRecord } from "../run";
import { number, object, type Json } from "./json";

/** A statistic over samples, as summaries hold it. */
export interface Quantity {
  readonly key: string;
  readonly name: string;
  readonly median: number | null;
  readonly quartiles: readonly [number | null, number | null];
  /** 95 % bootstrap interval of the median. */
  readonly interval: readonly [number | null, number | null];
  readonly count: number | null;
  /** Samples without a value. */
  readonly dropped: number;
}

/** Quantities by their keys in summaries. */
export const quantityNames: Readonly<Record<string, string>> = {
  cosine: "Cosine",
  influence: "Influence",
  euclidean_cosine: "Euclidean cosine",
  excess: "Excess over unrelated",
  relative_loss: "Relative loss",
  equivariance_error: "Equivariance error",
  lie_error: "Lie derivative",
  lie_error_last: "Lie derivative, last step",
  lie_relative: "Share broken",
  data_error: "Lie derivative of the data",
  finite_error: "Error of the finite motion",
  grid_error: "The grid’s own error",
  drift: "Largest drift / s",
  drift_end: "Drift at the end / s",
  slope: "Slope a step / s",
};

/** Those of an element's, a subgroup's or a generator's entry in a summary. */
export function quantitiesOf(record: Json | null): Quantity[] {
  return Object.entries(quantityNames).flatMap(([key, name]) => {
    const found = object(record?.[key]);
    if (found === null) return [];
    return [
      {
        key,
        name,
        median: number(found["median"]),
        quartiles: [number(found["q1"]), number(found["q3"])] as const,
        interval: [number(found["low"]), number(found["high"])] as const,
        count: number(found["n"]),
        dropped: number(found["dropped"]) ?? 0,
      },
    ];
  });
}

/** Those of an element, of a generator or of a conserved quantity. */
export function elementQuantities(record: RunRecord, element: string): Quantity[] {
  const generator = generatorOf(record, element);
  return quantitiesOf(generator ?? object(object(record.summary["elements"])?.[element]));
}

/** What a run says of a generator of Lie derivatives or a conserved quantity; null in other runs. */
export function generatorOf(record: RunRecord, id: string): Json | null {
  const named = record.summary["generators"] ?? record.summary["quantities"];
  if (!Array.isArray(named)) return null;
  return named.map(object).find((one) => one?.["id"] === id) ?? null;
}
