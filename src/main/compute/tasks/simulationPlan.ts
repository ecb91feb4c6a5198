/** What is to be simulated, checked before anything is computed: the simulator, its settings, and how much comes of it. */
import packageJson from "../../../../package.json";
import { UserError } from "../../../shared/errors";
import { parseParameters } from "../../../shared/parameters";
import { sizeOf } from "../../../shared/tensor";
import { simulatorNamed } from "../../physics/simulators";
import type { Choices, Coefficients, Simulator } from "../../physics/simulators/simulator";

export interface SimulationRequest {
  readonly system: string;
  /** Named set of coefficients and choices; null for the usual ones. */
  readonly preset: string | null;
  /** Coefficients and choices that replace those, as typed or as numbers. */
  readonly set: Readonly<Record<string, string | number>>;
  readonly trajectories: number;
  /** States after the first. */
  readonly steps: number;
  /** Points a side, or particles; null for the usual number. */
  readonly size: number | null;
  readonly seed: number;
}

export interface SimulationPlan {
  readonly simulator: Simulator;
  readonly size: number;
  readonly coefficients: Coefficients;
  readonly choices: Choices;
  /** [trajectory, time, …] */
  readonly shape: number[];
  /** Of the states in float64. */
  readonly bytes: number;
}

/** More is a mistake in a number rather than a data set for a program on one machine. */
const MOST_BYTES = 2 ** 40;

/** Of one state: the methods hold some thirty of them. */
const MOST_STATE = 2 ** 28;
/** Every two of them are looked at in each step. */
const MOST_PARTICLES = 4096;

/** @throws UserError "simulate/…", "params/…" */
export function simulationPlan(request: SimulationRequest): SimulationPlan {
  const simulator = simulatorNamed(request.system);
  const size = request.size ?? simulator.size;
  if (simulator.axes === 0 && size > MOST_PARTICLES) {
    throw new UserError("simulate/size", `${size} particles have too many pairs.`, {
      where: "size",
      todo: `Take ${MOST_PARTICLES} or fewer.`,
    });
  }
  const one = simulator.shape(size);
  if (8 * sizeOf(one) > MOST_STATE) {
    throw new UserError("simulate/size", `A state of [${one.join(", ")}] numbers is too large.`, {
      where: "size",
      todo: "Take fewer points: 4096 a side are the most for a vector field.",
    });
  }
  const shape = [request.trajectories, request.steps + 1, ...one];
  const bytes = 8 * sizeOf(shape);
  if (bytes > MOST_BYTES) {
    throw new UserError(
      "simulate/memory",
      `[${shape.join(", ")}] states take ${(bytes / 2 ** 40).toPrecision(2)} TB.`,
      { where: "trajectories", todo: "Write fewer trajectories or steps to a file." },
    );
  }
  return { simulator, size, shape, bytes, ...settingsOf(simulator, request) };
}

/** Numbers and names apart. */
function settingsOf(
  { parameters, choices, presets, title }: Simulator,
  { preset, set }: SimulationRequest,
): { coefficients: Coefficients; choices: Choices } {
  const named = preset === null ? {} : presets[preset];
  if (named === undefined) {
    throw new UserError("simulate/preset", `${title} has no preset “${preset ?? ""}”.`, {
      where: "preset",
      todo: `There are ${Object.keys(presets).join(", ")}.`,
    });
  }
  const { max } = parameters["courant"] ?? {};
  const courant = Number(set["courant"]);
  if (max !== undefined && courant > max) {
    throw new UserError(
      "simulate/unstable",
      `With a Courant number of ${courant} the method of ${title} is unstable: the fastest signal may cross ${max} of a cell in a step at most.`,
      {
        where: "courant",
        todo: `Take ${max} or less; the usual one is ${parameters["courant"]!.default}.`,
      },
    );
  }
  const values = Object.entries(
    parseParameters({ ...parameters, ...choices }, { ...named, ...set }),
  );
  const of = <T>(kind: "number" | "string"): Record<string, T> =>
    Object.fromEntries(values.filter(([, value]) => typeof value === kind)) as Record<string, T>;
  return { coefficients: of<number>("number"), choices: of<string>("string") };
}

/**
 * The command that makes these states again, with every setting, and the version that made them behind it, as a comment of
 * shells: what a file says of its origin.
 */
export function originOf(
  { simulator, size, coefficients, choices }: SimulationPlan,
  { trajectories, steps, seed }: SimulationRequest,
): string {
  const set = Object.entries({ ...choices, ...coefficients }).map((pair) => pair.join("="));
  const flags = {
    trajectories,
    steps,
    size,
    seed,
    ...(set.length === 0 ? {} : { set: set.join() }),
  };
  const given = Object.entries(flags).map(([name, value]) => ` --${name} ${value}`);
  return `noetherscope simulate ${simulator.id}${given.join("")} # version ${packageJson.version}`;
}
