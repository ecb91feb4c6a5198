/** The generators that can be named: translations, rotation, scalings, shears, boosts, time, amplitude and density. */
import { UserError } from "../errors";
import { signOf, type ChannelGroup, type FieldSpec } from "../fields/spec";
import { parseFormula, type Formula } from "./formula";
import {
  atRest,
  carried,
  uniform,
  unfit,
  weighted,
  type Generator,
  type Infinitesimal,
  type MixTerm,
  type Side,
} from "./generator";

/** What some generators must be told beyond fields and grid. */
export interface GeneratorOptions {
  /** Time between input and prediction, for boosts; null where unknown. */
  readonly dt: number | null;
  /** Which vector field a boost shifts: a name, `momentum/density`, or `momentum/density/energy`; empty for the only one. */
  readonly velocity: string;
  /** Which field holds the time; empty for one named t or time. */
  readonly timeField: string;
  /** Weights of fields under scaling and density scaling, by name; the geometric ones where it says nothing. */
  readonly weights: Readonly<Record<string, number>>;
  /** Of particles, for boosts of momenta; 1 each where none are stated. */
  readonly masses?: readonly number[];
}

export const defaultOptions: GeneratorOptions = {
  dt: null,
  velocity: "",
  timeField: "",
  weights: {},
};

const axisNames = ["x", "y", "z"];
/** Below the line, where Unicode has the letter. */
const subscripts = ["ₓ", "ᵧ", "_z"];

/** What `rot` stands for in a volume. */
export const turns: readonly string[] = ["rot-xy", "rot-yz", "rot-zx"];

/** Each with the words that a list of them shows. */
const known: Readonly<Record<string, (options: GeneratorOptions) => Generator>> = {
  tx: () => translation(0),
  ty: () => translation(1),
  tz: () => translation(2),
  rot: () =>
    moving(
      "rot",
      "rotation",
      "R′u − (−y ∂ₓ + x ∂ᵧ)u",
      String.raw`R'u - (-y\,\partial_x + x\,\partial_y)\,u`,
      ["-y", "x"],
      { leavesBox: true },
    ),
  "rot-xy": () => turn("xy", ["-y", "x", "0"]),
  "rot-yz": () => turn("yz", ["0", "-z", "y"]),
  "rot-zx": () => turn("zx", ["z", "0", "-x"]),
  scale: (options) => scaling(options),
  "shear-x": () =>
    moving(
      "shear-x",
      "shear along x",
      "Dξ u − y ∂ₓu",
      String.raw`(D\xi)\,u - y\,\partial_x u`,
      ["y", "0"],
      { leavesBox: true },
    ),
  "shear-y": () =>
    moving(
      "shear-y",
      "shear along y",
      "Dξ u − x ∂ᵧu",
      String.raw`(D\xi)\,u - x\,\partial_y u`,
      ["0", "x"],
      { leavesBox: true },
    ),
  squeeze: () =>
    moving(
      "squeeze",
      "squeeze",
      "Dξ u − (x ∂ₓ − y ∂ᵧ)u",
      String.raw`(D\xi)\,u - (x\,\partial_x - y\,\partial_y)\,u`,
      ["x", "-y"],
      { leavesBox: true },
    ),
  gx: (options) => boost(0, options),
  gy: (options) => boost(1, options),
  gz: (options) => boost(2, options),
  time: (options) => time(options),
  density: (options) => density(options),
  amp: () => ({
    id: "amp",
    label: "amplitude",
    formula: "X u = u",
    tex: "X u = u",
    flow: null,
    leavesBox: false,
    on: ({ channels }) => ({
      ...atRest,
      mix: weighted(Array.from({ length: channels }, (_, channel) => [channel, 1])),
    }),
  }),
};

/** Names that `generatorByName` takes, for help texts and pickers. */
export const generatorNames: readonly string[] = Object.keys(known);

/** @throws UserError "generator/unknown" */
export function generatorByName(name: string, options: GeneratorOptions): Generator {
  if (Object.hasOwn(known, name)) return known[name]!(options);
  throw new UserError("generator/unknown", `There is no generator “${name}”.`, {
    where: name,
    todo: `Use ${generatorNames.join(", ")}, or state it by formulas (--own on the command line).`,
  });
}

