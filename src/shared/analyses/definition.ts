/**
 * What an analysis is, apart from its computation (src/main/analyses): its form, its words, its figures.
 * Window, command line and documentation read it; nothing else states an option or a caption.
 */
import type { FigureDefinition } from "../charts/figure";
import type { ParameterSchema } from "../parameters";

export interface AnalysisFormula {
  /** Equations one below another, each short enough for a narrow panel. */
  readonly tex: readonly string[];
  /** What its letters mean, in a sentence. */
  readonly where: string;
}

export interface AnalysisDefinition<S extends ParameterSchema = ParameterSchema> {
  readonly id: string;
  readonly title: string;
  /** Two sentences: what it shows, and how to read it. */
  readonly reading: string;
  /** What is computed, as the window typesets it. */
  readonly formula: AnalysisFormula;
  /** Where the method comes from. */
  readonly reference: string;
  /** Whether it can do without targets; absent: it cannot. */
  readonly targets?: "optional";
  /** Whether it can do without a model, from the data alone; absent: it cannot. */
  readonly model?: "optional";
  /** Whether its samples are where rollouts begin: the first state of a trajectory unless times are chosen. */
  readonly rollouts?: boolean;
  /** Whether its samples are ones that the networks' training held out, unless trajectories are chosen. */
  readonly heldOut?: true;
  /** What it goes over where no checkpoints are named: weights, or whole networks, beside the model; absent: nothing. */
  readonly checkpoints?: "weights" | "networks";
  /** Options that its example on the command line has besides model and data. */
  readonly example?: string;
  readonly parameters: S;
  /** The first one is what a page and `noetherscope figure` show unless told otherwise. */
  readonly figures: readonly FigureDefinition[];
}

export function defineAnalysis<S extends ParameterSchema>(
  definition: AnalysisDefinition<S>,
): AnalysisDefinition<S> {
  return definition;
}
