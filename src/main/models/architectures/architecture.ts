/** What an architecture's graph is made from: settings, states, and where parameters are kept. */
import type { ArchitectureDefinition } from "../../../shared/architectures/definition";
import { UserError } from "../../../shared/errors";
import type { ParameterSchema, ParameterValues } from "../../../shared/parameters";
import type { Value } from "../../graph/ir";
import type { Edges } from "./layers";
import type { NetworkStates } from "./states";
import type { Weights } from "./weights";

export interface Architecture<S extends ParameterSchema = ParameterSchema> {
  readonly definition: ArchitectureDefinition<S>;
  /**
   * The network's own part: from states of mean zero and unit spread to a prediction, or a change, of that kind.
   * @param x [N, …state]
   * @throws UserError "architecture/settings" where the settings do not fit the states
   */
  build(w: Weights, x: Value, settings: ParameterValues<S>, states: NetworkStates): Value;
  /** Where settings are taken otherwise than they read, each a sentence. */
  remarks?(settings: ParameterValues<S>, states: NetworkStates): string[];
}

export function architecture<S extends ParameterSchema>(
  definition: ArchitectureDefinition<S>,
  build: Architecture<S>["build"],
  remarks: NonNullable<Architecture<S>["remarks"]> = () => [],
): Architecture<S> {
  return { definition, build, remarks };
}

/** What convolutions find beyond each axis' edge. */
export function edgesOf({ grid }: NetworkStates, edges: string): Edges {
  const beyond = edges === "zeros" ? "constant" : "edge";
  return (grid?.periodic ?? []).map((periodic) => (periodic ? "wrap" : beyond));
}

/** @throws UserError "architecture/settings" */
export function assertOdd(kernel: number): void {
  if (kernel % 2 === 1) return;
  throw unfit("kernel", `A kernel of ${kernel} points has no middle.`, "Take an odd number.");
}

/** @throws UserError "architecture/settings" where a kernel reaches once round a periodic axis */
export function assertReach(extents: readonly number[], kernel: number): void {
  const least = Math.min(...extents);
  if ((kernel - 1) / 2 <= least) return;
  throw unfit(
    "kernel",
    `A kernel of ${kernel} points reaches further than ${least} points, which an axis has where the grid is coarsest.`,
    "Take a smaller kernel, or fewer halvings.",
  );
}

/** Settings that do not fit the states. */
export function unfit(where: string, sentence: string, todo: string): UserError {
  return new UserError("architecture/settings", sentence, { where, todo });
}