function translation(axis: number): Generator {
  const name = axisNames[axis]!;
  const id = `t${name}`;
  return {
    id,
    label: `translation along ${name}`,
    formula: `X u = −∂${subscripts[axis]!}u`,
    tex: String.raw`X u = -\partial_{${name}} u`,
    flow: along(axis, Math.max(2, axis + 1), 1),
    leavesBox: false,
    on(side) {
      if (side.axes <= axis) throw needsAxes(id, side, `a grid with an axis ${name}`);
      return carried(along(axis, side.axes, 1), side.fields);
    },
  };
}

function along(axis: number, axes: number, speed: number): Formula[] {
  return uniform(Array.from({ length: axes }, (_, i) => (i === axis ? speed : 0)));
}

/** A rotation of a volume about the axis that the plane's name leaves out, from the plane's first axis to its second. */
function turn(plane: "xy" | "yz" | "zx", flow: readonly string[]): Generator {
  const [a, b] = [...plane] as [string, string];
  const [one, other] = [a, b].map((name) => subscripts[axisNames.indexOf(name)]!);
  return moving(
    `rot-${plane}`,
    `rotation in ${plane}`,
    `R′u − (−${b} ∂${one!} + ${a} ∂${other!})u`,
    String.raw`R'u - (-${b}\,\partial_${a} + ${a}\,\partial_${b})\,u`,
    flow,
    { leavesBox: true },
  );
}

/** A flow of the plane, or of a volume, that carries the fields along. */
function moving(
  id: string,
  label: string,
  formula: string,
  tex: string,
  flow: readonly string[],
  { leavesBox }: { leavesBox: boolean },
): Generator {
  const parsed = flow.map(parseFormula);
  return {
    id,
    label,
    formula: `X u = ${formula}`,
    tex: `X u = ${tex}`,
    flow: parsed,
    leavesBox,
    on(side) {
      if (side.axes !== flow.length) {
        throw needsAxes(id, side, flow.length === 2 ? "fields on a plane" : "fields in a volume");
      }
      requireFields(id, side);
      return carried(parsed, side.fields);
    },
  };
}

function scaling({ weights }: GeneratorOptions): Generator {
  const flow = ["x", "y"].map(parseFormula);
  return {
    id: "scale",
    label: "scaling",
    formula: "X u = w u − p·∇u",
    tex: String.raw`X u = w\,u - (x\,\partial_x + y\,\partial_y)\,u`,
    flow,
    leavesBox: true,
    on(side) {
      if (side.axes === 0) throw needsAxes("scale", side, "a grid");
      const own = axisNames.slice(0, side.axes).map(parseFormula);
      requireFields("scale", side);
      const geometric = carried(own, side.fields);
      const stated = weightsOf("scale", side, weights);
      const overridden = new Set(stated.map(([channel]) => channel));
      return {
        ...geometric,
        mix: [...geometric.mix.filter(({ to }) => !overridden.has(to)), ...weighted(stated)],
      };
    },
  };
}

/** Stated weights of the fields that this side has, by channel. */
function weightsOf(
  id: string,
  { fields }: Side,
  weights: GeneratorOptions["weights"],
): [number, number][] {
  const unknown = Object.keys(weights).find(
    (name) => fields?.every((field) => field.name !== name) !== false,
  );
  if (unknown !== undefined) {
    throw unfit(id, `no field is named “${unknown}”`, `The fields are ${namesOf(fields)}.`);
  }
  return (fields ?? []).flatMap(({ name, channels }) =>
    Object.hasOwn(weights, name)
      ? channels.map((channel): [number, number] => [channel, weights[name]!])
      : [],
  );
}

/**
 * A boost by a velocity along an axis. At a time t the fields have moved by t, so the prediction's side has a flow:
 * L = DF[e] − e + Δt ∂ₑF. Momenta gain ρ e and the energy m·e.
 */
function boost(axis: number, { dt, velocity }: GeneratorOptions): Generator {
  const name = axisNames[axis]!;
  const id = `g${name}`;
  return {
    id,
    label: `Galilean boost along ${name}`,
    formula: `X u = e − t ∂${subscripts[axis]!}u`,
    tex: String.raw`X u = e_{${name}} - t\,\partial_{${name}} u`,
    flow: null,
    leavesBox: false,
    on(side) {
      if (side.axes <= axis) throw needsAxes(id, side, `a grid with an axis ${name}`);
      if (side.steps > 0 && dt === null) {
        throw unfit(
          id,
          "the time between input and prediction is not known",
          "State the time step (--dt on the command line).",
        );
      }
      const moved = side.steps * (dt ?? 0);
      return {
        ...boosted(id, axis, side, velocity),
        flow: side.steps === 0 ? null : along(axis, side.axes, moved),
      };
    },
  };
}

