/** Every analysis of the program. To add one: a definition here, its computation in src/main/analyses. */
import { coherence } from "./coherence";
import { comparison } from "./comparison";
import { conservation } from "./conservation";
import type { AnalysisDefinition } from "./definition";
import { discover } from "./discover";
import { equivariance } from "./equivariance";
import { evolution } from "./evolution";
import { influenceValidation } from "./influenceValidation";
import { landscape } from "./landscape";
import { lieDerivative } from "./lieDerivative";

export const analyses = {
  coherence,
  equivariance,
  landscape,
  "lie-derivative": lieDerivative,
  discover,
  conservation,
  evolution,
  comparison,
  "influence-validation": influenceValidation,
} as const;

export type AnalysisId = keyof typeof analyses;

/** The definition with that id, or undefined. */
export function analysisById(id: string): AnalysisDefinition | undefined {
  return Object.hasOwn(analyses, id)
    ? (analyses as Record<string, AnalysisDefinition>)[id]
    : undefined;
}
