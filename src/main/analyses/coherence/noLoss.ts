/** States at which the network reproduces its target: their gradients are those of rounding, whatever is done to them. */
import type { LossId } from "../../training/losses";
import { toFloat64 } from "../../../shared/tensor";
import type { AnalysisContext } from "../context";
import type { BatchResult } from "./batchInput";

/**
 * Errors relative to the target that are taken for rounding: what is left between two programs that run one network of
 * tens of layers in float32, or a target that was stored so. A float64 run of such targets is no better.
 */
const ROUNDING = 1e-5;

/**
 * For each element, as often as there are batches, whether the loss at g·x_i is no more than rounding, [batch · n].
 * @param batches positions of the samples of each batch
 */
export function withoutLoss(
  { elements, target }: AnalysisContext,
  loss: LossId,
  results: readonly BatchResult[],
  batches: readonly (readonly number[])[],
): boolean[][] {
  const values = toFloat64(target);
  const size = values.length / target.shape[0]!;
  /** Root mean square of the sample's target, which the group keeps. */
  const scales = batches.map((batch) =>
    batch.map((i) => {
      const own = values.subarray(i * size, (i + 1) * size);
      return Math.sqrt(own.reduce((sum, value) => sum + value ** 2, 0) / size);
    }),
  );
  return elements.map((_, g) =>
    results.flatMap(({ arrays }, k) =>
      scales[k]!.map(
        (scale, i) =>
          relativeError(loss, arrays.loss![g * scales[k]!.length + i]!, scale) < ROUNDING,
      ),
    ),
  );
}

/** As ../../training/losses.ts defines them; that of smse for channels of like size. */
function relativeError(loss: LossId, value: number, scale: number): number {
  switch (loss) {
    case "mse":
      return Math.sqrt(value) / scale;
    case "smse":
      return Math.sqrt(value / scale);
    case "relative-l2":
      return value;
  }
}
