/** The computation of every analysis that src/shared/analyses defines. */
import type { AnalysisId } from "../../shared/analyses";
import { coherence } from "./coherence";
import { comparison } from "./compare";
import { conservation } from "./conservation";
import type { Computation } from "./context";
import { discover } from "./discover";
import { equivariance } from "./equivariance";
import { evolution } from "./evolution";
import { landscape } from "./landscape";
import { lieDerivative } from "./lieDerivative";
import { influenceValidation } from "./validation";

/** Parameters reach a computation checked against its own definition, whatever their static type here. */
export const computations = {
  coherence,
  equivariance,
  landscape,
  "lie-derivative": lieDerivative,
  discover,
  conservation,
  evolution: evolution(coherence),
  comparison: comparison(coherence),
  "influence-validation": influenceValidation,
} as unknown as Record<AnalysisId, Computation>;

export type {
  AnalysisContext,
  AnalysisProgress,
  AnalysisResult,
  Computation,
  Cost,
  CostInfo,
  ResultArray,
  SampleRef,
} from "./context";
