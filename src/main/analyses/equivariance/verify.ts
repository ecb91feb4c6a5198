/** Random errors recomputed in float64 on the reference executor. */
import { integerBelow, randomFrom } from "../../../shared/random";
import type { StatesContext, ReportProgress } from "../context";
import { sampleNetwork } from "../network";
import type { NextInput } from "../nextInput";
import { gather, image, realsOf, tensorOf } from "../orbit";
import { Predictions } from "../predictions";
import { stepErrors } from "./errors";
import type { EquivarianceParameters } from "../../../shared/analyses/equivariance";

/**
 * Errors of the first step, which do not amplify rounding as a rollout does; largest absolute deviation.
 * @param following what a prediction is to the input; null where it is no next state
 */
export async function verifyErrors(
  context: StatesContext,
  params: EquivarianceParameters,
  following: NextInput | null,
  error: Float64Array,
  signal: AbortSignal,
  progress: ReportProgress,
): Promise<{ quantity: string; entries: number; largest: number }> {
  const { model, elements, input, samples, fields, outputFields } = context;
  const network = sampleNetwork(model);
  const predictions = await Predictions.compile(await context.reference(), model, network, 1);
  const random = randomFrom(params.seed, 2);
  const check = (): void => {
    signal.throwIfAborted();
  };
  let largest = 0;
  for (let k = 0; k < params.verify; k++) {
    progress({ fraction: 0.99, stage: `Verifying entry ${k + 1} of ${params.verify} in float64` });
    const g = integerBelow(random, elements.length);
    const i = integerBelow(random, samples.length);
    const x = gather(input, [i]);
    const own = await predictions.of(x, check);
    const moved = await predictions.of(image(elements[g]!, x, fields), check);
    const expected = image(elements[g]!, tensorOf(own, network.prediction.shape), outputFields);
    const before =
      params["relative-to"] === "change" && following !== null
        ? realsOf(following.lastState(x))
        : null;
    const exact = stepErrors(moved, expected, own, before).error[0]!;
    const found = error[(g * samples.length + i) * params.steps]!;
    largest = Math.max(largest, Math.abs(found - exact));
  }
  await predictions.dispose();
  return { quantity: "equivariance_error", entries: params.verify, largest };
}
