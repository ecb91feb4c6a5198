/** Two networks or checkpoints, parameter by parameter. */
import type { WeightsDifference, WeightsSide } from "../../../shared/weightsDifference";
import { compareWeights } from "../../models/compare";

export function compareModels({
  a,
  b,
}: {
  a: WeightsSide;
  b: WeightsSide;
}): Promise<WeightsDifference> {
  return compareWeights(a, b);
}
