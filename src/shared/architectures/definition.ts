/**
 * What an architecture is, apart from its graph (src/main/models/architectures): its form, its words, its presets.
 * Window, command line and documentation read it; nothing else states an option of a network.
 */
import type { ParameterSchema, ParameterValue } from "../parameters";

/** What states are: fields on a grid of one to three axes, particles with channels each, or plain numbers. */
export type Layout = "grid" | "particles" | "numbers";

export interface ArchitecturePreset {
  /** What differs from the defaults. */
  readonly values: Readonly<Record<string, ParameterValue>>;
  /** Trained numbers for the definition's `measured` states, which help texts and forms quote; a test counts them. */
  readonly parameters: number;
}

export interface ArchitectureDefinition<S extends ParameterSchema = ParameterSchema> {
  readonly id: string;
  readonly title: string;
  /** Two sentences: how it works, and which symmetries it has by construction. */
  readonly summary: string;
  readonly reference: string;
  readonly layouts: readonly Layout[];
  readonly parameters: S;
  /** From about ten thousand parameters to the sizes of papers; the first one is the default. */
  readonly presets: Readonly<Record<string, ArchitecturePreset>>;
}

/** The states for which presets state their parameters. */
export const measuredStates = {
  grid: "a plane vector field on 64 × 64 points",
  particles: "sixteen particles with positions and momenta in the plane",
} as const;

export function defineArchitecture<S extends ParameterSchema>(
  definition: ArchitectureDefinition<S>,
): ArchitectureDefinition<S> {
  return definition;
}
