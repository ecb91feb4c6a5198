/** How the axes of a file's tensor become those that a network wants. */
import type { Tensor } from "../../shared/tensor";
import type { Use } from "./places";
import { permuted } from "./permute";
import { orderOf } from "./names";

/** Axes of the file's tensor in the network's order; null as they are. */
export type Arrangement = readonly number[] | null;

/**
 * @param name in the file, by which its library's convention is known
 * @returns "unknown" where two arrangements fit and nothing tells which; undefined where none fits
 */
export function arrangement(
  name: string,
  shape: readonly number[],
  wanted: readonly number[],
  use: Use | undefined,
): Arrangement | "unknown" | undefined {
  const source = orderOf(name);
  if (shape.length === 2 && wanted.length === 2) return ofMatrix(source, shape, wanted, use);
  const channelsFirst = fromChannelsLast(shape);
  const fitsMoved =
    shape.length >= 3 && channelsFirst.every((axis, i) => shape[axis] === wanted[i]);
  const fits = squeezed(shape) === squeezed(wanted);
  if (source === "in-first" && shape.length >= 3 && fitsMoved) {
    // Flax' transposed convolutions are flipped against ONNX's, Keras' are not.
    return use?.transposedConvolution === true ? "unknown" : channelsFirst;
  }
  if (fits) return null;
  return fitsMoved ? channelsFirst : undefined;
}

function ofMatrix(
  source: "in-first" | "out-first" | undefined,
  [rows, columns]: readonly number[],
  [n, m]: readonly number[],
  use: Use | undefined,
): Arrangement | "unknown" | undefined {
  const same = rows === n && columns === m;
  const reversed = rows === m && columns === n;
  if (!same && !reversed) return undefined;
  if (same !== reversed) return same ? null : [1, 0];
  if (source === undefined || use?.order === undefined) return "unknown";
  return source === use.order ? null : [1, 0];
}

/** [y, x, in, out] as [out, in, y, x]. */
function fromChannelsLast(shape: readonly number[]): number[] {
  const rank = shape.length;
  return [rank - 1, rank - 2, ...shape.slice(0, -2).map((_, axis) => axis)];
}

/** Extents without those of one: a bias [8] is added as [8, 1, 1]. */
export function squeezed(shape: readonly number[]): string {
  return shape.filter((extent) => extent !== 1).join();
}

/** The tensor as the network holds it. */
export function arranged(tensor: Tensor, axes: Arrangement, shape: readonly number[]): Tensor {
  return { ...(axes === null ? tensor : permuted(tensor, axes)), shape };
}
