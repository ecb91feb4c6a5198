/** Samples of a data file as the window draws them: inputs and targets. */
import type { DataOptions, MethodOutput } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { withKeptData } from "./keptData";

/**
 * @returns `target` null where the file has none
 * @throws UserError "data/no-sample" for an index that is not there, and what opening and reading throw
 */
export async function readSamples(input: {
  path: string;
  options: DataOptions;
  indices: number[];
}): Promise<MethodOutput<"data.sample">> {
  return withKeptData(input.path, input.options, async (data, { size, modified }) => {
    const outside = input.indices.find(
      (index) => !Number.isInteger(index) || index < 0 || index >= data.sampleCount,
    );
    if (outside !== undefined) {
      throw new UserError("data/no-sample", `${input.path} has no sample ${outside}.`, {
        where: input.path,
        todo: `It has ${data.sampleCount}: samples 0 to ${data.sampleCount - 1}.`,
      });
    }
    const samples = await data.read(input.indices);
    return { input: samples.input, target: samples.target ?? null, file: { size, modified } };
  });
}
