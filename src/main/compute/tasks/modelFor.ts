/** A model opened for the data that it is to be run on. */
import { openModel, type Model } from "../../models";

/**
 * @param sample extents of one sample, without its batch; asked only where the file leaves axes open
 * @throws what opening the model throws
 */
export async function modelFor(
  path: string,
  weights: string | null,
  sample: (model: Model) => readonly number[] | Promise<readonly number[]>,
): Promise<Model> {
  const model = await openModel(path, { weights });
  return model.info.open === undefined
    ? model
    : openModel(path, { weights, sample: await sample(model) });
}
