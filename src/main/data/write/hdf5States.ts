/** States written as HDF5 in a layout of the public collections: one state at a time, from our order of axes into theirs. */
import { basename, extname } from "node:path";
import { UserError } from "../../../shared/errors";
import { directionKinds } from "../../../shared/fields/boundary";
import {
  channelSigns,
  showFieldSpec,
  withoutReadings,
  type FieldSpec,
} from "../../../shared/fields/spec";
import { showUnits } from "../../../shared/fields/units";
import { showPhysics } from "../../../shared/physics/stated";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import type { ConvertOptions, Converted } from "../convert";
import { isSpatial, stepOf, type CoordinateAxis } from "../coordinates";
import type { DataSet } from "../dataset";
import { Hdf5Writer, type Numbers } from "../hdf5/writer";
import { namesOf } from "./npzStates";
import {
  OWN_ASSUMED,
  OWN_BOUNDARY,
  OWN_FIELDS,
  OWN_NAMES,
  OWN_ORIGIN,
  OWN_PHYSICS,
  OWN_UNITS,
} from "./ownWords";
import type { Direction, FileLayout, StateArray, Written } from "./layout";

/**
 * @param layoutOf theWell or pdebench
 * @throws UserError "convert/no-grid" for data on no grid, "file/…"; what `signal` throws: then nothing is written
 */
export async function writeHdf5(
  data: DataSet,
  out: string,
  layoutOf: (written: Written) => FileLayout,
  options: ConvertOptions,
): Promise<Converted> {
  const { states, boundary, physics, origin } = data;
  const written = writtenOf(data, basename(out, extname(out)), options);
  const layout = layoutOf(written);
  const like = floating(await states.read([]));
  const file = await Hdf5Writer.open(out);
  try {
    for (const group of layout.groups) file.group(group);
    for (const { path, values } of layout.lines) {
      file.array(path, Float64Array.from(values), [values.length]);
    }
    for (const { path, values } of layout.masks ?? []) file.truths(path, values);
    for (const [path, value] of Object.entries(layout.numbers ?? {})) {
      file.array(path, Float64Array.of(value), []);
    }
    for (const array of layout.states) {
      const shape = shapeOf(array, written);
      file.empty(array.path, like, shape, written.points.length + array.tail.length);
      for (const [name, value] of Object.entries(array.attributes ?? {})) {
        file.attribute(array.path, name, value);
      }
    }
    for (const [path, attributes] of Object.entries(layout.attributes)) {
      for (const [name, value] of Object.entries(attributes)) file.attribute(path, name, value);
    }
    if (data.fields !== undefined)
      file.attribute("/", OWN_FIELDS, showFieldSpec(withoutReadings(layout.order)));
    else file.attribute("/", OWN_NAMES, (namesOf(data) ?? []).join());
    const assumed = assumedIn(data);
    if (assumed.length > 0) file.attribute("/", OWN_ASSUMED, assumed.join());
    if (boundary !== undefined) file.attribute("/", OWN_BOUNDARY, boundary);
    if (physics !== undefined) file.attribute("/", OWN_PHYSICS, showPhysics(physics));
    if (origin !== undefined) file.attribute("/", OWN_ORIGIN, origin);
    units(file, data, written, layout);
    await fill(file, data, written, layout, options);
    await file.finish();
  } finally {
    await file.discard();
  }
  return {
    shape: [written.trajectories, written.times, ...states.shape],
    axes: data.axes,
    arrays: layout.states.map(({ path }) => path),
    notices: noticesOf(data),
  };
}

/** At each array whose values have one unit, where NetCDF's readers look too, and all of them at the file. */
function units(file: Hdf5Writer, data: DataSet, { fields }: Written, layout: FileLayout): void {
  const known = data.units;
  if (Object.keys(known).length === 0) return;
  const put = (path: string, unit: string | undefined): void => {
    if (unit !== undefined) file.attribute(path, "units", unit);
  };
  for (const { path, channels } of layout.states) {
    const own = new Set(
      fields.flatMap((field) =>
        field.channels.some((channel) => channels.includes(channel)) ? [known[field.name]] : [],
      ),
    );
    if (own.size === 1) put(path, [...own][0]);
  }
  for (const { path } of layout.lines) put(path, known[path.split("/").at(-1)!.charAt(0)]);
  file.attribute("/", OWN_UNITS, showUnits(known));
}

async function fill(
  file: Hdf5Writer,
  { states }: DataSet,
  written: Written,
  layout: FileLayout,
  { trajectories, times, signal, onProgress }: ConvertOptions,
): Promise<void> {
  const signs = channelSigns(written.fields);
  for (let trajectory = 0; trajectory < written.trajectories; trajectory++) {
    const arrays = layout.states.filter((one) => (one.trajectory ?? trajectory) === trajectory);
    for (let time = 0; time < written.times; time++) {
      signal.throwIfAborted();
      onProgress((trajectory * written.times + time) / (written.trajectories * written.times));
      const place = { trajectory: trajectories[0] + trajectory, time: times[0] + time };
      const state = floating(await states.read([place]));
      for (const array of arrays) {
        const values = arranged(state, array.channels, signs, written.points);
        const shape = shapeOf(array, written);
        const outer = array.trajectory === undefined ? [trajectory, time] : [time];
        const inner = shape.slice(outer.length);
        file.write(array.path, [...outer, ...inner.map(() => 0)], [...outer.map(() => 1), ...inner], values); // prettier-ignore
      }
    }
  }
}

