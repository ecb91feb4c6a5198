/**
 * Axes beside the batch that a file leaves open: height and width, mostly. They take the extents of the data; a model
 * that is looked at without any takes some for the time being.
 */
import { UserError } from "../../shared/errors";
import type { OnnxModel } from "../graph/onnx/model";

/** Extent of an open axis where no data say: what halves a few times and is quick to look at. */
const PROVISIONAL = 64;

export interface OpenExtents {
  /** Names of the open axes, as the file calls them. */
  readonly names: readonly string[];
  /** Extent of each, by name. */
  readonly dimensions: ReadonlyMap<string, number>;
  /** Others, to see which axes of the outputs follow; null where data have settled them. */
  readonly others: ReadonlyMap<string, number> | null;
}

/** @param sample extents of one sample of the first input, without its batch */
export function openExtents(onnx: OnnxModel, sample?: readonly number[]): OpenExtents {
  const dims = onnx.inputs[0]?.type?.tensorType?.shape?.dim ?? [];
  const axes = new Map<string, number>();
  dims.forEach(({ dimParam, dimValue }, axis) => {
    const isOpen = dimParam !== undefined && dimParam !== "" && dimValue === undefined;
    if (axis > 0 && isOpen && dimParam !== onnx.batchSymbol && !axes.has(dimParam)) {
      axes.set(dimParam, axis - 1);
    }
  });
  const names = [...axes.keys()];
  const each = (extent: (axis: number) => number): Map<string, number> =>
    new Map([...axes].map(([name, axis]) => [name, extent(axis)]));
  return {
    names,
    dimensions: each((axis) => sample?.[axis] ?? PROVISIONAL),
    others: sample !== undefined || names.length === 0 ? null : each(() => 2 * PROVISIONAL),
  };
}

/** What a reader of a model with open axes should know. */
export function openAxesRemark(names: readonly string[]): string {
  const are = names.length === 1 ? `axis ${names[0]} is` : `axes ${names.join(" and ")} are`;
  return `The ${are} open: ${PROVISIONAL} is assumed here, a run takes the extents of its data.`;
}

/** Why a network with open axes cannot be opened without data. */
export function unopened(path: string, names: readonly string[], cause: unknown): unknown {
  if (!(cause instanceof UserError)) return cause;
  return new UserError(
    "onnx/dimension",
    `${path} leaves ${names.join(" and ")} open, and cannot be opened at ${PROVISIONAL}: ${cause.message}`,
    { where: path, todo: "Export it for the size of your data.", cause },
  );
}
