/** Discovery apart from what the candidates are: their spectrum, what stands apart in it, and how sure that is. */
import type { Interval } from "../bootstrap";
import { readableBasis } from "./basis";
import { decide, type Decision } from "./decision";
import type { Gram } from "./gram";
import { relativeDefect, type Tried } from "./trial";
import { defectInterval, halves, largestAngle } from "./resampling";
import type { Clusters } from "../../data/fit/map";
import { orthonormal, spectrumOf } from "./spectrum";
import { symmetricEigen } from "../symmetricEigen";

/** Candidates on samples. */
export interface Problem {
  /** Q */
  readonly candidates: number;
  /** K */
  readonly samples: number;
  gram(samples: readonly number[], step: () => void): Gram;
  /** A combination of candidates by itself. */
  tried(v: Float64Array): Tried;
}

export interface FoundGenerator {
  /** Over the candidates, [Q], orthonormal among the generators. */
  readonly coefficients: Float64Array;
  readonly defect: number;
  readonly interval: Interval;
  /** Root mean square of ‖L F‖ over that of ‖F‖. */
  readonly residual: number;
  /**
   * ‖L F‖ over √(‖DF X‖² + ‖Y F‖²), root mean squares: at most √2 whatever the generator's scale. 0 where the defect
   * cannot be resolved; NaN where the values should stay, for there every motion of them is all defect.
   */
  readonly share: number;
  readonly action: Float64Array | null;
  /** The relative defect that the grid alone would make; 0 without a grid or a flow. */
  readonly grid: number;
}

export interface Solution {
  /** √μ, ascending, [n]; n is Q less the trivial ones. */
  readonly defects: Float64Array;
  /** 95 % intervals; NaN beyond the first ones. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** What the grid alone would make of each; NaN beyond the first ones, null without a grid. */
  readonly grid: Float64Array | null;
  readonly decision: Decision;
  readonly generators: readonly FoundGenerator[];
  readonly trivial: number;
  /** A basis of the span of the generators, most symmetric first. */
  readonly span: readonly Float64Array[];
  /** Eigenvalues of C in the orthonormal basis of candidates, ascending, [Q]; null where there are too many. */
  readonly eigenvalues: Float64Array | null;
}

export interface Asked {
  readonly threshold: number;
  /** Relative defects below this are rounding. */
  readonly floor: number;
  readonly seed: number;
  /** ‖F‖² of each sample. */
  readonly outputSquares: Float64Array;
  /** Of a combination of candidates, the relative defect that the grid alone would make. */
  readonly gridFloor?: (v: Float64Array) => number;
}

/** Only so many directions are tried on every sample again: those of interest are the first. */
const TRIED = 40;
/** Beyond, a second spectrum takes as long as the whole run. */
const QUICK = 300;

export function solve(
  problem: Problem,
  clusters: Clusters,
  { threshold, floor, seed, outputSquares, gridFloor }: Asked,
  step: () => void,
): Solution {
  const { candidates: q, samples } = problem;
  const all = Array.from({ length: samples }, (_, k) => k);
  const gram = problem.gram(all, step);
  const spectrum = spectrumOf(gram, q);
  const ranked = Array.from(spectrum.values, (value, k) => {
    step();
    if (k >= TRIED) return { k, defect: Math.sqrt(value), interval: unknown, grid: NaN };
    const vector = spectrum.vector(k);
    const tried = problem.tried(vector);
    const interval = defectInterval(tried.defect, tried.scale, clusters, seed);
    return { k, defect: relativeDefect(tried), interval, grid: gridFloor?.(vector) ?? NaN };
  });
  ranked.sort((a, b) => a.defect - b.defect);
  const defects = Float64Array.from(ranked, ({ defect }) => defect);
  const grid = gridFloor === undefined ? null : Float64Array.from(ranked, (one) => one.grid);
  const decision = decide(defects, threshold, floor, grid);
  const found = ranked.slice(0, decision.dimension).map(({ k }) => spectrum.vector(k));
  const alike = decision.alike === found.length;
  const generators = readableBasis(found, alike).map((coefficients): FoundGenerator => {
    const tried = problem.tried(coefficients);
    const defect = relativeDefect(tried);
    return {
      coefficients,
      defect,
      interval: defectInterval(tried.defect, tried.scale, clusters, seed),
      residual: ratio(tried.defect, outputSquares),
      share: defect <= floor ? 0 : shareOf(tried),
      action: tried.action,
      grid: gridFloor?.(coefficients) ?? 0,
    };
  });
  // Where all are alike their defects are rounding, and the order of a readable basis says more.
  if (!alike) generators.sort((a, b) => a.defect - b.defect);
  return {
    defects,
    low: Float64Array.from(ranked, ({ interval }) => interval.low),
    high: Float64Array.from(ranked, ({ interval }) => interval.high),
    grid,
    decision,
    generators,
    trivial: spectrum.trivial.length,
    span: found,
    eigenvalues: q > QUICK ? null : symmetricEigen(gram.defect, q).values,
  };
}

const unknown: Interval = { low: NaN, high: NaN };

/** What two halves of the samples give, each by itself. */
export interface Halves {
  /** Largest principal angle between their spans, in radians. */
  readonly angle: number;
  /** Each found generator as either half has it, the nearest combination of its own directions: [2][k][Q]. */
  readonly generators: readonly (readonly Float64Array[])[];
}

/** @returns null where nothing was found, or halves tell nothing */
export function halvesOf(
  problem: Problem,
  clusters: Clusters,
  { span: found, generators }: Solution,
  step: () => void,
): Halves | null {
  const k = found.length;
  const parts = halves(clusters);
  if (k === 0 || problem.candidates > QUICK) return null;
  if (parts.some((part) => part.length === 0)) return null;
  const spans = parts.map((part) => {
    const { values, vector } = spectrumOf(problem.gram(part, step), problem.candidates);
    return Array.from({ length: Math.min(k, values.length) }, (_, i) => vector(i));
  });
  return {
    // A half may be blind to a direction; then the angle to the whole's span says it.
    angle: Math.max(
      largestAngle(spans[0]!, spans[1]!),
      ...spans.map((span) => (span.length < k ? largestAngle(span, found) : 0)),
    ),
    generators: spans.map((span) => {
      const basis = orthonormal(span);
      return generators.map(({ coefficients }) => projected(coefficients, basis));
    }),
  };
}

/** Matrices of the halves' generators. */
export function partsOfHalves(
  halves: Halves | null,
  matrixOf: (v: Float64Array) => Float64Array,
): Float64Array[][] {
  return halves?.generators.map((half) => half.map(matrixOf)) ?? [];
}

/** Onto an orthonormal basis. */
function projected(v: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(v.length);
  for (const one of basis) {
    const share = one.reduce((sum, value, i) => sum + value * v[i]!, 0);
    for (let i = 0; i < out.length; i++) out[i]! += share * one[i]!;
  }
  return out;
}

function shareOf({ defect, motion, moved }: Tried): number {
  if (moved.every((value) => value === 0)) return NaN;
  return ratio(
    defect,
    motion.map((value, i) => value + moved[i]!),
  );
}

function ratio(up: Float64Array, down: Float64Array): number {
  const [a, b] = [up, down].map((values) => values.reduce((sum, value) => sum + value, 0));
  return a === 0 ? 0 : Math.sqrt(a! / b!);
}
