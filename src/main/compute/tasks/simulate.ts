/** Trajectories of a simulator, written as a .npz that the program and NumPy read, or as HDF5 of The Well. */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../../shared/errors";
import { showPhysics } from "../../../shared/physics/stated";
import { randomFrom } from "../../../shared/random";
import type { Tensor } from "../../../shared/tensor";
import { NpzStream } from "../../data/npzStream";
import { apart } from "../../physics/simulators/phaseSpace";
import { Resolution } from "../../physics/simulators/resolution";
import { boundaryOf, type Simulator } from "../../physics/simulators/simulator";
import type { TaskContext } from "../task";
import { convertData } from "./convertData";
import {
  originOf,
  simulationPlan,
  type SimulationPlan,
  type SimulationRequest,
} from "./simulationPlan";

export interface SimulateInput extends SimulationRequest {
  /** Ends in .npz, .h5 or .hdf5. */
  readonly out: string;
}

export interface Simulated {
  /** [trajectory, time, …] */
  readonly shape: number[];
  readonly coefficients: Readonly<Record<string, number>>;
  readonly choices: Readonly<Record<string, string>>;
  readonly fields: string;
  /** Group on the grid that the evolution has to rounding. */
  readonly symmetry: string;
  readonly boundary: "periodic" | "open";
  readonly remarks: string[];
}

/**
 * A .npz is written as the states come; HDF5 from such a file beside it, which is gone afterwards.
 * @throws UserError "simulate/…", "params/…"; what `signal` throws: then nothing is written
 */
export async function simulate(input: SimulateInput, context: TaskContext): Promise<Simulated> {
  const plan = simulationPlan(input);
  if (input.out.toLowerCase().endsWith(".npz")) return simulateNpz(input, plan, context);
  if (!/\.(h5|hdf5)$/i.test(input.out) || plan.simulator.axes === 0) {
    const { title, axes } = plan.simulator;
    throw new UserError(
      "simulate/format",
      axes === 0
        ? `${title} are particles, which are written as .npz.`
        : `${input.out} ends neither in .npz nor in .h5 or .hdf5.`,
      { where: "out", todo: "Name a file of that kind." },
    );
  }
  const hidden = `.${basename(input.out)}.${randomBytes(6).toString("hex")}.npz`;
  const between = join(dirname(input.out), hidden);
  const part = (from: number, to: number): TaskContext => ({
    ...context,
    progress: (now) => context.progress({ ...now, fraction: from + (to - from) * now.fraction }),
  });
  try {
    const simulated = await simulateNpz({ ...input, out: between }, plan, part(0, 0.9));
    await convertData(
      { path: between, options: {}, out: input.out, layout: null, trajectories: "", times: "" },
      part(0.9, 1),
    );
    return simulated;
  } finally {
    await rm(between, { force: true });
  }
}

async function simulateNpz(
  input: SimulateInput,
  plan: SimulationPlan,
  { signal, progress }: TaskContext,
): Promise<Simulated> {
  const { simulator, size, coefficients, choices, shape } = plan;
  const times = input.steps + 1;
  // Particles are two arrays q and p [trajectory, time, particle, component], which is how readers know them.
  const half = [...shape.slice(0, -1), shape.at(-1)! / 2];
  const file = await NpzStream.open(
    input.out,
    simulator.axes === 0 ? { q: half, p: half } : { states: shape },
  );
  let remarks: string[] = [];
  const resolution = new Resolution(simulator, size, choices);
  try {
    for (let trajectory = 0; trajectory < input.trajectories; trajectory++) {
      const random = randomFrom(input.seed, trajectory);
      const start = simulator.initial(random, size, coefficients, choices);
      if (trajectory === 0) remarks = simulator.remarks?.(start, size, coefficients) ?? [];
      const evolution = simulator.evolve(start, size, coefficients, choices);
      for (let k = 0; k < times; k++) {
        if (k > 0) evolution.advance();
        const state = evolution.state();
        assertFinite(simulator, state, trajectory, k);
        if (resolution.looksAt(k, times)) resolution.look(state, k * (coefficients["dt"] ?? 1));
        if (simulator.axes > 0) await file.append("states", state);
        else {
          const [q, p] = apart(state);
          await file.append("q", q);
          await file.append("p", p);
        }
        progress({
          fraction: (trajectory * times + k + 1) / (input.trajectories * times),
          stage: `Trajectory ${trajectory + 1} of ${input.trajectories}`,
          picture: pictureOf(state, simulator.shape(size)),
        });
        // Lets a cancel arrive.
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
      }
    }
    // What is foreseen from the start says the same, and what to change.
    if (remarks.length === 0) remarks = resolution.remarks();
    await file.finish(coordinatesOf(plan, times), {
      fields: simulator.fields,
      physics: showPhysics({ physics: simulator.physics, coefficients: plan.coefficients }),
      origin: originOf(plan, input),
      ...(simulator.axes === 0 ? {} : { boundary: boundaryOf(choices) }),
      ...(remarks.length === 0 ? {} : { remarks: remarks.join(" ") }),
    });
  } finally {
    await file.discard();
  }
  const { fields } = simulator;
  const { group: symmetry } = simulator.symmetry(size, coefficients, choices);
  return { shape, coefficients, choices, fields, symmetry, boundary: boundaryOf(choices), remarks };
}

function assertFinite({ title }: Simulator, state: Float64Array, trajectory: number, k: number) {
  if (state.every(Number.isFinite)) return;
  throw new UserError(
    "simulate/blow-up",
    `Trajectory ${trajectory}, counted from 0, of ${title} blew up at step ${k}.`,
    { where: "set", todo: "Take a smaller amplitude, more dissipation, or more points." },
  );
}

/** Points a side of what is shown while it runs: a window needs no more, and each crosses processes. */
const PICTURE = 128;

/** [channel, y, x] or [channel, x], thinned out where it is large; particles as they are. */
export function pictureOf(state: Float64Array, shape: readonly number[]): Tensor {
  const side = shape.at(-1)!;
  const every = shape.length < 3 && side <= 4 * PICTURE ? 1 : Math.ceil(side / PICTURE);
  if (every === 1) return { dtype: "float64", shape, data: state.slice() };
  const grid = shape.slice(1).map((points) => Math.ceil(points / every));
  const [width, rows] = [grid.at(-1)!, grid.length === 2 ? grid[0]! : 1];
  const data = new Float64Array(shape[0]! * rows * width);
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width) % rows];
    const channel = Math.floor(i / (width * rows));
    const height = shape.length === 3 ? shape[1]! : 1;
    data[i] = state[(channel * height + y * every) * side + x * every]!;
  }
  return { dtype: "float64", shape: [shape[0]!, ...grid], data };
}

/** Times, and the positions of points or of the middles of cells. */
function coordinatesOf(
  { simulator, size, coefficients }: SimulationPlan,
  times: number,
): Record<string, Tensor> {
  const offset = simulator.cells === true ? 0.5 : 0;
  const { dt = 1, length = 1 } = coefficients;
  const vector = (count: number, of: (j: number) => number): Tensor => ({
    dtype: "float64",
    shape: [count],
    data: Float64Array.from({ length: count }, (_, j) => of(j)),
  });
  const axes = ["x", "y"].slice(0, simulator.axes);
  return {
    time: vector(times, (k) => k * dt),
    ...Object.fromEntries(
      axes.map((axis) => [axis, vector(size, (j) => ((j + offset) * length) / size)]),
    ),
  };
}