function boosted(id: string, axis: number, side: Side, velocity: string): Infinitesimal {
  const vectors = (side.fields ?? []).filter(({ kind }) => kind === "vector");
  const [wanted = "", ...others] = velocity.split("/").map((part) => part.trim());
  const choice = wanted === "" ? onlyOf(vectors) : vectors.find((field) => field.name === wanted);
  const channel = choice?.channels[axis];
  if (choice === undefined || channel === undefined) {
    throw unfit(
      id,
      vectors.length === 0 ? "no field is a vector" : "which vector is the velocity is not clear",
      `Name it (--velocity on the command line); the fields are ${namesOf(side.fields)}.`,
    );
  }
  const sign = signOf(choice, axis);
  if (others.length === 0) return { ...atRest, shift: [{ to: channel, value: () => sign }] };
  const [density, energy] = others.map((name) => {
    const field = side.fields?.find((one) => one.name === name);
    if (field !== undefined) return field.channels[0]!;
    throw unfit(id, `no field is named “${name}”`, `The fields are ${namesOf(side.fields)}.`);
  });
  const gained: MixTerm[] = [{ to: channel, from: density!, factor: () => sign }];
  if (energy !== undefined) gained.push({ to: energy, from: channel, factor: () => sign });
  return { ...atRest, mix: gained };
}

function onlyOf(vectors: readonly ChannelGroup[]): ChannelGroup | undefined {
  const usual = vectors.filter(({ name }) => ["v", "u", "velocity"].includes(name.toLowerCase()));
  if (usual.length === 1) return usual[0];
  return vectors.length === 1 ? vectors[0] : undefined;
}

/** A model that is told the time is the same at all times if its prediction does not change with that channel. */
function time({ timeField }: GeneratorOptions): Generator {
  const isTime = ({ name }: ChannelGroup): boolean =>
    timeField === "" ? ["t", "time"].includes(name.toLowerCase()) : name === timeField;
  return {
    id: "time",
    label: "time translation",
    formula: "X u = 1 on the field that holds the time",
    tex: String.raw`X u = 1 \quad\text{on the field that holds the time}`,
    flow: null,
    leavesBox: false,
    on(side) {
      const channel = side.fields?.find(isTime)?.channels[0];
      if (channel === undefined && side.steps === 0) {
        throw unfit(
          "time",
          "no input field holds the time, so the model is the same at all times by construction",
          "Name the field (--time-field on the command line), or leave this generator out.",
        );
      }
      return channel === undefined
        ? atRest
        : { ...atRest, shift: [{ to: channel, value: () => 1 }] };
    },
  };
}

/** Densities times a factor, velocities kept: a symmetry of the compressible Euler equations on any grid. */
function density({ weights }: GeneratorOptions): Generator {
  return {
    id: "density",
    label: "density scaling",
    formula: "X u = w u, w = 1 on densities",
    tex: String.raw`X u = w\,u,\quad w = 1 \;\text{on densities}`,
    flow: null,
    leavesBox: false,
    on(side) {
      const stated = weightsOf("density", side, weights);
      const densities = (side.fields ?? []).filter(({ kind }) => kind === "density");
      const chosen =
        stated.length > 0
          ? stated
          : densities.flatMap(({ channels }) => channels.map((c): [number, number] => [c, 1]));
      if (chosen.length === 0) {
        throw unfit(
          "density",
          "no field is a density",
          `State what scales, for example --field-weights rho:1,p:1; the fields are ${namesOf(side.fields)}.`,
        );
      }
      return { ...atRest, mix: weighted(chosen) };
    },
  };
}

function namesOf(fields: FieldSpec | null): string {
  return fields === null
    ? "not stated"
    : fields.map(({ name, kind }) => `${name} (${kind})`).join(", ");
}

function requireFields(id: string, { fields }: Side): void {
  if (fields !== null) return;
  throw unfit(
    id,
    "it must know how the channels transform",
    "State the fields (--fields and --output-fields on the command line), for example scalar:p,vector:v.",
  );
}

function needsAxes(id: string, { axes }: Side, wanted: string): UserError {
  const there =
    axes === 0 ? "on no grid" : `on a grid with ${axes} ${axes === 1 ? "axis" : "axes"}`;
  return unfit(id, `it needs ${wanted}, and these data are ${there}`, "Leave it out.");
}
