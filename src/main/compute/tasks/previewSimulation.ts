/** What a simulation would come to: states that it starts from, bytes, and seconds from a few steps that are taken. */
import { randomFrom } from "../../../shared/random";
import type { Tensor } from "../../../shared/tensor";
import { Resolution } from "../../physics/simulators/resolution";
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

/** Seconds that a whole trajectory may take to be looked at before anything is asked for. */
const MOST_FORESEEN = 1;

/** Points of a state that is shown; a larger one would be waited for. */
const MOST_SHOWN = 2 ** 18;

/** @throws UserError "simulate/…", "params/…" */
export async function previewSimulation(
  request: SimulationRequest,
  { signal }: TaskContext,
): Promise<SimulationPreview> {
  const plan = simulationPlan(request);
  const { simulator, size, coefficients, choices, shape, bytes } = plan;
  const starts: Float64Array[] = [];
  const shown = size ** simulator.axes > MOST_SHOWN ? 0 : Math.min(STARTS, request.trajectories);
  for (let i = 0; i < shown; i++) {
    starts.push(simulator.initial(randomFrom(request.seed, i), size, coefficients, choices));
    signal.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { made, step, substeps, remarks } = measured(plan, request.seed);
  const whole = made + request.steps * substeps * step;
  if (remarks.length === 0 && whole < MOST_FORESEEN) {
    remarks.push(...(await foreseen(plan, request, signal)));
  }
  return {
    shape,
    bytes,
    seconds: request.trajectories * whole,
    substeps,
    fields: simulator.fields,
    symmetry: simulator.symmetry(size, coefficients, choices).group,
    remarks,
    starts: starts.map((state) => pictureOf(state, simulator.shape(size))),
  };
}

/** What the first trajectory comes to says of the grid. */
async function foreseen(
  { simulator, size, coefficients, choices }: SimulationPlan,
  { seed, steps }: SimulationRequest,
  signal: AbortSignal,
): Promise<string[]> {
  const resolution = new Resolution(simulator, size, choices);
  if (!resolution.tells) return [];
  const start = simulator.initial(randomFrom(seed, 0), size, coefficients, choices);
  const evolution = simulator.evolve(start, size, coefficients, choices);
  for (let k = 0; k <= steps; k++) {
    if (k > 0) evolution.advance();
    const state = evolution.state();
    // That it blows up is said with the time and a remedy when it is computed.
    if (!state.every(Number.isFinite)) return [];
    if (resolution.looksAt(k, steps + 1)) resolution.look(state, k * (coefficients["dt"] ?? 1));
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
  return resolution.remarks();
}

interface Measured {
  /** Seconds that a trajectory takes to begin, and those of a step of the method. */
  readonly made: number;
  readonly step: number;
  readonly substeps: number;
  readonly remarks: string[];
}

/** On a smaller grid, or with fewer particles, where the wanted one would be waited for, and scaled up from there. */
function measured(
  { simulator, size, coefficients, choices }: SimulationPlan,
  seed: number,
): Measured {
  const small = smallEnough(simulator.axes, size);
  const finer = size / small;
  // Points of a line or a plane, or pairs of particles; the logarithm of a transform is left out.
  const work = finer ** (simulator.axes === 1 ? 1 : 2);
  const state = simulator.initial(randomFrom(seed, 0), small, coefficients, choices);
  const begun = performance.now();
  const { substeps } = simulator.evolve(state, small, coefficients, choices);
  const made = (performance.now() - begun) / 1000;
  // A kept step as short as one of the method, so that even a long one is not waited for.
  const dt = (coefficients["dt"] ?? 1) / substeps;
  const evolution = simulator.evolve(state, small, { ...coefficients, dt }, choices);
  let quickest = Infinity;
  const end = performance.now() + PATIENCE;
  for (let k = 0; k < STEPS && performance.now() < end; k++) {
    const before = performance.now();
    evolution.advance();
    quickest = Math.min(quickest, performance.now() - before);
  }
  return {
    made: work * made,
    step: (work * quickest) / evolution.substeps / 1000,
    // Where the crossing of a cell limits the step, finer cells take more of them.
    substeps: "courant" in coefficients ? Math.ceil(substeps * finer) : substeps,
    remarks: simulator.remarks?.(state, size, coefficients) ?? [],
  };
}

/** Points a side, or particles, that take well under a second a step. */
function smallEnough(axes: 0 | 1 | 2, size: number): number {
  if (axes === 0) return Math.min(size, 256);
  let small = size;
  while (small > (axes === 1 ? 2 ** 16 : 256)) small = Math.ceil(small / 2);
  return small;
}
