/** How the weights in a file fit a network: every set in it, what found its place and what is left over. */
import type { WeightsFit } from "../../../shared/weightsFit";
import { withPart } from "../../../shared/chosenPart";
import { UserError } from "../../../shared/errors";
import { openNetwork } from "../../models/network";
import { openCheckpoint } from "../../models/checkpoint";
import { fitsOf } from "../../models/match";

/** @throws UserError of opening either file */
export async function inspectWeights({
  model,
  weights,
}: {
  model: string;
  weights: string;
}): Promise<WeightsFit[]> {
  const { onnx } = await openNetwork(model);
  const checkpoint = await openCheckpoint(weights);
  try {
    const fits = await fitsOf(onnx, checkpoint);
    return fits.map(({ set, fit }) => {
      const single = fits.length === 1;
      const common = {
        path: single ? weights : withPart(weights, set.key),
        key: set.key,
        tensors: set.tensors.size,
        examples: [...set.tensors.keys()].slice(0, 3),
      };
      if (fit instanceof UserError) return { ...common, matched: null, problem: fit.message };
      return { ...common, matched: fit.matched.length, problem: null };
    });
  } finally {
    await checkpoint.close();
  }
}
