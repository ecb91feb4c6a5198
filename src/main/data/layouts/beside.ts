/** Arrays that only say where or when the values of a larger one lie, and what they say of its axes. */
import type { ArraySource } from "../arraySource";
import { looksLikeLines, looksLikeSeries, parseAxes, type Axis } from "../axes";

type Arrays = ReadonlyMap<string, ArraySource>;

/** As people call the times of states. */
const times = ["t", "time", "times"];

/**
 * The arrays that may hold inputs, states or targets: positions of a grid's points are none, nor those of [1, n] or [n, 1]
 * beside a field along n points.
 */
export function withoutCoordinates(arrays: Arrays): Map<string, ArraySource> {
  // One of each shape: of thousands of arrays each would be held against each.
  const fields = new Map<string, readonly number[]>();
  for (const { shape } of arrays.values()) if (shape.length > 2) fields.set(shape.join(), shape);
  const along = [...fields.values()];
  return new Map(
    [...arrays].filter(
      ([, array]) =>
        array.mesh === undefined && !along.some((field) => isCoordinateOf(array, field)),
    ),
  );
}

/** MATLAB has no vectors: [1, n] and [n, 1] are its. As many rows as the field has samples may be inputs of these. */
function isCoordinateOf({ name, shape }: ArraySource, field: readonly number[]): boolean {
  const length = lengthOf(shape);
  if (length === undefined || shape.length !== 2) return false;
  const paired = shape[0] === field[0] && !times.includes(name.toLowerCase());
  return !paired && field.includes(length);
}

/** Of a vector, also one with a second axis of one; undefined where it is no vector. */
function lengthOf(shape: readonly number[]): number | undefined {
  if (shape.length === 1) return shape[0];
  const length = Math.max(...shape);
  return shape.length === 2 && Math.min(...shape) === 1 && length > 1 ? length : undefined;
}

/**
 * The axes of a field beside which there are as many times as one of them is long, and that alone: [n, x, y, t] where it
 * is the last, as MATLAB's generators of the Fourier neural operator write (Li et al. 2020, arXiv:2010.08895), and
 * [n, t, y, x] where it is the second. undefined where no times tell.
 */
export function axesByTime({ shape }: ArraySource, arrays: Arrays): readonly Axis[] | undefined {
  const array = [...arrays.values()].find(({ name }) => times.includes(name.toLowerCase()));
  const count = array === undefined ? undefined : lengthOf(array.shape);
  const at = count === undefined || count < 2 ? -1 : shape.indexOf(count);
  if (at < 0 || shape.lastIndexOf(count!) !== at) return undefined;
  if (looksLikeLines(shape) || looksLikeSeries(shape)) return undefined;
  const axes = byTime[`${shape.length}:${at}`];
  return axes === undefined ? undefined : parseAxes(axes);
}

/** By the number of axes and the place of time; others have their usual meaning. */
const byTime: Readonly<Record<string, string>> = {
  "3:0": "t,y,x",
  "3:1": "n,t,x",
  "3:2": "n,x,t",
  "4:1": "n,t,y,x",
  "4:3": "n,x,y,t",
};
