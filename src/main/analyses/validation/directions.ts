/**
 * Steps on one sample, as training would take them: along its gradient as it is, scaled by Adam's second moments, or
 * through the inverse metric within a span of gradients.
 */
import type { Columns } from "../gradients";
import type { Direction } from "../directions";
import { spanOf, whiten } from "../span";

export const preconditioners = ["metric", "gradient", "adamw"] as const;
export type Preconditioner = (typeof preconditioners)[number];

/** Column i as a vector of its own, scaled by a factor for every element where there are some. */
export function column(columns: Columns, i: number, factors?: readonly Float64Array[]): Direction {
  return columns.parts.map((part, k) => {
    const size = part.length / columns.count;
    const one = Float64Array.from(part.subarray(i * size, (i + 1) * size));
    const scale = factors?.[k];
    return scale === undefined ? one : one.map((value, j) => value * scale[j]!);
  });
}

/** ⟨direction, column i⟩ in float64. */
export function against(direction: Direction, columns: Columns, i: number): number {
  return direction.reduce((sum, part, k) => {
    const all = columns.parts[k]!;
    const start = i * part.length;
    let inner = 0;
    for (let j = 0; j < part.length; j++) inner += part[j]! * all[start + j]!;
    return sum + inner;
  }, 0);
}

/** What Adam adds to the root of the second moments: PyTorch's default. */
const EPSILON = 1e-8;

/**
 * 1/(√v + ε) for every parameter, v the mean square of the samples' gradients: what AdamW's second moments tend to
 * while it sees these samples.
 */
export function adamFactors(columns: Columns): Float64Array[] {
  return columns.parts.map((part) => {
    const size = part.length / columns.count;
    const squares = new Float64Array(size);
    for (let j = 0; j < part.length; j++) squares[j % size]! += part[j]! ** 2 / columns.count;
    return squares.map((square) => 1 / (Math.sqrt(square) + EPSILON));
  });
}

export interface SpanProducts {
  /** Gradients at x, then those at g·x, n each. */
  readonly sides: readonly Columns[];
  /** [m, m] row-major over all of them. */
  readonly gram: Float64Array;
  readonly metric: Float64Array;
}

export interface SpanOptions {
  readonly ridge: number;
  readonly energy: number;
  /** Relative error of an inner product. */
  readonly rounding: number;
}

/**
 * The step through the span-restricted inverse metric for each of the first n columns:
 * Q (Qᵀ(η + λ)Q)⁻¹ Qᵀ a_i, as a combination of all columns.
 */
export function spanSteps(
  { sides, gram, metric }: SpanProducts,
  { ridge, ...cut }: SpanOptions,
): (i: number) => Direction {
  const m = Math.sqrt(gram.length);
  const span = spanOf(gram, m, { ...cut, unitColumns: false });
  const { eigenvalues, columns, combinations } = whiten(span, metric, m);
  const rank = eigenvalues.length;
  return (i) => {
    const weights = new Float64Array(m);
    eigenvalues.forEach((mu, r) => {
      const share = columns[r * m + i]! / (Math.max(mu, 0) + ridge);
      for (let c = 0; c < m; c++) weights[c]! += share * combinations[c * rank + r]!;
    });
    return combined(sides, weights);
  };
}

/** Σ weight · column, in float64. */
function combined(sides: readonly Columns[], weights: Float64Array): Direction {
  return sides[0]!.parts.map((first, k) => {
    const size = first.length / sides[0]!.count;
    const sum = new Float64Array(size);
    let c = 0;
    for (const { count, parts } of sides) {
      const part = parts[k]!;
      for (let i = 0; i < count; i++, c++) {
        const weight = weights[c]!;
        if (weight === 0) continue;
        for (let j = 0; j < size; j++) sum[j]! += weight * part[i * size + j]!;
      }
    }
    return sum;
  });
}
