/** One analysis of one model on one data file, said completely. */
import { analyses, analysisById } from "../../../shared/analyses";
import type { AnalysisDefinition } from "../../../shared/analyses/definition";
import type { DataOptions } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { parseParameters, type ParameterValue } from "../../../shared/parameters";

export interface AnalysisSpec {
  readonly analysis: string;
  /** Complete and checked. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** null where the analysis takes the data alone. */
  readonly model: { readonly path: string; readonly weights: string | null } | null;
  readonly data: { readonly path: string; readonly options: DataOptions };
}

/** @throws UserError "analysis/unknown" */
export function definitionOf(analysis: string): AnalysisDefinition {
  const definition = analysisById(analysis);
  if (definition !== undefined) return definition;
  throw new UserError("analysis/unknown", `There is no analysis “${analysis}”.`, {
    where: analysis,
    todo: `There are ${Object.keys(analyses).join(", ")}.`,
  });
}

/**
 * Completed by defaults and checked.
 * @throws UserError "analysis/unknown", "params/unknown", "params/invalid"
 */
export function checkedParameters(
  analysis: string,
  given: Readonly<Record<string, unknown>>,
): Record<string, ParameterValue> {
  return parseParameters(definitionOf(analysis).parameters, given);
}
