/** What a simulation would come to: states that it starts from, bytes, and seconds from a few steps that are taken. */
import { randomFrom } from "../../../shared/random";
import type { Tensor } from "../../../shared/tensor";
import type { TaskContext } from "../task";
import { pictureOf } from "./simulate";
import { simulationPlan, type SimulationPlan, type SimulationRequest } from "./simulationPlan";

export interface SimulationPreview {
  /** [trajectory, time, …] */
  readonly shape: number[];
  readonly bytes: number;
  /** Of this machine, as it is now. */
  readonly seconds: number;
  /** Steps of the method for one that is kept. */
  readonly substeps: number;
  readonly fields: string;
  readonly symmetry: string;
  readonly remarks: string[];
  /** States that the first trajectories start from, as `pictureOf` thins them out. */
  readonly starts: Tensor[];
}

/** Starts that are shown. */
const STARTS = 3;
/** Steps that are taken, since the first are slower than those of a long run; milliseconds after which they must do. */
const STEPS = 30;
const PATIENCE = 1000;

/** @throws UserError "simulate/…", "params/…" */
export async function previewSimulation(
  request: SimulationRequest,
  { signal }: TaskContext,
): Promise<SimulationPreview> {
  const plan = simulationPlan(request);
  const { simulator, size, coefficients, choices, shape, bytes } = plan;
  const starts: Float64Array[] = [];
  for (let i = 0; i < Math.min(STARTS, request.trajectories); i++) {
    starts.push(simulator.initial(randomFrom(request.seed, i), size, coefficients, choices));
    signal.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const first = starts[0] ?? simulator.initial(randomFrom(request.seed, 0), size, coefficients, choices); // prettier-ignore
  const { made, step, substeps } = measured(plan, first);
  return {
    shape,
    bytes,
    seconds: request.trajectories * (made + request.steps * substeps * step),
    substeps,
    fields: simulator.fields,
    symmetry: simulator.symmetry(size, coefficients, choices).group,
    remarks: simulator.remarks?.(first, size, coefficients) ?? [],
    starts: starts.map((state) => pictureOf(state, simulator.shape(size))),
  };
}

/** Seconds that a trajectory takes to begin, and those of a step of the method. */
function measured(
  { simulator, size, coefficients, choices }: SimulationPlan,
  state: Float64Array,
): { made: number; step: number; substeps: number } {
  const begun = performance.now();
  const { substeps } = simulator.evolve(state, size, coefficients, choices);
  const made = (performance.now() - begun) / 1000;
  // A kept step as short as one of the method, so that even a long one is not waited for.
  const dt = (coefficients["dt"] ?? 1) / substeps;
  const evolution = simulator.evolve(state, size, { ...coefficients, dt }, choices);
  let quickest = Infinity;
  const end = performance.now() + PATIENCE;
  for (let k = 0; k < STEPS && performance.now() < end; k++) {
    const before = performance.now();
    evolution.advance();
    quickest = Math.min(quickest, performance.now() - before);
  }
  return { made, step: quickest / evolution.substeps / 1000, substeps };
}
