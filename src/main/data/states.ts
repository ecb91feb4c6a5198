/** States in one array or several, seen in canonical order whatever the order they are stored in. */
import { UserError } from "../../shared/errors";
import {
  allocate,
  sizeOf,
  stridesOf,
  type DType,
  type Tensor,
  type TensorData,
} from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import { canonicalOrder, type Axis } from "./axes";
import type { Box } from "./box";

/** Position of one state. */
export interface StatePlace {
  readonly trajectory: number;
  readonly time: number;
}

/** An array that holds some of the channels, and what its axes mean. */
export interface StatesPart {
  readonly array: ArraySource;
  readonly axes: readonly Axis[];
}

export interface States {
  /** What holds them, as sentences name it. */
  readonly name: string;
  /** For messages: file and arrays. */
  readonly where: string;
  /** As the file has the elements, in NumPy's words; of several arrays the first's. */
  readonly storedType: string;
  readonly parts: readonly StatesPart[];
  readonly trajectories: number;
  readonly times: number;
  /** One state, canonical: [C, H, W], [particle, channel] … */
  readonly axes: readonly Axis[];
  readonly shape: readonly number[];
  /** The chosen states, [n, …shape]. */
  read(places: readonly StatePlace[]): Promise<Tensor>;
}

const leading: readonly Axis[] = ["trajectory", "time"];

/**
 * Each array gives channels, in the order of the parts; along an axis that it lacks and others have it is the same
 * everywhere (a depth of the sea that nothing moves).
 * @throws UserError "axes/rank" where there are more or fewer axes than an array has, "axes/extent" where arrays that
 * share an axis differ in its length
 */
export function statesOf(parts: readonly StatesPart[]): States {
  const first = parts[0]!.array;
  for (const { array, axes } of parts) checkRank(array, axes);
  const name = parts.map(({ array }) => array.name).join(", ");
  const where = parts.length === 1 ? first.where : `${first.where} and ${parts.length - 1} more`;
  const extents = extentsOf(parts, where);
  const present = (axis: Axis): boolean => parts.some((part) => part.axes.includes(axis));
  const onGrid = present("x") || present("y") || present("z");
  const axes = canonicalOrder.filter(
    // Fields on a grid always have channels, be it one; several arrays are several channels.
    (axis) =>
      !leading.includes(axis) &&
      (present(axis) || (axis === "channel" && (onGrid || parts.length > 1))),
  );
  const channels = parts.map(({ array, axes: stored }) => extentOf(array, stored, "channel") ?? 1);
  const shape = axes.map((axis) =>
    axis === "channel" ? channels.reduce((sum, n) => sum + n, 0) : extents.get(axis)!,
  );
  const dtype = commonType(parts.map(({ array }) => array.dtype));
  const readers = parts.map((part, i) => readerOf(part, axes, shape, channels[i]!));
  const size = sizeOf(shape);
  return {
    name,
    where,
    storedType: first.storedType,
    parts,
    trajectories: extents.get("trajectory") ?? 1,
    times: extents.get("time") ?? 1,
    axes,
    shape,
    async read(places) {
      const type = { dtype, shape: [places.length, ...shape] };
      if (readers.length === 1) return { ...type, data: await readers[0]!.read(places) };
      const data = allocate(dtype, places.length * size);
      let from = 0;
      for (const reader of readers) {
        const part = await reader.read(places);
        interleave(part, data, { size, from, inner: reader.inner, rows: reader.rows });
        from += reader.inner;
      }
      return { ...type, data };
    },
  };
}

interface PartReader {
  /** Elements of this part that lie together in a state, and how many such stretches there are. */
  readonly inner: number;
  readonly rows: number;
  /** The part's channels of the states, canonical. */
  read(places: readonly StatePlace[]): Promise<TensorData>;
}

