/**
 * Flows whose convention is known, because simulators made them, and states that tell none: what the convention check is
 * held to. Each is transitions of two frames, of several trajectories.
 */
import { parseFieldSpec, type FieldSpec, type Grid } from "../../../shared/fields/spec";
import { actMixing } from "../../../shared/groups/act";
import { d4 } from "../../../shared/groups/catalogue";
import {
  identityMatrix,
  signedPermutations,
  type SignedPermutation,
} from "../../../shared/groups/element";
import { randomFrom, type Random } from "../../../shared/random";
import { defaultsOf } from "../../../shared/parameters";
import { gradient } from "../../fields/operators";
import { simulatorNamed } from "../../physics/simulators";

/** Transitions [B, C, y, x]. */
export interface ConventionCase {
  readonly name: string;
  readonly fields: FieldSpec;
  readonly shape: readonly number[];
  readonly grid: Grid;
  readonly before: Float64Array;
  readonly after: Float64Array | undefined;
  /** Whether it tells nothing only as it is: turned by a right angle a flow without curl is one without divergence. */
  readonly onlyAsIs?: boolean;
}

export interface Simulated {
  readonly system: string;
  readonly set: Readonly<Record<string, number | string>>;
  readonly size: number;
  readonly seed: number;
}

/** Trajectories, and the steps at which a transition is taken. */
const TRAJECTORIES = 4;
const STEPS = [1, 5];

export function simulatedCase({ system, set, size, seed }: Simulated): ConventionCase {
  const simulator = simulatorNamed(system);
  const settings = {
    ...defaultsOf(simulator.parameters),
    ...defaultsOf(simulator.choices),
    ...set,
  };
  const pick = (type: "number" | "string"): Record<string, never> =>
    Object.fromEntries(Object.entries(settings).filter(([, value]) => typeof value === type)) as Record<string, never>; // prettier-ignore
  const [coefficients, choices] = [pick("number"), pick("string")];
  const before: Float64Array[] = [];
  const after: Float64Array[] = [];
  for (let trajectory = 0; trajectory < TRAJECTORIES; trajectory++) {
    const start = simulator.initial(randomFrom(seed, trajectory), size, coefficients, choices);
    const evolution = simulator.evolve(start, size, coefficients, choices);
    for (let step = 0; step <= Math.max(...STEPS); step++) {
      if (STEPS.includes(step)) before.push(evolution.state().slice());
      evolution.advance();
      if (STEPS.includes(step)) after.push(evolution.state().slice());
    }
  }
  const name = [system, ...Object.entries(set).map((entry) => entry.join("="))].join(" ");
  const length = Number(settings["length"] ?? 1);
  const periodic = settings["boundary"] !== "open";
  return {
    name: `${name} size=${size} seed=${seed}`,
    fields: parseFieldSpec(simulator.fields),
    shape: [before.length, ...simulator.shape(size)],
    grid: {
      size: [size, size],
      length: [length, length],
      periodic: [periodic, periodic],
    },
    before: joined(before),
    after: joined(after),
  };
}

const ns = (set: Simulated["set"], size: number, seed: number): Simulated => {
  return { system: "navier-stokes", set, size, seed };
};
const gas = (set: Simulated["set"], size: number, seed: number): Simulated => {
  return { system: "euler", set, size, seed };
};

/** The same data with stored components mixed. */
export function stored(one: ConventionCase, mixing: SignedPermutation): ConventionCase {
  const mix = (u: Float64Array): Float64Array =>
    actMixing({ ...d4.identity, id: "mixing" }, mixing, u, one.shape, one.fields);
  return {
    ...one,
    before: mix(one.before),
    after: one.after === undefined ? undefined : mix(one.after),
  };
}

/** In which ways its components are stored, for a case that tells nothing. */
export function waysOf({ onlyAsIs }: ConventionCase): readonly SignedPermutation[] {
  return onlyAsIs === true ? [identityMatrix] : signedPermutations;
}

/** Other seeds give other data sets of the same kinds. */
export function incompressible(seed: number): Simulated[] {
  return [
    ns({}, 32, seed),
    ns({ nu: 0 }, 64, seed + 1),
    ns({ nu: 0.01 }, 32, seed + 2),
    ns({ anisotropy: 0.9 }, 64, seed + 3),
    ns({ anisotropy: -0.9, nu: 0 }, 32, seed + 4),
    ns({ start: "sines", nu: 0.0004, waves: 10, dt: 0.05 }, 64, seed + 5),
    ns({ start: "gaussians", nu: 0.0004, dt: 0.05 }, 64, seed + 6),
    ns({ start: "bridge", nu: 0.0004, dt: 0.05 }, 64, seed + 7),
    ns({ mean: 1 }, 32, seed + 8),
    ns({ dt: 0.1, amplitude: 0.5 }, 48 + 16, seed + 9),
  ];
}

export function compressible(seed: number): Simulated[] {
  return [
    gas({}, 64, seed),
    gas({ start: "curved" }, 64, seed + 1),
    gas({ start: "interfaces" }, 64, seed + 2),
    gas({ start: "gaussians", amplitude: 0.1 }, 32, seed + 3),
    gas({ start: "shear" }, 64, seed + 4),
    gas({ start: "waves" }, 32, seed + 5),
    gas({ start: "waves", anisotropy: 0.9 }, 64, seed + 6),
    gas({ start: "waves", dt: 0.1 }, 48, seed + 7),
    gas({ boundary: "open" }, 64, seed + 8),
    gas({ start: "gaussians", boundary: "open", dt: 0.02 }, 64, seed + 9),
  ];
}

