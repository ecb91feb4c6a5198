/** Which arrays of a file are inputs and targets, where options do not name them. */
import type { DataOptions } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import type { ArraySource } from "./arraySource";
import { parseAxes, usualAxes, type Axis } from "./axes";
import { arrayNamed, type ArrayFile } from "./npz";

export interface Roles {
  readonly input: ArraySource;
  readonly inputAxes: readonly Axis[];
  /** undefined where targets are the next states, or not there. */
  readonly target: { readonly array: ArraySource; readonly axes: readonly Axis[] } | undefined;
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
  const { input, target } = findArrays(file, options, notices);
  const inputAxes =
    options.axes === undefined
      ? usualAxes(input.shape.length, input.name === "states")
      : parseAxes(options.axes);
  if (inputAxes === undefined) throw unknownAxes(input);
  if (options.axes === undefined) {
    notices.push(`Axes of ${input.name || "the array"} taken as ${inputAxes.join(", ")}.`);
  }
  if (target === undefined) return { input, inputAxes, target, notices };
  const sameRank = target.shape.length === input.shape.length;
  const axes = sameRank ? inputAxes : usualAxes(target.shape.length, false);
  if (axes === undefined) throw unknownAxes(target);
  return { input, inputAxes, target: { array: target, axes }, notices };
}

function findArrays(
  file: ArrayFile,
  options: DataOptions,
  notices: string[],
): { input: ArraySource; target: ArraySource | undefined } {
  const stated = options.target === undefined ? undefined : arrayNamed(file, options.target);
  if (options.input !== undefined)
    return { input: arrayNamed(file, options.input), target: stated };
  // Written by this program: states, with coordinates called x and y beside them.
  const states = file.arrays.get("states");
  if (states !== undefined) return { input: states, target: stated };
  for (const names of pairs) {
    const input = file.arrays.get(names.input);
    if (input === undefined || input.shape.length < 2) continue;
    const target = stated ?? file.arrays.get(names.target);
    if (names.input !== "x") {
      notices.push(
        `Inputs are taken from ${names.input}${target === undefined ? "" : ` and targets from ${target.name}`}, since the file has no x.`,
      );
    }
    return { input, target };
  }
  const candidates = [...file.arrays.values()].filter(
    (array) => array.shape.length >= 2 && array !== stated,
  );
  const only = candidates[0];
  if (candidates.length === 1 && only !== undefined) return { input: only, target: stated };
  throw new UserError(
    "data/no-input",
    `${file.path} has no array x, and several that may be meant: ${showArrays(file)}.`,
    { where: file.path, todo: "Name the inputs with --input and the targets with --target." },
  );
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
    {
      where,
      todo: "Name each with --axes, like n,t,c,y,x.",
    },
  );
}
