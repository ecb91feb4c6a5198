/**
 * Which values of a network count as its layers: fields on a grid (or tokens of one) that pass from one module of the
 * original network to another, as the exporter's node names tell (`/encoder/conv/Conv` lies in `/encoder/conv`).
 */
import type { Grid } from "../../../shared/fields/spec";
import { isFloat } from "../../../shared/tensor";
import type { Node, Value } from "../../graph/ir";
import { leavingModules, moduleName, nodesBetween, numbered } from "../modules";
import type { SampleNetwork } from "../network";

export interface LayerValue {
  /** The module that it leaves. */
  readonly name: string;
  readonly value: Value;
  readonly channels: number;
  readonly grid: Grid;
  /** Whether the value is [1, points, channels] instead of [1, channels, …points]. */
  readonly tokens: boolean;
}

/** More than this would be no picture; then every second is taken, or every third … */
const MOST_LAYERS = 60;

/** In the order of evaluation, without the input and the prediction. */
export function layerValues({ input, prediction }: SampleNetwork, grid: Grid): LayerValue[] {
  const leaving = leavingModules(input, prediction);
  const found = nodesBetween(input, prediction).flatMap((node) =>
    node.outputs.flatMap((value): LayerValue[] => {
      if (!leaving.has(value) || value === prediction) return [];
      const place = placeOf(node, value, grid);
      return place === null ? [] : [{ name: moduleName(node), value, ...place }];
    }),
  );
  const stride = Math.ceil(found.length / MOST_LAYERS);
  return numbered(found.filter((_, i) => (i + 1) % stride === 0));
}

/** How a value lies on a grid that is coarser or finer than the states' by one whole factor; null where it does not. */
function placeOf(
  { op }: Node,
  { dtype, shape }: Value,
  grid: Grid,
): Omit<LayerValue, "name" | "value"> | null {
  if (!isFloat(dtype) || shape[0] !== 1) return null;
  // Attention weights may have the extents of a grid; convolutions never come from these operators.
  const attention = op === "MatMul" || op === "Softmax";
  if (shape.length === 2 + grid.size.length && !attention) {
    const size = shape.slice(2);
    return similar(size, grid.size)
      ? { channels: shape[1]!, grid: { ...grid, size }, tokens: false }
      : null;
  }
  if (shape.length !== 3 || grid.size.length !== 2) return null;
  const factor = Math.sqrt((grid.size[0]! * grid.size[1]!) / shape[1]!);
  const size = grid.size.map((points) => points / factor);
  const whole = size.every((points) => Number.isInteger(points) && points > 1);
  return whole ? { channels: shape[2]!, grid: { ...grid, size }, tokens: true } : null;
}

/** Fewer points than this along an axis have no derivative worth the name. */
const FEWEST = 2;

function similar(size: readonly number[], full: readonly number[]): boolean {
  const ratio = size[0]! / full[0]!;
  const whole = Number.isInteger(ratio) || Number.isInteger(1 / ratio);
  return (
    whole &&
    size.every((points, axis) => points >= FEWEST && Math.abs(points - ratio * full[axis]!) < 1e-9)
  );
}
