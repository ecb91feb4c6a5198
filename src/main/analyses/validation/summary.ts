/** How well influence foretold what steps did: R² for each kind of step and each size. */
import type { AnalysisContext } from "../context";
import type { Preconditioner } from "./directions";

export interface Changes {
  readonly used: readonly Preconditioner[];
  readonly shares: readonly number[];
  /** [P, K, G, N] */
  readonly predicted: Float64Array;
  readonly measured: Float64Array;
  /** C at g·x [G, N]. */
  readonly base: Float64Array;
}

export interface Fit {
  /** Share of the measured changes' variance that the prediction explains; negative where their mean would do better. */
  readonly r2: number | null;
  /** Of the measured against the predicted changes, through zero: 1 where they agree, less where the loss bends up. */
  readonly slope: number | null;
  /** Pairs that have both. */
  readonly n: number;
}

export interface FitOfSteps extends Fit {
  readonly preconditioner: Preconditioner;
  readonly share: number;
  readonly elements: Readonly<Record<string, Fit>>;
}

/** Of one entry: both changes as shares of the loss at g·x, so that samples and elements count alike. */
export function fits(
  elements: AnalysisContext["elements"],
  { used, shares, predicted, measured, base }: Changes,
): FitOfSteps[] {
  const size = base.length;
  const n = size / elements.length;
  return used.flatMap((preconditioner, p) =>
    shares.map((share, s): FitOfSteps => {
      const start = (p * shares.length + s) * size;
      const pairs = (wanted: readonly number[]): [number, number][] =>
        wanted.flatMap((g) =>
          Array.from({ length: n }, (_, i): [number, number] => {
            const k = g * n + i;
            return [predicted[start + k]! / base[k]!, measured[start + k]! / base[k]!];
          }),
        );
      const moving = [...elements.keys()].filter((g) => elements[g]!.id !== "e");
      return {
        preconditioner,
        share,
        ...fitOf(pairs(moving.length > 0 ? moving : [...elements.keys()])),
        elements: Object.fromEntries(elements.map(({ id }, g) => [id, fitOf(pairs([g]))])),
      };
    }),
  );
}

function fitOf(all: readonly (readonly [number, number])[]): Fit {
  const pairs = all.filter(([p, m]) => Number.isFinite(p) && Number.isFinite(m));
  const mean = pairs.reduce((sum, [, m]) => sum + m, 0) / pairs.length;
  let [residual, total, pp, pm] = [0, 0, 0, 0];
  for (const [p, m] of pairs) {
    residual += (m - p) ** 2;
    total += (m - mean) ** 2;
    pp += p * p;
    pm += p * m;
  }
  return {
    r2: total > 0 ? 1 - residual / total : null,
    slope: pp > 0 ? pm / pp : null,
    n: pairs.length,
  };
}
