/** What a model file is, and whether it computes what it was exported from. */
import type { ModelInfo } from "../../../shared/contract";
import { openModel } from "../../models";
import { checkParity } from "./parity";

export async function inspectModel({
  path,
  weights,
}: {
  path: string;
  weights: string | null;
}): Promise<ModelInfo> {
  if (weights !== null) return (await openModel(path, { weights })).info;
  const model = await openModel(path);
  const { parity, warnings } = await checkParity(model);
  return { ...model.info, parity, warnings: [...warnings, ...model.info.warnings] };
}
