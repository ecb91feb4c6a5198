/** What a model file is. */
import type { ModelInfo } from "../../../shared/contract";
import { openModel } from "../../models";

export async function inspectModel({
  path,
  weights,
}: {
  path: string;
  weights: string | null;
}): Promise<ModelInfo> {
  return (await openModel(path, weights === null ? {} : { weights })).info;
}
