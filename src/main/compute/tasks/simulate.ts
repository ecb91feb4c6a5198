/** Trajectories of a simulator, written as a .npz that the program and NumPy read. */
import { UserError } from "../../../shared/errors";
import { parseParameters } from "../../../shared/parameters";
import { randomFrom } from "../../../shared/random";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { writeNpz } from "../../data/npz";
import { simulatorNamed } from "../../physics/simulators";
import type { Simulator } from "../../physics/simulators/simulator";
import type { TaskContext } from "../task";

export interface SimulateInput {
  readonly system: string;
  /** Named set of coefficients; null for the usual ones. */
  readonly preset: string | null;
  /** Coefficients that replace those, as typed. */
  readonly set: Readonly<Record<string, string>>;
  readonly trajectories: number;
  /** States after the first. */
  readonly steps: number;
  /** Points a side, or particles; null for the usual number. */
  readonly size: number | null;
  readonly seed: number;
  /** Ends in .npz. */
  readonly out: string;
}

export interface Simulated {
  /** [trajectory, time, …] */
  readonly shape: number[];
  readonly coefficients: Record<string, number>;
  readonly fields: string;
}

/** More bytes than this would be no example any more, and are held in memory at once. */
const MOST_BYTES = 2 ** 32;

/** @throws UserError "simulate/…", "params/…"; what `signal` throws: then nothing is written */
export async function simulate(
  input: SimulateInput,
  { signal, progress }: TaskContext,
): Promise<Simulated> {
  const simulator = simulatorNamed(input.system);
  const coefficients = coefficientsOf(simulator, input);
  const size = input.size ?? simulator.size;
  const one = simulator.shape(size);
  const times = input.steps + 1;
  const shape = [input.trajectories, times, ...one];
  if (!input.out.endsWith(".npz")) {
    throw new UserError("simulate/format", `${input.out} does not end in .npz.`, {
      where: "out",
      todo: "Trajectories are written as .npz.",
    });
  }
  if (8 * sizeOf(shape) > MOST_BYTES) {
    throw new UserError(
      "simulate/memory",
      `[${shape.join(", ")}] states take ${Math.round((8 * sizeOf(shape)) / 2 ** 30)} GB.`,
      { where: "trajectories", todo: "Write fewer trajectories or steps to a file." },
    );
  }
  const states = new Float64Array(sizeOf(shape));
  for (let trajectory = 0; trajectory < input.trajectories; trajectory++) {
    const evolution = simulator.start(randomFrom(input.seed, trajectory), size, coefficients);
    for (let k = 0; k < times; k++) {
      if (k > 0) evolution.advance();
      const state = evolution.state();
      const wrong = state.findIndex((value) => !Number.isFinite(value));
      if (wrong >= 0) {
        throw new UserError(
          "simulate/blow-up",
          `Trajectory ${trajectory} of ${simulator.title} blew up at step ${k}.`,
          { where: "set", todo: "Take a smaller amplitude, more dissipation, or more points." },
        );
      }
      states.set(state, (trajectory * times + k) * state.length);
      signal.throwIfAborted();
      progress({
        fraction: (trajectory * times + k + 1) / (input.trajectories * times),
        stage: `Trajectory ${trajectory + 1} of ${input.trajectories}`,
      });
      // Lets a cancel arrive.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const grid = Float64Array.from({ length: size }, (_, j) => (j * coefficients.length!) / size);
  const axes = ["x", "y"].slice(0, simulator.axes);
  const vector = (data: Float64Array): Tensor => ({
    dtype: "float64",
    shape: [data.length],
    data,
  });
  await writeNpz(
    input.out,
    {
      ...(simulator.axes === 0
        ? positionsAndMomenta(states, shape)
        : { states: { dtype: "float64", shape, data: states } }),
      time: vector(Float64Array.from({ length: times }, (_, k) => k * coefficients.dt!)),
      ...Object.fromEntries(axes.map((axis) => [axis, vector(grid)])),
    },
    { deflated: false, fields: simulator.fields },
  );
  return { shape, coefficients, fields: simulator.fields };
}

/** Particles as two arrays q and p [trajectory, time, particle, component], which is how readers know them. */
function positionsAndMomenta(
  states: Float64Array,
  shape: readonly number[],
): Record<"q" | "p", Tensor> {
  const width = shape.at(-1)!;
  const half = width / 2;
  const part = (first: number): Tensor => ({
    dtype: "float64",
    shape: [...shape.slice(0, -1), half],
    data: Float64Array.from(
      { length: states.length / 2 },
      (_, i) => states[Math.floor(i / half) * width + first + (i % half)]!,
    ),
  });
  return { q: part(0), p: part(half) };
}

function coefficientsOf(
  { parameters, presets, id }: Simulator,
  { preset, set }: SimulateInput,
): Record<string, number> {
  const named = preset === null ? {} : presets[preset];
  if (named === undefined) {
    throw new UserError("simulate/preset", `${id} has no preset “${preset ?? ""}”.`, {
      where: "preset",
      todo: `There are ${Object.keys(presets).join(", ")}.`,
    });
  }
  return parseParameters(parameters, { ...named, ...set });
}