function shapeOf({ trajectory, tail }: StateArray, written: Written): number[] {
  return [
    ...(trajectory === undefined ? [written.trajectories] : []),
    written.times,
    ...written.points,
    ...tail,
  ];
}

/** Values [c, …z, y, x] of a state as [x, y, z, c], vectors as their components x, y, z however the file stores them. */
function arranged(
  state: Numbers,
  channels: readonly number[],
  signs: readonly number[],
  points: readonly number[],
): Numbers {
  const size = sizeOf(points);
  const count = channels.length;
  const out = state instanceof Float32Array ? new Float32Array(size * count) : new Float64Array(size * count); // prettier-ignore
  // Along our order the last direction of theirs is the slowest.
  const strides = points.map((_, i) => sizeOf(points.slice(i + 1)));
  const at = points.map(() => 0);
  for (let from = 0; from < size; from++) {
    const to = at.reduce((sum, index, i) => sum + index * strides[i]!, 0);
    for (let c = 0; c < count; c++) {
      out[to * count + c] = signs[channels[c]!]! * state[channels[c]! * size + from]!;
    }
    for (let i = 0; i < at.length && ++at[i]! === points[i]; i++) at[i] = 0;
  }
  return out;
}

function floating(tensor: Tensor): Numbers {
  return tensor.data instanceof Float32Array ? tensor.data : toFloat64(tensor);
}

/** @throws UserError "convert/no-grid" */
function writtenOf(data: DataSet, name: string, { trajectories, times }: ConvertOptions): Written {
  const { states, grid, coordinates, boundary, path, dt } = data;
  const directions = (["x", "y", "z"] as const).filter((axis) => states.axes.includes(axis));
  if (grid === undefined || directions.length === 0) {
    throw new UserError("convert/no-grid", `${path} holds no fields on a grid.`, {
      where: path,
      todo: "Write .npz: these layouts are for fields.",
    });
  }
  const points = directions.map((axis) => states.shape[states.axes.indexOf(axis)]!);
  const steps = [...grid.length].reverse().map((length, i) => length / points[i]!);
  const along = (axis: Direction): readonly number[] => {
    const i = directions.indexOf(axis);
    if (i < 0) return [];
    const read = coordinates[axis];
    const step = Math.abs(stepOf(read) ?? steps[i]!);
    // Sides that were stated go before those of the file's own positions.
    if (read !== undefined && Math.abs(step - steps[i]!) <= 1e-6 * steps[i]!) return read;
    return Array.from({ length: points[i]! }, (_, k) => k * steps[i]!);
  };
  const [first, end] = times;
  const time = coordinates.time ?? Array.from({ length: states.times }, (_, k) => k * (dt ?? 1));
  return {
    fields: data.fields ?? unnamed(data),
    directions,
    points,
    trajectories: trajectories[1] - trajectories[0],
    times: end - first,
    coordinates: { x: along("x"), y: along("y"), z: along("z"), time: time.slice(first, end) },
    boundary: boundary === undefined ? undefined : directionKinds(boundary),
    physics: data.physics,
    name,
  };
}

/** Every channel by itself, where nobody said what they are. */
function unnamed({ states, channels }: DataSet): FieldSpec {
  const count = states.shape[states.axes.indexOf("channel")] ?? 1;
  return Array.from({ length: count }, (_, c) => {
    // Without a group a name only counts.
    const name = channels[c]?.group || `channel_${c}`;
    return { name, kind: "scalar", channels: [c] };
  });
}

/** What is written because the layout needs it, and nobody said. */
function assumedIn({ states, spacing, coordinates, dt }: DataSet): CoordinateAxis[] {
  const directions = spacing === null ? states.axes.filter(isSpatial) : [];
  return [...(dt === undefined ? (["time"] as const) : []), ...directions].filter(
    (axis) => coordinates[axis] === undefined,
  );
}

function noticesOf(data: DataSet): string[] {
  const { boundary, assumedBoundary, fields } = data;
  const assumed = assumedIn(data);
  return [
    ...(assumed.some((axis) => axis !== "time") ? ["Nothing states the sides of the box: positions are written for a longest side of 1."] : []), // prettier-ignore
    ...(assumed.includes("time") ? ["Nothing states the time step: times are written as 0, 1, 2 …"] : []), // prettier-ignore
    ...(boundary === undefined ? [`Nothing states the boundary: none is written, and it is taken as ${assumedBoundary}.`] : []), // prettier-ignore
    ...(fields === undefined ? ["What the channels are is not stated: each is written as a scalar."] : []), // prettier-ignore
  ];
}
