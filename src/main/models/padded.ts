/** Cells around the input of a network whose grid has to be larger than the data's, cut off its output again. */
import { UserError } from "../../shared/errors";
import { cellsOf, type Padding, type PaddingMode } from "../../shared/preprocessing/padding";
import type { Builder } from "../graph/builder";
import type { Value } from "../graph/ir";

/** Padding of states of one shape. */
export interface PaddedAxes {
  readonly mode: PaddingMode;
  /** One an axis of a state, without the batch; none along its channels. */
  readonly cells: readonly { readonly before: number; readonly behind: number }[];
}

/** In ONNX's words, and by how many cells less than there are it can go on. */
const modes = {
  circular: { mode: "wrap", short: 0 },
  zero: { mode: "constant", short: -Infinity },
  replicate: { mode: "edge", short: -Infinity },
  reflect: { mode: "reflect", short: 1 },
} as const satisfies Record<PaddingMode, { mode: string; short: number }>;

/**
 * @param state extents of one state of the data
 * @param channelAxis in a batch of them
 * @throws UserError "pad/extent" where it has fewer cells than are to be continued
 */
export function paddedAxes(
  padding: Padding,
  state: readonly number[],
  channelAxis: number | null,
): PaddedAxes {
  const { mode } = padding;
  const cells = state.map((n, i) =>
    i + 1 === channelAxis ? { before: 0, behind: 0 } : cellsOf(padding, n),
  );
  cells.forEach(({ before, behind }, i) => {
    const most = Math.max(before, behind);
    if (most === 0 || most <= state[i]! - modes[mode].short) return;
    throw new UserError(
      "pad/extent",
      `${state[i]!} points cannot be padded (${mode}) by ${most}.`,
      {
        where: "pad",
        todo: "Pad by fewer cells, or with zeros.",
      },
    );
  });
  return { mode, cells };
}

/** Extents of a state as the network is given it. */
export function extentsOutside(axes: PaddedAxes | null, state: readonly number[]): number[] {
  return state.map(
    (n, i) => n + (axes === null ? 0 : axes.cells[i]!.before + axes.cells[i]!.behind),
  );
}

/**
 * Shape of the batch of states that becomes an input of this shape.
 * @throws UserError "pad/extent" where nothing is left
 */
export function insideOf(axes: PaddedAxes | null, shape: readonly number[]): number[] {
  const [batch = 1, ...outside] = shape;
  const fits = axes === null || axes.cells.length === outside.length;
  const inside = outside.map((n, i) =>
    axes === null || !fits ? n : n - axes.cells[i]!.before - axes.cells[i]!.behind,
  );
  if (fits && inside.every((n) => n >= 1)) return [batch, ...inside];
  throw new UserError(
    "pad/extent",
    `An input [${outside.join(", ")}] has no room for the padding that is stated.`,
    { where: "pad", todo: "Pad by fewer cells, or open a network for a larger grid." },
  );
}

/** @param x a batch of states */
export function padded(g: Builder, x: Value, axes: PaddedAxes | null): Value {
  if (axes === null) return x;
  const { mode, cells } = axes;
  const pads = [0, ...cells.map(({ before }) => before), 0, ...cells.map(({ behind }) => behind)];
  return g.pad(x, pads, modes[mode]);
}

/**
 * The points of the data's grid.
 * @param y what the network puts out @param x the batch of states that was padded
 * @throws UserError "pad/output" where the output lies on no grid like the input's
 */
export function cropped(g: Builder, y: Value, x: Value, axes: PaddedAxes | null): Value {
  if (axes === null) return y;
  const cuts = axes.cells.flatMap(({ before, behind }, i) =>
    before + behind === 0 ? [] : [{ axis: i + 1, start: before, end: before + x.shape[i + 1]! }],
  );
  const fits =
    y.shape.length === x.shape.length &&
    cuts.every(({ axis, end }) => y.shape[axis] === end + axes.cells[axis - 1]!.behind);
  if (fits) return g.slice(y, cuts);
  throw new UserError(
    "pad/output",
    `The network puts out [${y.shape.slice(1).join(", ")}], where nothing stands for the padding of [${x.shape.slice(1).join(", ")}].`,
    { where: "pad", todo: "Choose none: padding is for networks from a grid to the same grid." },
  );
}
