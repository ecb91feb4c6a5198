/** An array of states, seen in canonical order whatever the order it is stored in. */
import { UserError } from "../../shared/errors";
import { allocate, sizeOf, stridesOf, type Tensor, type TensorData } from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import { canonicalOrder, type Axis } from "./axes";

/** Position of one state. */
export interface StatePlace {
  readonly trajectory: number;
  readonly time: number;
}

export interface States {
  readonly array: ArraySource;
  readonly trajectories: number;
  readonly times: number;
  /** One state, canonical: [C, H, W], [particle, channel] … */
  readonly axes: readonly Axis[];
  readonly shape: readonly number[];
  /** The chosen states, [n, …shape]. */
  read(places: readonly StatePlace[]): Promise<Tensor>;
}

/**
 * @throws UserError "axes/rank" where there are more or fewer axes than the array has
 */
export function statesOf(array: ArraySource, stored: readonly Axis[]): States {
  if (stored.length !== array.shape.length) {
    throw new UserError(
      "axes/rank",
      `${array.where} has ${array.shape.length} axes, [${array.shape.join(", ")}], but ${stored.length} are named (${stored.join(", ")}).`,
      { where: array.where, todo: "Name each (--axes on the command line), like n,t,c,y,x." },
    );
  }
  const strides = stridesOf(array.shape);
  const extent = (axis: Axis): number => array.shape[stored.indexOf(axis)] ?? 1;
  const stride = (axis: Axis): number => strides[stored.indexOf(axis)] ?? 0;
  const leading: readonly Axis[] = ["trajectory", "time"];
  const onGrid = stored.some((axis) => axis === "x" || axis === "y" || axis === "z");
  const axes = canonicalOrder.filter(
    // Fields on a grid always have channels, be it one.
    (axis) => !leading.includes(axis) && (stored.includes(axis) || (axis === "channel" && onGrid)),
  );
  const shape = axes.map(extent);
  const size = sizeOf(shape);
  const offsets = offsetsOf(shape, axes.map(stride));
  const inOrder = offsets.every((offset, i) => offset === i);
  // Where every state is one stretch of the file, only the chosen ones are read.
  const firstInner = stored.filter((axis) => leading.includes(axis)).length;
  const contiguous = stored.slice(firstInner).every((axis) => !leading.includes(axis));
  return {
    array,
    trajectories: extent("trajectory"),
    times: extent("time"),
    axes,
    shape,
    async read(places) {
      const starts = places.map(
        (p) => p.trajectory * stride("trajectory") + p.time * stride("time"),
      );
      const type = { dtype: array.dtype, shape: [places.length, ...shape] };
      if (contiguous) {
        const data = await array.read(starts.map((start) => ({ start, count: size })));
        if (inOrder) return { ...type, data };
        return {
          ...type,
          data: gather(
            data,
            places.map((_, i) => i * size),
            offsets,
            type.dtype,
          ),
        };
      }
      return { ...type, data: gather(await array.read(), starts, offsets, type.dtype) };
    },
  };
}

/** Offset of each element of a canonical state from the state's first stored element. */
function offsetsOf(shape: readonly number[], strides: readonly number[]): Float64Array {
  let offsets = Float64Array.of(0);
  shape.forEach((extent, axis) => {
    const inner = new Float64Array(offsets.length * extent);
    offsets.forEach((offset, i) => {
      for (let k = 0; k < extent; k++) inner[i * extent + k] = offset + k * strides[axis]!;
    });
    offsets = inner;
  });
  return offsets;
}

function gather(
  data: TensorData,
  starts: readonly number[],
  offsets: Float64Array,
  dtype: Tensor["dtype"],
): TensorData {
  const out = allocate(dtype, starts.length * offsets.length);
  let at = 0;
  for (const start of starts) {
    for (const offset of offsets) out[at++] = data[start + offset]!;
  }
  return out;
}
