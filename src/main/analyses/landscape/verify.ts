/** Random points of a landscape recomputed in float64 on the reference executor. */
import type { LandscapeParameters } from "../../../shared/analyses/landscape";
import { integerBelow, randomFrom } from "../../../shared/random";
import type { LossId } from "../../training/losses";
import type { AnalysisContext } from "../context";
import type { SampleNetwork } from "../network";
import type { Direction } from "../directions";
import type { Batch } from "./meanGradient";
import { LossSurface } from "../lossSurface";

/**
 * @param found.at the steps along `basis` of a place on the grid
 * @param found.values [2, places]: mean losses on x, then on g·x
 * @returns `largest`: relative deviation of a mean loss
 */
export async function verifyLosses(
  context: AnalysisContext,
  params: LandscapeParameters,
  network: SampleNetwork,
  basis: readonly Direction[],
  batches: readonly Batch[],
  found: { at: (place: number) => number[]; values: Float64Array; step: () => void },
): Promise<{ quantity: string; entries: number; largest: number }> {
  const executor = await context.reference();
  const surface = await LossSurface.compile(
    executor,
    context.model,
    network,
    params.loss as LossId,
    1,
  );
  const random = randomFrom(params.seed, 2);
  const points = found.values.length / 2;
  let largest = 0;
  for (let k = 0; k < params.verify; k++) {
    const place = integerBelow(random, points);
    const side = integerBelow(random, 2);
    const [exact] = await surface.at(basis, found.at(place), [batches[side]!], found.step);
    largest = Math.max(largest, Math.abs(found.values[side * points + place]! / exact! - 1));
  }
  await surface.dispose();
  return { quantity: "loss", entries: params.verify, largest };
}
