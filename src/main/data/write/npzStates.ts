/** States, or pairs of inputs and targets, written as .npz: in canonical order, positions and times beside them. */
import { crc32 } from "node:zlib";
import { showFieldSpec, type FieldSpec } from "../../../shared/fields/spec";
import { showUnits } from "../../../shared/fields/units";
import { showPhysics } from "../../../shared/physics/stated";
import { allocate, sizeOf, type Tensor } from "../../../shared/tensor";
import { atomicWrite } from "../atomic";
import { showAxes, usualAxes, type Axis } from "../axes";
import type { ConvertOptions, Converted } from "../convert";
import { isSpatial, stepOf } from "../coordinates";
import type { DataSet } from "../dataset";
import { encodeNpy } from "../npy";
import { encodeNpyText } from "../npyText";
import type { StatePlace, States } from "../states";
import { zipArchive, type StreamedContent, type ZipContent } from "../zipWriter";

/** Values held at once. */
const MOST_VALUES = 2 ** 21;

/**
 * Writes `states`, and `time`, `z`, `y`, `x` where known, else `dt`; of pairs `x` and `y`, and positions as `grid_x` and so
 * on. Channel groups, boundary, physics, origin and units lie
 * in texts of those names (groups in `fields`), sides that no coordinates tell in `length`, channels' names without kinds in
 * `names`, where this program finds them again; axes that the shape does not tell in `axes`, fields of targets that are not the inputs'
 * in `outputFields`.
 * @throws UserError "file/…"
 */
export async function writeNpzStates(
  data: DataSet,
  out: string,
  options: ConvertOptions,
): Promise<Converted> {
  const {
    states,
    stored,
    coordinates,
    fields,
    outputFields,
    boundary,
    physics,
    origin,
    dt,
    units,
  } = data;
  const [firstTime, endTime] = options.times;
  // Samples without time are written without it: its axis would be one of trajectories of a single state.
  const inTime = stored === undefined || states.times > 1;
  const arrays: StreamedContent[] = [];
  const held = stored === undefined ? { states } : { x: states, y: stored };
  const share = 1 / Object.keys(held).length;
  for (const [name, some] of Object.entries(held)) {
    const from = arrays.length * share;
    arrays.push(await streamed(name, some, inTime, options, { from, to: from + share }));
  }
  const line = (values: readonly number[]): Tensor => ({
    dtype: "float64",
    shape: [values.length],
    data: Float64Array.from(values),
  });
  const known: [string, Tensor][] = Object.entries(coordinates).map(([axis, values]) => [
    stored === undefined || axis === "time" ? axis : `grid_${axis}`,
    line(axis === "time" ? values.slice(firstTime, endTime) : values),
  ]);
  if (coordinates.time === undefined && dt !== undefined) known.push(["dt", line([dt])]);
  const names = fields === undefined ? namesOf(data) : undefined;
  const sides = sidesBeyond(data);
  const axes = axesBeyond(states, stored, inTime);
  const stated = {
    ...(fields === undefined ? {} : { fields: showFieldSpec(fields) }),
    ...(stored === undefined || outputFields === undefined || sameFields(fields, outputFields)
      ? {}
      : { outputFields: showFieldSpec(outputFields) }),
    ...(axes === undefined ? {} : { axes }),
    ...(boundary === undefined ? {} : { boundary }),
    ...(physics === undefined ? {} : { physics: showPhysics(physics) }),
    ...(origin === undefined ? {} : { origin }),
    ...(sides === undefined ? {} : { length: sides.join() }),
    ...(Object.keys(units).length === 0 ? {} : { units: showUnits(units) }),
    ...(names === undefined ? {} : { names: names.join() }),
  };
  const contents: (ZipContent | StreamedContent)[] = [
    ...arrays,
    ...known.map(([name, tensor]) => ({ name: `${name}.npy`, parts: encodeNpy(tensor) })),
    ...Object.entries(stated).map(([name, text]) => ({
      name: `${name}.npy`,
      parts: encodeNpyText(text),
    })),
  ];
  await atomicWrite(out, zipArchive(contents, { deflated: false }));
  const count = options.trajectories[1] - options.trajectories[0];
  return {
    shape: [count, endTime - firstTime, ...states.shape],
    axes: data.axes,
    arrays: [...Object.keys(held), ...known.map(([name]) => name)],
    notices: [],
  };
}

/** Passes that an array is read in, as parts of all there is to do. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A zip entry begins with its checksum, so everything is read twice: once for it, once to be written. */
async function streamed(
  name: string,
  states: States,
  inTime: boolean,
  options: ConvertOptions,
  { from, to }: Stretch,
): Promise<StreamedContent> {
  const places = placesIn(options);
  const { dtype } = await states.read([]);
  const count = options.trajectories[1] - options.trajectories[0];
  const times = options.times[1] - options.times[0];
  const shape = [count, ...(inTime ? [times] : []), ...states.shape];
  const [header] = encodeNpy({ dtype, shape, data: allocate(dtype, 0) });
  const step = Math.max(1, Math.floor(MOST_VALUES / Math.max(1, sizeOf(states.shape))));
  async function* pieces(first: number, last: number): AsyncGenerator<Uint8Array> {
    yield header;
    for (let at = 0; at < places.length; at += step) {
      options.signal.throwIfAborted();
      options.onProgress(first + ((last - first) * at) / places.length);
      yield encodeNpy(await states.read(places.slice(at, at + step)))[1];
    }
  }
  // Checksums of all arrays come before any of them is written.
  let [crc, size] = [0, 0];
  for await (const piece of pieces(from / 2, to / 2)) {
    crc = crc32(piece, crc);
    size += piece.length;
  }
  return { name: `${name}.npy`, size, crc, bytes: () => pieces(0.5 + from / 2, 0.5 + to / 2) };
}

/** The axes, where the shape alone would tell others; undefined where it tells them. */
function axesBeyond(
  { axes, shape }: States,
  stored: States | undefined,
  inTime: boolean,
): string | undefined {
  const written: Axis[] = ["trajectory", ...(inTime ? (["time"] as const) : []), ...axes];
  const usual = stored === undefined ? usualAxes(shape.length + 2, true) : undefined;
  return usual?.join() === written.join() ? undefined : showAxes(written);
}

function sameFields(one: FieldSpec | undefined, other: FieldSpec): boolean {
  return one !== undefined && showFieldSpec(one) === showFieldSpec(other);
}

/** What the channels are called, where nobody said how they transform. */
export function namesOf({ channels }: DataSet): string[] | undefined {
  const isNamed = channels.every(({ group }) => group !== "");
  return isNamed ? channels.map(({ name }) => name) : undefined;
}

/** Sides of the box that are known, unless the coordinates beside the states tell them. */
function sidesBeyond({
  grid,
  spacing,
  states,
  coordinates,
}: DataSet): readonly number[] | undefined {
  if (grid === undefined || spacing === null) return undefined;
  const axes = states.axes.filter(isSpatial);
  const told = axes.every((axis, i) => {
    const step = Math.abs(stepOf(coordinates[axis]) ?? Number.NaN);
    return Math.abs(step - spacing[i]!) <= 1e-9 * spacing[i]!;
  });
  return told ? undefined : grid.length;
}

function placesIn({ trajectories, times }: ConvertOptions): StatePlace[] {
  const places: StatePlace[] = [];
  for (let trajectory = trajectories[0]; trajectory < trajectories[1]; trajectory++) {
    for (let time = times[0]; time < times[1]; time++) places.push({ trajectory, time });
  }
  return places;
}
