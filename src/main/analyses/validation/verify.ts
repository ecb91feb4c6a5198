/** Some of the steps taken again in float64: along the same direction, by the same length. */
import { integerBelow, randomFrom } from "../../../shared/random";
import type { LossId } from "../../training/losses";
import type { AnalysisContext } from "../context";
import { LossSurface } from "../lossSurface";
import type { SampleNetwork } from "../network";
import { slice } from "../orbit";
import type { Batch, TakenStep } from "./measurement";

/** Distinct places below `count`, as many as were asked for or there are. */
export function wantedEntries(verify: number, count: number, seed: number): Set<number> {
  const random = randomFrom(seed, 7);
  const places = new Set<number>();
  while (places.size < Math.min(verify, count)) places.add(integerBelow(random, count));
  return places;
}

/** The largest difference of a measured change, as a share of the loss. */
export async function verifySteps(
  { model, reference }: AnalysisContext,
  network: SampleNetwork,
  loss: LossId,
  orbit: readonly Batch[],
  taken: readonly TakenStep[],
  step: () => void,
): Promise<{ quantity: string; entries: number; largest: number }> {
  const surface = await LossSurface.compile(await reference(), model, network, loss, 1);
  let largest = 0;
  for (const { direction, epsilon, element, sample, measured, base } of taken) {
    const { input, target } = orbit[element]!;
    const batch = [{ input: slice(input, sample, 1), target: slice(target, sample, 1) }];
    const [before] = await surface.each([direction], [0], batch, step);
    const [after] = await surface.each([direction], [-epsilon], batch, step);
    const difference = Math.abs(after![0]! - before![0]! - measured) / Math.abs(base);
    largest = Math.max(largest, difference);
  }
  await surface.dispose();
  return { quantity: "measured", entries: taken.length, largest };
}
