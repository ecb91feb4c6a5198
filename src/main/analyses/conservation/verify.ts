/** Random values recomputed in float64 on the reference executor. */
import { integerBelow, randomFrom } from "../../../shared/random";
import type { ReportProgress, StatesContext } from "../context";
import type { SampleNetwork } from "../network";
import { slice } from "../orbit";
import { Predictions } from "../predictions";
import type { Meter, RolloutNumbers } from "./numbers";

/** Values after the first step, which does not amplify rounding as a rollout does; largest deviation over the scale. */
export async function verifyValues(
  context: StatesContext,
  network: SampleNetwork,
  meter: Meter,
  { value }: RolloutNumbers,
  scales: Float64Array,
  steps: number,
  options: { readonly entries: number; readonly seed: number },
  signal: AbortSignal,
  progress: ReportProgress,
): Promise<{ quantity: string; entries: number; largest: number }> {
  const { model, input, samples } = context;
  const predictions = await Predictions.compile(await context.reference(), model, network, 1);
  const random = randomFrom(options.seed, 2);
  let largest = 0;
  for (let entry = 0; entry < options.entries; entry++) {
    const stage = `Verifying entry ${entry + 1} of ${options.entries} in float64`;
    progress({ fraction: 0.99, stage });
    const q = integerBelow(random, meter.quantities.length);
    const i = integerBelow(random, samples.length);
    const start = slice(input, i, 1);
    const next = await predictions.of(start, () => {
      signal.throwIfAborted();
    });
    const exact = meter.values(next, 1)[q]![0]!;
    const found = value[(q * samples.length + i) * (steps + 1) + 1]!;
    largest = Math.max(largest, Math.abs(found - exact) / scales[q]!);
  }
  await predictions.dispose();
  return { quantity: "value", entries: options.entries, largest };
}
