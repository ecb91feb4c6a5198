/** Times and positions of grid points, from the lines and grids of them that lie beside the states. */
import { UserError } from "../../shared/errors";
import { sizeOf, toFloat64 } from "../../shared/tensor";
import { periodicAlong } from "../../shared/fields/boundary";
import type { Grid } from "../../shared/fields/spec";
import type { ArraySource } from "./arraySource";
import type { Axis } from "./axes";
import { meshesIn } from "./meshes";
import type { States } from "./states";

export type CoordinateAxis = "time" | "z" | "y" | "x";

export type Coordinates = Readonly<Partial<Record<CoordinateAxis, readonly number[]>>>;

/** How people call them, the first found is taken. */
const names: Readonly<Record<CoordinateAxis, readonly string[]>> = {
  time: ["time", "t", "times", "t-coordinate"],
  z: ["z", "grid_z", "z-coordinate"],
  y: ["y", "grid_y", "y-coordinate"],
  x: ["x", "grid_x", "x-coordinate"],
};

/** Reads those whose length fits their axis. Some writers give one time more than there are states; it is dropped. */
export async function readCoordinates(
  arrays: ReadonlyMap<string, ArraySource>,
  states: States,
  known: Readonly<Partial<Record<CoordinateAxis, ArraySource>>> = {},
): Promise<Coordinates> {
  const found: Partial<Record<CoordinateAxis, number[]>> = {};
  for (const axis of ["time", "z", "y", "x"] as const) {
    const extent = axis === "time" ? states.times : states.shape[states.axes.indexOf(axis)];
    if (extent === undefined) continue;
    for (const array of candidatesFor(axis, arrays, states, known)) {
      const values = await valuesAlong(array, extent, axis === "time");
      if (values === undefined) continue;
      found[axis] = values;
      break;
    }
  }
  return found;
}

function candidatesFor(
  axis: CoordinateAxis,
  arrays: ReadonlyMap<string, ArraySource>,
  states: States,
  known: Readonly<Partial<Record<CoordinateAxis, ArraySource>>>,
): ArraySource[] {
  const meshes = meshesIn(arrays).filter(({ mesh }) => mesh.along === axis);
  const found = [known[axis], ...names[axis].map((name) => arrays.get(name)), ...meshes];
  return found.filter(
    (array): array is ArraySource =>
      array !== undefined && !states.parts.some((part) => part.array === array),
  );
}

/**
 * A sentence where positions fit another axis than the one that they are named after, and not their own: axes are then
 * probably not in the order that they are taken for.
 * @param found the coordinates that fit
 */
export function otherOrder(
  arrays: ReadonlyMap<string, ArraySource>,
  states: States,
  found: Coordinates,
  known: Readonly<Partial<Record<CoordinateAxis, ArraySource>>> = {},
): string[] {
  const extents = new Map<Axis, number>([
    ["trajectory", states.trajectories],
    ["time", states.times],
    ...states.axes.map((axis, i): [Axis, number] => [axis, states.shape[i]!]),
  ]);
  const fits = (axis: CoordinateAxis, length: number, extent: number): boolean =>
    extent > 1 && (length === extent || (axis === "time" && length === extent + 1));
  for (const axis of ["time", "z", "y", "x"] as const) {
    if (found[axis] !== undefined || (extents.get(axis) ?? 1) === 1) continue;
    for (const { name, shape } of candidatesFor(axis, arrays, states, known)) {
      const length = shape[0]!;
      const other = [...extents].find(
        ([one, extent]) => one !== axis && one !== "channel" && fits(axis, length, extent),
      )?.[0];
      if (shape.length !== 1 || other === undefined) continue;
      return [
        `${name} has ${length} values, but ${axis} ${extents.get(axis)!} points: the axes may be in another order, ${axis} where ${other} is read. Name them (--axes on the command line).`,
      ];
    }
  }
  return [];
}

/**
 * The first `extent` values of an array that has as many, or one more where that may be; of two axes its first row, or only column.
 * undefined where it has not, or some are not finite: the fill values of a dimension without values.
 */
async function valuesAlong(
  array: ArraySource,
  extent: number,
  mayHaveOneMore: boolean,
): Promise<number[] | undefined> {
  const { shape, mesh } = array;
  if (mesh !== undefined) {
    if (shape[mesh.at] !== extent) return undefined;
    const line = shape.map((n, i) => (i === mesh.at ? n : 1));
    return Array.from(
      toFloat64({ data: await array.readBoxes([{ start: shape.map(() => 0), count: line }]) }),
    );
  }
  // A column of MATLAB's is a vector.
  const down = shape.length === 2 && shape[1] === 1 && extent > 1;
  const length = down ? shape[0] : shape.at(-1);
  if (shape.length < 1 || shape.length > 2 || shape[0] === 0) return undefined;
  if (length !== extent && !(mayHaveOneMore && length === extent + 1)) return undefined;
  const start = shape.map(() => 0);
  const count = down ? [extent, 1] : [...shape.slice(1).map(() => 1), extent];
  const data = await array.readBoxes([{ start, count }]);
  const values = Array.from(toFloat64({ data }));
  return values.every(Number.isFinite) ? values : undefined;
}

