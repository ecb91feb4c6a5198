/** A Fourier neural operator's checkpoint written as an .onnx file on a grid that is named. */
import { atomicWrite } from "../../data/atomic";
import { openOperator } from "../../models/fourier/file";
import { parseArguments } from "../../models/fourier/neuralop/arguments";

export interface BuildOperator {
  readonly weights: string;
  readonly points: readonly number[];
  /** First and last coordinate of each axis; null for those of the operator's code. */
  readonly ends: readonly (readonly [number, number])[] | null;
  /** Arguments of neuralop's FNO(…), `name=value,…`, which the checkpoint does not keep or keeps wrongly. */
  readonly init: string | null;
  readonly out: string;
}

export interface Built {
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly parameters: number;
  readonly remarks: readonly string[];
}

/** @throws UserError "fno/…", "file/…" */
export async function buildOperator(input: BuildOperator): Promise<Built> {
  const { weights, points, ends, init, out } = input;
  const stated = init === null ? undefined : parseArguments(init);
  const operator = await openOperator(weights, stated);
  const { bytes, ...built } = operator.build({ points, ends });
  await atomicWrite(out, bytes);
  return built;
}
