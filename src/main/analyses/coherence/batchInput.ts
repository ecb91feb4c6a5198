/** What one batch of coherence is computed from, and what comes of it. */
import type { CoherenceParameters } from "../../../shared/analyses/coherence";
import type { Tensor } from "../../../shared/tensor";
import type { AnalysisContext, SampleRef } from "../context";
import type { Gradients, SampleGradients } from "../gradients";
import type { LongProducts } from "../longProducts";
import type { Tangents } from "../tangents";
import type { Plan } from "./plan";
import type { ElementPrecision } from "./precision";

/** The arrays of one batch by name, row-major, without the batch axis. */
export interface BatchResult {
  readonly arrays: Record<string, Float64Array>;
  readonly ranks: readonly number[];
  readonly sweepValues: readonly number[];
  /** Relative standard error of one inner product of gradients, as measured; null where it could not be. */
  readonly rounding: number | null;
  /** What it makes of each element's results; empty without. */
  readonly precision: readonly ElementPrecision[];
}

export interface BatchInput {
  readonly context: AnalysisContext;
  readonly params: CoherenceParameters;
  readonly samples: readonly SampleRef[];
  readonly input: Tensor;
  readonly target: Tensor;
  readonly gradients: Gradients;
  readonly tangents: Tangents | null;
  readonly products: LongProducts;
  readonly plan: Plan;
  /** Called before each run with what it does and its share of the plan's total work; throws to stop. */
  readonly step: (stage: string, work: number) => void;
  /** Gets f(g·x_i) from sample `first` on. */
  readonly onPrediction: (element: number, first: number, result: SampleGradients) => void;
}