/** The time step that a file states by a single number beside the states. */
export async function readTimeStep(
  arrays: ReadonlyMap<string, ArraySource>,
): Promise<number | undefined> {
  for (const name of ["dt", "delta_t", "time_step"]) {
    const array = arrays.get(name);
    if (array === undefined || sizeOf(array.shape) !== 1) continue;
    const step = toFloat64({ data: await array.read() })[0]!;
    if (step > 0 && Number.isFinite(step)) return step;
  }
  return undefined;
}

/** The step between values, where it is the same everywhere. */
export function stepOf(values: readonly number[] | undefined): number | undefined {
  if (values === undefined || values.length < 2) return undefined;
  const step = (values.at(-1)! - values[0]!) / (values.length - 1);
  // Coordinates stored as float32 jitter by 1e-7 of their size.
  const slack = 1e-3 * Math.abs(step);
  const even = values.every((value, i) => Math.abs(value - values[0]! - i * step) <= slack);
  return even && step !== 0 ? step : undefined;
}

/** With the times that a stated step leads to, from the first that is written. */
export function restated(coordinates: Coordinates, step: number | undefined): Coordinates {
  const { time } = coordinates;
  if (time === undefined || step === undefined || isStep(step, stepOf(time))) return coordinates;
  return { ...coordinates, time: time.map((_, i) => time[0]! + i * step) };
}

/** Whether it is what is written, as far as it is written: in float32. */
export function isStep(step: number, written: number | undefined): boolean {
  return written !== undefined && Math.abs(step - written) <= 1e-6 * Math.abs(written);
}

export interface Box {
  readonly grid: Grid;
  /** Distance of grid points along each axis; null where it is assumed. */
  readonly spacing: readonly number[] | null;
}

/** Sides of the box as somebody states them, in the order of the axes, or the longest alone. */
export interface StatedSides {
  readonly length: readonly number[] | undefined;
  /** Whether coordinates in the file go before them: they were stated of files of its kind, not of this one. */
  readonly ofItsKind: boolean;
}

/**
 * The plane (or line, or space) that the states live on. Sides are those that are stated of the file, else come from its
 * coordinates, else are those stated of its kind, else the longest is 1; a side that nothing speaks of has the cells of
 * the others. A periodic side is one spacing longer than the distance from its first to its last point.
 * @param boundary `periodic`, `open`, or one a direction
 * @throws UserError "data/boundary", "data/length" where they are neither one nor as many as the axes
 */
export function boxOf(
  states: States,
  coordinates: Coordinates,
  boundary: string | undefined,
  { length, ofItsKind }: StatedSides,
): Box | undefined {
  const axes = states.axes.filter(isSpatial);
  if (axes.length === 0) return undefined;
  const size = axes.map((axis) => states.shape[states.axes.indexOf(axis)]!);
  const given = axes.map((axis) => stepOf(coordinates[axis])).map((step) => step && Math.abs(step));
  const stated = length === undefined ? undefined : cellsOf(size, length, states.where);
  const known = given.map((step, i) => (ofItsKind ? (step ?? stated?.[i]) : (stated?.[i] ?? step)));
  const usual = known.find((step) => step !== undefined) ?? 1 / Math.max(...size);
  return {
    grid: {
      size,
      length: size.map((points, i) => (known[i] ?? usual) * points),
      periodic: periodicAlong(boundary, axes),
    },
    spacing: known.every((step) => step !== undefined) ? known : null,
  };
}

function cellsOf(size: readonly number[], length: readonly number[], where: string): number[] {
  if (length.length === 1) return size.map(() => length[0]! / Math.max(...size));
  if (length.length === size.length) return size.map((points, i) => length[i]! / points);
  throw new UserError(
    "data/length",
    `${length.length} sides are stated for a box of ${size.length} ${size.length === 1 ? "axis" : "axes"}.`,
    { where, todo: "State one for each axis, or the longest alone." },
  );
}

/** Whether it is a direction of the grid. */
export function isSpatial(axis: Axis): axis is "x" | "y" | "z" {
  return axis === "x" || axis === "y" || axis === "z";
}
