/** States written as .npz: one array in canonical order, positions and times beside it. */
import { crc32 } from "node:zlib";
import { showFieldSpec } from "../../../shared/fields/spec";
import { showUnits } from "../../../shared/fields/units";
import { showPhysics } from "../../../shared/physics/stated";
import { allocate, sizeOf, type Tensor } from "../../../shared/tensor";
import { atomicWrite } from "../atomic";
import type { ConvertOptions, Converted } from "../convert";
import { isSpatial, stepOf } from "../coordinates";
import type { DataSet } from "../dataset";
import { encodeNpy } from "../npy";
import { encodeNpyText } from "../npyText";
import type { StatePlace } from "../states";
import { zipArchive, type StreamedContent, type ZipContent } from "../zipWriter";

/** Values held at once. */
const MOST_VALUES = 2 ** 21;

/**
 * Writes `states`, and `time`, `z`, `y`, `x` where known, else `dt`; channel groups, boundary, physics, origin and units lie
 * in texts of those names (groups in `fields`), sides that no coordinates tell in `length`, channels' names without kinds in
 * `names`, where this program finds them again.
 * @throws UserError "file/…"
 */
export async function writeNpzStates(
  data: DataSet,
  out: string,
  options: ConvertOptions,
): Promise<Converted> {
  const { states, coordinates, fields, boundary, physics, origin, dt, units } = data;
  const places = placesIn(options);
  const [firstTime, endTime] = options.times;
  const count = options.trajectories[1] - options.trajectories[0];
  const shape = [count, endTime - firstTime, ...states.shape];
  const { dtype } = await states.read([]);
  const [header] = encodeNpy({ dtype, shape, data: allocate(dtype, 0) });
  const step = Math.max(1, Math.floor(MOST_VALUES / Math.max(1, sizeOf(states.shape))));
  async function* pieces(from: number, to: number): AsyncGenerator<Uint8Array> {
    yield header;
    for (let at = 0; at < places.length; at += step) {
      options.signal.throwIfAborted();
      options.onProgress(from + ((to - from) * at) / places.length);
      yield encodeNpy(await states.read(places.slice(at, at + step)))[1];
    }
  }
  // A zip entry begins with its checksum, so everything is read twice: once for it, once to be written.
  let [crc, size] = [0, 0];
  for await (const piece of pieces(0, 0.5)) {
    crc = crc32(piece, crc);
    size += piece.length;
  }
  const line = (values: readonly number[]): Tensor => ({
    dtype: "float64",
    shape: [values.length],
    data: Float64Array.from(values),
  });
  const known: [string, Tensor][] = Object.entries(coordinates).map(([axis, values]) => [
    axis,
    line(axis === "time" ? values.slice(firstTime, endTime) : values),
  ]);
  if (coordinates.time === undefined && dt !== undefined) known.push(["dt", line([dt])]);
  const names = fields === undefined ? namesOf(data) : undefined;
  const sides = sidesBeyond(data);
  const stated = {
    ...(fields === undefined ? {} : { fields: showFieldSpec(fields) }),
    ...(boundary === undefined ? {} : { boundary }),
    ...(physics === undefined ? {} : { physics: showPhysics(physics) }),
    ...(origin === undefined ? {} : { origin }),
    ...(sides === undefined ? {} : { length: sides.join() }),
    ...(Object.keys(units).length === 0 ? {} : { units: showUnits(units) }),
    ...(names === undefined ? {} : { names: names.join() }),
  };
  const contents: (ZipContent | StreamedContent)[] = [
    { name: "states.npy", size, crc, bytes: () => pieces(0.5, 1) },
    ...known.map(([name, tensor]) => ({ name: `${name}.npy`, parts: encodeNpy(tensor) })),
    ...Object.entries(stated).map(([name, text]) => ({
      name: `${name}.npy`,
      parts: encodeNpyText(text),
    })),
  ];
  await atomicWrite(out, zipArchive(contents, { deflated: false }));
  const arrays = ["states", ...known.map(([name]) => name)];
  return { shape, axes: data.axes, arrays, notices: [] };
}

/** What the channels are called, where nobody said how they transform. */
function namesOf({ channels }: DataSet): string[] | undefined {
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
