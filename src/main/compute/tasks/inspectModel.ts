/** What a model file is, and whether it computes what it was exported from. */
import type { ModelInfo } from "../../../shared/contract";
import { agrees } from "../../../shared/parity";
import { openModel } from "../../models";
import { UNCONFIRMED } from "../../models/matchInfo";
import { checkParity } from "./parity";
import { untrainedNotices } from "./untrained";

export async function inspectModel({
  path,
  weights,
}: {
  path: string;
  weights: string | null;
}): Promise<ModelInfo> {
  const model = await openModel(path, { weights });
  const { info } = model;
  // With axes open, the example is run at its own extents, by the file's own weights.
  if (weights !== null && info.open !== undefined) return info;
  const { parity, warnings } = await checkParity(model);
  if (weights === null) {
    const untrained = await untrainedNotices([{ path, weights }]);
    return { ...info, parity, warnings: [...untrained, ...warnings, ...info.warnings] };
  }
  // Other weights give other numbers; the exported ones, placed rightly, give the example's.
  if (parity === null || !agrees(parity)) return info;
  return { ...info, parity, warnings: info.warnings.filter((each) => !each.endsWith(UNCONFIRMED)) };
}