function readerOf(
  { array, axes: stored }: StatesPart,
  axes: readonly Axis[],
  shape: readonly number[],
  channels: number,
): PartReader {
  const kept = stored.filter((axis) => !leading.includes(axis));
  const strides = stridesOf(kept.map((axis) => extentOf(array, stored, axis)!));
  const mine = shape.map((extent, i) => (axes[i] === "channel" ? channels : extent));
  const count = array.shape.map((extent, i) => (leading.includes(stored[i]!) ? 1 : extent));
  const offsets = offsetsOf(
    mine,
    axes.map((axis) => (kept.includes(axis) ? strides[kept.indexOf(axis)]! : 0)),
  );
  const inBox = sizeOf(count);
  const inOrder = inBox === offsets.length && offsets.every((offset, i) => offset === i);
  const boxAt = (place: StatePlace): Box => ({
    start: stored.map((axis) =>
      axis === "trajectory" ? place.trajectory : axis === "time" ? place.time : 0,
    ),
    count,
  });
  const at = axes.indexOf("channel");
  return {
    inner: sizeOf(mine.slice(Math.max(at, 0))),
    rows: sizeOf(mine.slice(0, Math.max(at, 0))),
    async read(places) {
      const data = await array.readBoxes(places.map(boxAt));
      return inOrder ? data : gather(data, inBox, offsets, array.dtype);
    },
  };
}

/** Puts the channels of one part where they belong in states of `size` elements. */
function interleave(
  part: TensorData,
  out: TensorData,
  { size, from, inner, rows }: { size: number; from: number; inner: number; rows: number },
): void {
  const stretch = size / rows;
  for (let row = 0; row * inner < part.length; row++) {
    const values = part.subarray(row * inner, (row + 1) * inner);
    const at = row * stretch + from;
    if (out.constructor === values.constructor) out.set(values as never, at);
    else for (let i = 0; i < inner; i++) out[at + i] = Number(values[i]!);
  }
}

/** One type for all: the parts' own, else float64 as soon as one needs it. */
function commonType(types: readonly DType[]): DType {
  const first = types[0]!;
  if (types.every((type) => type === first)) return first;
  const wide = types.some((type) => type === "float64" || type === "int64" || type === "int32");
  return wide ? "float64" : "float32";
}

function checkRank(array: ArraySource, axes: readonly Axis[]): void {
  if (axes.length === array.shape.length) return;
  throw new UserError(
    "axes/rank",
    `${array.where} has ${array.shape.length} axes, [${array.shape.join(", ")}], but ${axes.length} are named (${axes.join(", ")}).`,
    { where: array.where, todo: "Name each (--axes on the command line), like n,t,c,y,x." },
  );
}

function extentOf(array: ArraySource, axes: readonly Axis[], axis: Axis): number | undefined {
  return array.shape[axes.indexOf(axis)];
}

function extentsOf(parts: readonly StatesPart[], where: string): Map<Axis, number> {
  const extents = new Map<Axis, number>();
  for (const { array, axes } of parts) {
    axes.forEach((axis, i) => {
      if (axis === "channel") return;
      const extent = array.shape[i]!;
      const known = extents.get(axis) ?? extent;
      if (known !== extent) {
        throw new UserError(
          "axes/extent",
          `${array.where} has ${extent} along ${axis}, ${parts[0]!.array.name} has ${known}.`,
          {
            where,
            todo: "Name arrays that belong together (--input on the command line), or their axes (--axes).",
          },
        );
      }
      extents.set(axis, extent);
    });
  }
  return extents;
}

/** Offset of each element of a canonical state from the state's first stored element. */
function offsetsOf(shape: readonly number[], strides: readonly number[]): Uint32Array {
  let offsets = Uint32Array.of(0);
  shape.forEach((extent, axis) => {
    const inner = new Uint32Array(offsets.length * extent);
    offsets.forEach((offset, i) => {
      for (let k = 0; k < extent; k++) inner[i * extent + k] = offset + k * strides[axis]!;
    });
    offsets = inner;
  });
  return offsets;
}

function gather(
  data: TensorData,
  step: number,
  offsets: Uint32Array,
  dtype: Tensor["dtype"],
): TensorData {
  const out = allocate(dtype, step === 0 ? 0 : (data.length / step) * offsets.length);
  let at = 0;
  for (let start = 0; start < data.length; start += step) {
    for (let i = 0; i < offsets.length; i++) out[at++] = data[start + offsets[i]!]!;
  }
  return out;
}
