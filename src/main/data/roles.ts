/** Which arrays of a file are inputs and targets, where options do not name them. */
import type { DataOptions } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import type { ArraySource } from "./arraySource";
import { parseAxes, usualAxes, type Axis } from "./axes";
import { arrayNamed, type ArrayFile } from "./npz";
import { particleStates, type ParticleStates } from "./particles";

export interface Roles {
  readonly input: ArraySource;
  readonly inputAxes: readonly Axis[];
  /** undefined where targets are the next states, or not there. */
  readonly target: { readonly array: ArraySource; readonly axes: readonly Axis[] } | undefined;
  /** Where the names of the arrays say how the channels transform. */
  readonly fields: string | undefined;
  /** What was assumed, each a sentence. */
  readonly notices: readonly string[];
}

/** Names that mean inputs and targets by themselves, the first ones preferred. */
const pairs = [
  { input: "x", target: "y" },
  { input: "input", target: "target" },
  { input: "inputs", target: "targets" },
];

/**
 * @throws UserError "data/no-input", "data/axes", "npz/no-array"
 */
export function findRoles(file: ArrayFile, options: DataOptions): Roles {
  const notices: string[] = [];
  const { input, target, particles } = findArrays(file, options, notices);
  const inputAxes =
    options.axes !== undefined
      ? parseAxes(options.axes)
      : particles !== undefined
        ? parseAxes("n,t,p,c")
        : usualAxes(input.shape.length, input.name === "states");
  if (inputAxes === undefined) throw unknownAxes(input);
  if (options.axes === undefined && particles === undefined && input.name !== "states") {
    notices.push(`Axes of ${input.name || "the array"} taken as ${inputAxes.join(", ")}.`);
  }
  const fields = particles?.fields ?? file.fields;
  if (target === undefined) return { input, inputAxes, target, fields, notices };
  const sameRank = target.shape.length === input.shape.length;
  const axes = sameRank ? inputAxes : usualAxes(target.shape.length, false);
  if (axes === undefined) throw unknownAxes(target);
  return { input, inputAxes, target: { array: target, axes }, fields, notices };
}

function findArrays(
  file: ArrayFile,
  options: DataOptions,
  notices: string[],
): {
  input: ArraySource;
  target: ArraySource | undefined;
  particles?: ParticleStates;
} {
  const stated = options.target === undefined ? undefined : arrayNamed(file, options.target);
  if (options.input !== undefined) {
    const input = arrayNamed(file, options.input);
    const partner = pairs.find((names) => names.input === options.input)?.target ?? "y";
    return { input, target: stated ?? targetFor(input, file.arrays.get(partner)) };
  }
  // Written by this program: states, with coordinates called x and y beside them.
  const states = file.arrays.get("states");
  if (states !== undefined) return { input: states, target: stated };
  for (const names of pairs) {
    const input = file.arrays.get(names.input);
    if (input === undefined || input.shape.length < 2) continue;
    const target = stated ?? targetFor(input, file.arrays.get(names.target));
    if (names.input !== "x") {
      const targets = target === undefined ? "" : ` and targets from ${target.name}`;
      notices.push(`Inputs are taken from ${names.input}${targets}, since the file has no x.`);
    }
    return { input, target };
  }
  const particles = particleStates(file.arrays);
  if (particles !== undefined) return { input: particles.array, target: stated, particles };
  const candidates = [...file.arrays.values()].filter(
    (array) => array.shape.length >= 2 && array !== stated,
  );
  const only = candidates[0];
  if (candidates.length === 1 && only !== undefined) return { input: only, target: stated };
  throw new UserError(
    "data/no-input",
    `${file.path} has no array x, and several that may be meant: ${showArrays(file)}.`,
    {
      where: file.path,
      todo: "Name the arrays of inputs and targets (--input, --target on the command line).",
    },
  );
}

/** The array that goes by a target's name, unless it is the coordinate y of fields called x. */
function targetFor(input: ArraySource, named: ArraySource | undefined): ArraySource | undefined {
  const isCoordinate = named?.shape.length === 1 && input.shape.length > 2;
  return named === input || isCoordinate ? undefined : named;
}

function showArrays(file: ArrayFile): string {
  return [...file.arrays.values()]
    .map(({ name, shape }) => `${name} [${shape.join(", ")}]`)
    .join(", ");
}

function unknownAxes({ where, shape }: ArraySource): UserError {
  return new UserError(
    "data/axes",
    `What the axes of ${where} [${shape.join(", ")}] mean is not known.`,
    { where, todo: "Name each (--axes on the command line), like n,t,c,y,x." },
  );
}