const SIZE = 32;
const plane = { shape: [SIZE, SIZE], length: [1, 1] as const };

/** A smooth random periodic field: modes up to 3 in both directions. */
function smooth(random: Random): Float64Array {
  const out = new Float64Array(SIZE * SIZE);
  for (let kx = -3; kx <= 3; kx++) {
    for (let ky = 0; ky <= 3; ky++) {
      const [amplitude, phase] = [random() - 0.5, 2 * Math.PI * random()];
      for (let i = 0; i < SIZE * SIZE; i++) {
        out[i]! += amplitude * Math.cos((2 * Math.PI * (kx * (i % SIZE) + ky * Math.floor(i / SIZE))) / SIZE + phase); // prettier-ignore
      }
    }
  }
  return out;
}

const white = (random: Random): Float64Array =>
  Float64Array.from({ length: SIZE * SIZE }, () => random() - 0.5);

/** Every sample's channels in two frames. */
type Make = (random: Random) => readonly [Float64Array[], Float64Array[]];

function madeUp(
  name: string,
  fields: string,
  make: Make,
  seed: number,
  frames = true,
): ConventionCase {
  const samples = Array.from({ length: 8 }, (_, i) => make(randomFrom(seed, i)));
  return {
    name: `${name} seed=${seed}`,
    fields: parseFieldSpec(fields),
    shape: [samples.length, samples[0]![0].length, SIZE, SIZE],
    grid: { size: [SIZE, SIZE], length: [1, 1], periodic: [true, true] },
    before: joined(samples.flatMap(([one]) => one)),
    after: frames ? joined(samples.flatMap(([, two]) => two)) : undefined,
  };
}

const twice = (fields: Float64Array[]): readonly [Float64Array[], Float64Array[]] => [fields, fields]; // prettier-ignore
const potential = (random: Random): Float64Array[] => [...gradient(smooth(random), plane)];
const rowwise = (field: Float64Array): Float64Array =>
  field.map((_, i) => field[Math.floor(i / SIZE) * SIZE]!);

/** Nothing can be told of these: noise, potential flows, rest, shear, fields that have nothing to do with one another. */
export function ambiguous(seed: number): ConventionCase[] {
  return [
    madeUp("isotropic noise", "vector:v", (r) => [[white(r), white(r)], [white(r), white(r)]], seed), // prettier-ignore
    asIs(madeUp("a potential flow alone", "vector:v", (r) => twice(potential(r)), seed + 1, false)),
    { ...madeUp("a potential flow that stays", "scalar:p,vector:v", (r) => twice([smooth(r), ...potential(r)]), seed + 2), onlyAsIs: true }, // prettier-ignore
    madeUp("smooth fields without relation", "scalar:p,vector:v", (r) => [[smooth(r), smooth(r), smooth(r)], [smooth(r), smooth(r), smooth(r)]], seed + 3), // prettier-ignore
    madeUp("a shear flow", "vector:v", (r) => twice([rowwise(smooth(r)), new Float64Array(SIZE * SIZE)]), seed + 4), // prettier-ignore
    madeUp("rest", "scalar:p,vector:v", (r) => [[smooth(r), ...nothing()], [smooth(r), ...nothing()]], seed + 5), // prettier-ignore
    madeUp("compressible states without frames", "vector:v", (r) => twice([smooth(r), smooth(r)]), seed + 6, false), // prettier-ignore
    madeUp("a field that fades, in a flow that does not carry it", "scalar:p,vector:v", (r) => {
      const [p, u, v] = [smooth(r), smooth(r), smooth(r)];
      return [[p, u, v], [p.map((one) => 0.9 * one), u, v]];
    }, seed + 7), // prettier-ignore
    madeUp("diffusing components", "vector:v", (r) => {
      const fields = [smooth(r), smooth(r)];
      return [fields, fields.map(diffused)];
    }, seed + 8), // prettier-ignore
    madeUp("a scalar carried by a flow along itself only", "scalar:s,vector:v", (r) => {
      const [s, u] = [rowwise(smooth(r)), rowwise(smooth(r))];
      return [[s, u, new Float64Array(SIZE * SIZE)], [s, u, new Float64Array(SIZE * SIZE)]];
    }, seed + 9), // prettier-ignore
  ];
}

function asIs(one: ConventionCase): ConventionCase {
  return { ...one, onlyAsIs: true };
}

function nothing(): [Float64Array, Float64Array] {
  return [new Float64Array(SIZE * SIZE), new Float64Array(SIZE * SIZE)];
}

/** One small step of ∂ₜu = Δu on the grid. */
function diffused(u: Float64Array): Float64Array {
  return u.map((value, i) => {
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    const at = (dx: number, dy: number): number =>
      u[((y + dy + SIZE) % SIZE) * SIZE + ((x + dx + SIZE) % SIZE)]!;
    return value + 0.1 * (at(1, 0) + at(-1, 0) + at(0, 1) + at(0, -1) - 4 * value);
  });
}

function joined(fields: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(fields.length * fields[0]!.length);
  fields.forEach((field, i) => out.set(field, i * field.length));
  return out;
}
