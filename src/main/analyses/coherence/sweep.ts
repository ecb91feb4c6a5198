/** What the result hangs on: the same influences for other ridges, or for smaller batches. */
import { permutation, randomFrom } from "../../../shared/random";
import type { CoherenceParameters } from "../../../shared/analyses/coherence";
import type { GramBlock } from "./grams";
import {
  influenceWithin,
  meanMetric,
  type ColumnSet,
  type Influence,
  type InfluenceOptions,
} from "./influence";

/** Of the ridge: decades around the published 1e-6. */
const RIDGES = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2];

/** What a sweep varies, and what it yields for one set of columns: influences of each bra group, a list a value. */
export interface Sweep {
  readonly values: readonly number[];
  readonly influences: (
    set: (metricOf: (block: GramBlock) => Float64Array) => ColumnSet,
    options: InfluenceOptions,
  ) => Influence[][];
  /** Samples that take part at each value; null for all. */
  readonly used: readonly (readonly number[] | null)[];
}

/** Null where none is asked for, and for the ridge of the identity metric, which has none. */
export function sweepOf(params: CoherenceParameters, n: number): Sweep | null {
  if (params.sweep === "ridge" && params.metric === "gauss-newton") {
    return {
      values: RIDGES,
      used: RIDGES.map(() => null),
      influences: (set, options) => influenceWithin(set(meanMetric), options, RIDGES),
    };
  }
  if (params.sweep !== "samples") return null;
  // Nested subsets in a random order of the samples: 2, 4, 8 … and all.
  const order = permutation(randomFrom(params.seed, 1), n);
  const values = [];
  for (let size = 2; size < n; size *= 2) values.push(size);
  values.push(n);
  const used = values.map((size) => order.slice(0, size).sort((a, b) => a - b));
  return {
    values,
    used,
    influences: (set, options) =>
      used.map(
        (some) =>
          influenceWithin(
            set((block) => meanMetric(block, some)),
            options,
            [options.ridge],
            some,
          )[0]!,
      ),
  };
}
