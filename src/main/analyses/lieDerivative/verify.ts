/** Random errors recomputed in float64 on the reference executor. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { integerBelow, randomFrom } from "../../../shared/random";
import type { ReportProgress, StatesContext } from "../context";
import { sampleNetwork } from "../network";
import { slice } from "../orbit";
import { lieSteps } from "./derivative";
import { maskOf, norm } from "./norms";
import { Pushforward } from "../pushforward";
import type { Sides } from "./sides";

/** Errors of the first step, which do not amplify rounding as a rollout does; largest absolute deviation. */
export async function verifyLieErrors(
  context: StatesContext,
  params: LieDerivativeParameters,
  sides: Sides,
  error: Float64Array,
  signal: AbortSignal,
  progress: ReportProgress,
): Promise<{ quantity: string; entries: number; largest: number }> {
  const { model, input, samples, grid } = context;
  const network = sampleNetwork(model);
  const count = sides.generators.length;
  const outputShape = network.prediction.shape.slice(1);
  const mask = maskOf(grid, outputShape, params.disc);
  const pushforward = await Pushforward.compile(await context.reference(), model, network, {
    samples: 1,
    directions: count,
  });
  const random = randomFrom(params.seed, 2);
  let largest = 0;
  for (let entry = 0; entry < params.verify; entry++) {
    progress({
      fraction: 0.99,
      stage: `Verifying entry ${entry + 1} of ${params.verify} in float64`,
    });
    const k = integerBelow(random, count);
    const i = integerBelow(random, samples.length);
    const steps = lieSteps(pushforward, sides, slice(input, i, 1), outputShape, 1, () => {
      signal.throwIfAborted();
    });
    for await (const { prediction, field } of steps) {
      const d = prediction.length;
      const exact = norm(field, k * d, (k + 1) * d, mask) / norm(prediction, 0, d, mask);
      const found = error[(k * samples.length + i) * params.steps]!;
      largest = Math.max(largest, Math.abs(found - exact));
    }
  }
  await pushforward.dispose();
  return { quantity: "lie_error", entries: params.verify, largest };
}
