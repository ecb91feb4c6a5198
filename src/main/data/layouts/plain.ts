/** Files that only name their arrays: inputs and targets by their usual names, a lone array, particles. */
import { isBoundary } from "../../../shared/fields/boundary";
import { UserError } from "../../../shared/errors";
import type { ArrayFile } from "../arrayFile";
import type { ArraySource } from "../arraySource";
import {
  looksLikeLines,
  looksLikeSeries,
  maybeParticles,
  parseAxes,
  usualAxes,
  type Axis,
} from "../axes";
import { particleStates } from "../particles";
import { axesByMeshes } from "../meshes";
import { axesByTime, withoutCoordinates } from "./beside";
import type { Proposal } from "./proposal";

/** Names that mean inputs and targets by themselves, the first ones preferred. */
const pairs = [
  { input: "x", target: "y" },
  { input: "input", target: "target" },
  { input: "inputs", target: "targets" },
];

/**
 * undefined where several arrays may be meant.
 * @throws UserError "data/axes" where the array is clear and the meaning of its axes is not
 */
export function plain(file: ArrayFile): Proposal | undefined {
  const about = { layout: file.format, evidence: [] };
  // Written by this program: states, with coordinates called x and y beside them.
  const states = file.arrays.get("states");
  if (states !== undefined) {
    const axes = statedAxes(file, states) ?? usualAxes(states.shape.length, true);
    if (axes === undefined) throw unknownAxes(states);
    return {
      ...about,
      evidence: ["It has an array states, as this program writes them."],
      input: [{ array: states, axes }],
      ...saidBy(file),
      notices: [],
    };
  }
  const named = pairOf(file);
  if (named !== undefined) {
    const { input, target, notices } = named;
    // Beside a target of its own shape there is no time in an input: rows of few numbers are particles.
    const paired = target?.shape.join() === input.shape.join();
    const stated = statedAxes(file, input);
    const series = paired && looksLikeSeries(input.shape);
    const meshed = axesByMeshes(input, file.arrays, usualFor(input));
    const axes = stated ?? meshed ?? (series ? parseAxes("b,p,c") : axesOf(input));
    return {
      ...about,
      evidence: stated === undefined ? [] : [`It says what the axes of ${input.name} are.`],
      input: [{ array: input, axes }],
      ...(target === undefined ? {} : { target: [targetPart(target, input, axes)] }),
      ...saidBy(file),
      notices: [
        ...notices,
        ...(stated !== undefined ? [] : meshed === undefined ? assumptions(input, axes) : toldByMeshes(input, axes)), // prettier-ignore
      ],
    };
  }
  const particles = particleStates(file.arrays);
  if (particles !== undefined) {
    return {
      ...about,
      evidence: [`It has ${particles.array.name}, as trajectories of particles do.`],
      input: [{ array: particles.array, axes: parseAxes("n,t,p,c") }],
      fields: particles.fields,
      notices: [],
    };
  }
  const candidates = candidatesIn(file);
  const train = trainingPart(candidates);
  const only = train ?? candidates[0];
  if (only === undefined || (train === undefined && candidates.length !== 1)) return undefined;
  const byTime = axesByTime(only, file.arrays);
  const meshed = axesByMeshes(only, file.arrays, byTime ?? usualFor(only));
  const axes = meshed ?? byTime ?? axesOf(only);
  const others = candidates.filter((array) => array !== only);
  const beside = others.map(({ name }) => name).join(", ");
  return {
    ...about,
    evidence:
      train === undefined ? [] : [`It has ${train.name} beside ${beside}, parts of one data set.`],
    input: [{ array: only, axes }],
    others: others.map((array) => ({ array, axes })),
    ...saidBy(file),
    notices: [
      ...(meshed !== undefined
        ? toldByMeshes(only, axes)
        : byTime === undefined
          ? assumptions(only, axes)
          : [`${calledAxes(only)} taken as ${axes.join(", ")}, by the number of times beside it.`]),
      ...(train === undefined
        ? []
        : [
            `States are those of ${train.name}; name ${beside} for others (--input on the command line).`,
          ]),
    ],
  };
}

/** The arrays that may hold states, where names tell nothing. */
export function candidatesIn({ arrays }: Pick<ArrayFile, "arrays">): ArraySource[] {
  return [...withoutCoordinates(arrays).values()].filter(({ shape }) => shape.length >= 2);
}

