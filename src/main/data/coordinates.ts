/** Times and positions of grid points, from the one-dimensional arrays that lie beside the states. */
import type { Grid } from "../../shared/fields/spec";
import { toFloat64 } from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import type { Axis } from "./axes";
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
): Promise<Coordinates> {
  const found: Partial<Record<CoordinateAxis, number[]>> = {};
  for (const axis of ["time", "z", "y", "x"] as const) {
    const extent = axis === "time" ? states.times : states.shape[states.axes.indexOf(axis)];
    if (extent === undefined) continue;
    for (const name of names[axis]) {
      const array = arrays.get(name);
      const length = array?.shape[0];
      if (array?.shape.length !== 1 || array === states.array) continue;
      if (length !== extent && !(axis === "time" && length === extent + 1)) continue;
      const values = Array.from(toFloat64({ data: await array.read() })).slice(0, extent);
      if (!values.every(Number.isFinite)) continue;
      found[axis] = values;
      break;
    }
  }
  return found;
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

/**
 * The plane (or line, or space) that the states live on; sides of length 1 where no coordinates say otherwise.
 * A periodic side is one spacing longer than the distance from its first to its last point.
 */
export function gridOf(
  states: States,
  coordinates: Coordinates,
  boundary: "periodic" | "open" | undefined,
): Grid | undefined {
  const axes = states.axes.filter((axis): axis is "z" | "y" | "x" => isSpatial(axis));
  if (axes.length === 0) return undefined;
  const size = axes.map((axis) => states.shape[states.axes.indexOf(axis)]!);
  return {
    size,
    length: axes.map((axis, i) => {
      const step = stepOf(coordinates[axis]);
      return step === undefined ? 1 : Math.abs(step) * size[i]!;
    }),
    periodic: axes.map(() => boundary !== "open"),
  };
}

/** Whether it is a direction of the grid. */
export function isSpatial(axis: Axis): boolean {
  return axis === "x" || axis === "y" || axis === "z";
}
