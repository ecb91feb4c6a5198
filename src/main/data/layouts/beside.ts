/** Arrays that only say where or when the values of a larger one lie, and what they say of its axes. */
import type { ArraySource } from "../arraySource";
import {
  FEWEST_POINTS,
  looksLikeLines,
  looksLikeSeries,
  parseAxes,
  usualAxes,
  type Axis,
} from "../axes";
import { isSpatial } from "../coordinates";

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
export function axesByTime(
  { shape }: Pick<ArraySource, "shape">,
  arrays: Arrays,
): readonly Axis[] | undefined {
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

/**
 * The axes of a field beside one that has its shape and one axis more or less, which are channels: of rho [n, t, y, x]
 * and vel [n, t, y, x, 2]. They stand last or where they usually do, and are fewer than points. undefined where no array
 * tells.
 */
export function axesByChannels(
  { shape }: ArraySource,
  others: readonly ArraySource[],
  arrays: Arrays,
): readonly Axis[] | undefined {
  for (const other of others) {
    const [small, large] = other.shape.length > shape.length ? [shape, other.shape] : [other.shape, shape]; // prettier-ignore
    const at = channelsAt(small, large);
    if (at === undefined) continue;
    const told = axesByTime({ shape: small }, arrays);
    const without = told ?? withoutChannels(large);
    return small === shape ? without : without?.toSpliced(at, 0, "channel");
  }
  return undefined;
}

/** Which axis the larger shape has beyond the smaller one, if that may be channels. */
function channelsAt(small: readonly number[], large: readonly number[]): number | undefined {
  const usual = usualAxes(large.length, false);
  const axes = withoutChannels(large);
  if (usual === undefined || axes === undefined || large.length !== small.length + 1)
    return undefined;
  // Three axes and four may as well be series and lines, unless all that a plane has are points.
  const fewest = large.length === 4 ? FEWEST_POINTS : 1;
  const points = small.filter((_, i) => isSpatial(axes[i]!));
  if (large.length < 4 || points.some((extent) => extent < fewest)) return undefined;
  return [large.length - 1, usual.indexOf("channel")].find(
    (i) =>
      large.toSpliced(i, 1).join() === small.join() && points.every((extent) => extent > large[i]!),
  );
}

function withoutChannels({ length }: readonly number[]): Axis[] | undefined {
  return usualAxes(length, false)?.filter((axis) => axis !== "channel");
}
