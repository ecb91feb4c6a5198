/** A Fourier neural operator's checkpoint written as an .onnx file on a grid that is named. */
import { atomicWrite } from "../../data/atomic";
import { openOperator, unitCentres } from "../../models/fourier/file";

export interface BuildOperator {
  readonly weights: string;
  readonly points: readonly number[];
  /** First and last coordinate of each axis; null for the centres of the cells of [0, 1]. */
  readonly ends: readonly (readonly [number, number])[] | null;
  readonly out: string;
}

export interface Built {
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly parameters: number;
}

/** @throws UserError "fno/…", "file/…" */
export async function buildOperator({ weights, points, ends, out }: BuildOperator): Promise<Built> {
  const operator = await openOperator(weights);
  const { bytes, ...built } = operator.build({ points, ends: ends ?? unitCentres(points) });
  await atomicWrite(out, bytes);
  return built;
}
