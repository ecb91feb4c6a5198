/** States in one array or several, seen in canonical order whatever the order they are stored in. */
import { UserError } from "../../shared/errors";
import { sizeOf, stridesOf, type DType, type Tensor, type TensorData } from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import { canonicalOrder, type Axis } from "./axes";
import type { Box } from "./box";
import { arrangementOf, isInOrder, rearrange, type Arrangement } from "./rearranged";
import { roomFor } from "./room";
import { Spare } from "./spare";

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
  /** Of each trajectory; of the longest, where they differ. */
  readonly times: number;
  /** Times of each trajectory, where they differ. */
  readonly lengths?: readonly number[] | undefined;
  /** One state, canonical: [C, H, W], [particle, channel] … */
  readonly axes: readonly Axis[];
  readonly shape: readonly number[];
  /**
   * The chosen states, [n, …shape].
   * @param into memory that they may be put into, of what was read before and is not used any more
   */
  read(places: readonly StatePlace[], into?: TensorData): Promise<Tensor>;
  /** Conditions at a place, also behind the last one; NaN where nothing says them there. Absent: there are none. */
  told?(place: StatePlace): readonly number[];
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
  const readers = parts.map((part, i) => readerOf(part, axes, shape, channels.slice(0, i + 1)));
  const size = sizeOf(shape);
  return {
    name,
    where,
    storedType: first.storedType,
    parts,
    trajectories: extents.get("trajectory") ?? 1,
    times: extents.get("time") ?? 1,
    lengths: parts.find(({ array }) => array.lengths !== undefined)?.array.lengths,
    axes,
    shape,
    async read(places, into) {
      const type = { dtype, shape: [places.length, ...shape] };
      const [only] = readers;
      if (readers.length === 1 && only!.isState)
        return { ...type, data: await only!.read(places, into) };
      const data = roomFor(dtype, places.length * size, into);
      for (const reader of readers) {
        const stored = await reader.read(places, reader.spare.take());
        const values = asTypeOf(data, stored);
        for (let i = 0; i < places.length; i++) {
          rearrange(reader.order, values, i * reader.size, data, i * size + reader.first);
        }
        reader.spare.give(stored);
      }
      return { ...type, data };
    },
  };
}

interface PartReader {
  /** Elements of a state that are in this part as it is stored, and where its first one goes. */
  readonly size: number;
  readonly first: number;
  /** From there to a canonical state. */
  readonly order: Arrangement;
  /** Whether what is stored is the canonical state. */
  readonly isState: boolean;
  readonly spare: Spare;
  /** The states' elements in the order they are stored. */
  read(places: readonly StatePlace[], into?: TensorData): Promise<TensorData>;
}

/** @param channels of the parts up to this one */
function readerOf(
  { array, axes: stored }: StatesPart,
  axes: readonly Axis[],
  shape: readonly number[],
  channels: readonly number[],
): PartReader {
  const kept = stored.filter((axis) => !leading.includes(axis));
  const strides = stridesOf(kept.map((axis) => extentOf(array, stored, axis)!));
  const count = array.shape.map((extent, i) => (leading.includes(stored[i]!) ? 1 : extent));
  const boxAt = (place: StatePlace): Box => ({
    start: stored.map((axis) =>
      axis === "trajectory" ? place.trajectory : axis === "time" ? place.time : 0,
    ),
    count,
  });
  const at = axes.indexOf("channel");
  const steps = stridesOf(shape);
  const size = sizeOf(count);
  const order = arrangementOf(
    shape.map((extent, i) => (i === at ? channels.at(-1)! : extent)),
    axes.map((axis) => (kept.includes(axis) ? strides[kept.indexOf(axis)]! : 0)),
    steps,
  );
  return {
    size,
    first: channels.slice(0, -1).reduce((sum, n) => sum + n, 0) * (steps[at] ?? 1),
    order,
    isState: size === sizeOf(shape) && isInOrder(order, size),
    spare: new Spare(),
    read: (places, into) => array.readBoxes(places.map(boxAt), into),
  };
}

/** The numbers in the type of `like`, which holds them all. */
function asTypeOf(like: TensorData, data: TensorData): TensorData {
  if (like.constructor === data.constructor) return data;
  return like instanceof Float32Array
    ? Float32Array.from(data as Float64Array, Number)
    : Float64Array.from(data as Float64Array, Number);
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