/** What a file is trained on, where all that it holds are parts of one data set, as APEBench's: train and test. */
function trainingPart(arrays: readonly ArraySource[]): ArraySource | undefined {
  const parts = arrays.map(({ name }) =>
    /^(train|test|val)(ing|id|idation)?([_-].*)?$/i.exec(name),
  );
  const at = parts.findIndex((part) => part?.[1]?.toLowerCase() === "train");
  const trained = arrays[at];
  if (trained === undefined || arrays.length < 2) return undefined;
  const alike = arrays.every(
    ({ shape }, i) =>
      parts[i] !== null &&
      (i === at || parts[i]![1]!.toLowerCase() !== "train") &&
      parts[i]![3] === parts[at]![3] &&
      shape.length === trained.shape.length &&
      shape.slice(2).join() === trained.shape.slice(2).join(),
  );
  return alike ? trained : undefined;
}

/** What the file says of its states; a boundary that nobody here understands is as good as none. */
function saidBy({
  fields,
  outputFields,
  boundary,
}: ArrayFile): Pick<Proposal, "fields" | "outputFields" | "boundary"> {
  return {
    fields,
    outputFields,
    boundary: boundary !== undefined && isBoundary(boundary) ? boundary : undefined,
  };
}

/** What the file itself says of an input of as many axes. */
function statedAxes({ axes }: ArrayFile, { shape }: ArraySource): readonly Axis[] | undefined {
  const stated = axes === undefined ? undefined : parseAxes(axes);
  return stated?.length === shape.length ? stated : undefined;
}

/** The array that holds the targets of that input, by the usual names. */
export function partnerOf(file: ArrayFile, input: ArraySource): ArraySource | undefined {
  const partner = pairs.find((names) => names.input === input.name)?.target ?? "y";
  return targetFor(input, file.arrays.get(partner));
}

/** What was assumed of an array whose axes nothing states, each a sentence that starts with "Axes of". */
export function assumptions(array: ArraySource, axes: readonly Axis[]): string[] {
  const { shape } = array;
  const called = calledAxes(array);
  const particles = maybeParticles(shape, axes);
  if (particles === undefined) return [`${called} taken as ${axes.join(", ")}.`];
  const [count, numbers] = shape.slice(-2);
  const points = shape.slice(axes.indexOf("channel") + 1).join(" × ");
  return [
    `${called} taken as ${axes.join(", ")}, a grid of ${points} points. If it holds ${count} particles of ${numbers} numbers each, name its axes ${particles} (--axes on the command line).`,
  ];
}

const calledAxes = ({ name }: ArraySource): string => `Axes of ${name || "the array"}`;

/** What the axes of a target are, beside an input whose are known. */
export function targetPart(
  target: ArraySource,
  input: ArraySource,
  axes: readonly Axis[],
): { array: ArraySource; axes: readonly Axis[] } {
  const sameRank = target.shape.length === input.shape.length;
  return { array: target, axes: sameRank ? axes : axesOf(target) };
}

/** The axes that arrays of positions beside it tell, and that they do. */
export function toldByMeshes(array: ArraySource, axes: readonly Axis[]): string[] {
  return [`${calledAxes(array)} taken as ${axes.join(", ")}, by the positions beside it.`];
}

/** @throws UserError "data/axes" */
export function axesOf(array: ArraySource): readonly Axis[] {
  const axes = usualFor(array);
  if (axes === undefined) throw unknownAxes(array);
  return axes;
}

/** By its shape alone; undefined where it may be many things. */
export function usualFor({ shape }: ArraySource): readonly Axis[] | undefined {
  if (looksLikeLines(shape)) return parseAxes("n,t,c,x");
  if (looksLikeSeries(shape)) return parseAxes("n,t,c");
  return usualAxes(shape.length, false);
}

function pairOf(
  file: ArrayFile,
): { input: ArraySource; target: ArraySource | undefined; notices: string[] } | undefined {
  const arrays = withoutCoordinates(file.arrays);
  for (const names of pairs) {
    const input = arrays.get(names.input);
    if (input === undefined || input.shape.length < 2) continue;
    const target = targetFor(input, arrays.get(names.target));
    const targets = target === undefined ? "" : ` and targets from ${target.name}`;
    const notices =
      names.input === "x"
        ? []
        : [`Inputs are taken from ${names.input}${targets}, since the file has no x.`];
    return { input, target, notices };
  }
  return undefined;
}

/** The array that goes by a target's name, unless it is the coordinate y of fields called x. */
function targetFor(input: ArraySource, named: ArraySource | undefined): ArraySource | undefined {
  const isCoordinate = named?.shape.length === 1 && input.shape.length > 2;
  return named === input || isCoordinate ? undefined : named;
}

function unknownAxes({ where, shape }: ArraySource): UserError {
  return new UserError(
    "data/axes",
    `What the axes of ${where} [${shape.join(", ")}] mean is not known.`,
    { where, todo: "Name each (--axes on the command line), like n,t,c,y,x." },
  );
}
