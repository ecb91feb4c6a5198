/**
 * L_X f(x) = Df(x)[X_in x] − X_out f(x), the derivative at s = 0 of exp(−sX_out) f(exp(sX_in) x), for one step or for
 * the network iterated: the tangent is then pushed on from step to step. Gruver et al. 2023, arXiv:2210.02984.
 */
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { realsOf, slice, tensorOf } from "../orbit";
import type { Reals } from "../innerProducts";
import type { Pushforward } from "../pushforward";
import type { Sides } from "./sides";

/** What one step of the rollout gives; row-major. */
export interface LieStep {
  /** f^k(x_i), [n, D] */
  readonly prediction: Reals;
  /** L f^k(x_i), [n, K, D] */
  readonly field: Float64Array;
  /** Df^k(x_i)[X_in x_i], [n, K, D] */
  readonly tangents: Reals;
}

/**
 * One step after the other for a block of samples.
 * @param states [n, …]
 * @param outputShape of one prediction
 */
export async function* lieSteps(
  pushforward: Pushforward,
  sides: Sides,
  states: Tensor,
  outputShape: readonly number[],
  steps: number,
  before: () => void,
): AsyncGenerator<LieStep> {
  const n = states.shape[0]!;
  const count = sides.generators.length;
  let state = states;
  let directions = directionsOf(sides, states);
  for (let k = 1; k <= steps; k++) {
    const { prediction, tangents } = await pushforward.of(state, directions, before);
    const output = sides.output(k);
    const size = sizeOf(outputShape);
    const field = new Float64Array(tangents.length);
    const from = realsOf(state);
    const width = from.length / n;
    for (let i = 0; i < n; i++) {
      const moved = output.of(
        prediction.subarray(i * size, (i + 1) * size),
        from.subarray(i * width, (i + 1) * width),
      );
      const start = i * count * size;
      for (let j = 0; j < moved.length; j++) field[start + j] = tangents[start + j]! - moved[j]!;
    }
    yield { prediction, field, tangents };
    state = tensorOf(prediction, [n, ...outputShape]);
    directions = tensorOf(tangents, [n, count, ...outputShape]);
  }
}

/** X_in x_i for every sample and generator, [n, K, …]. */
function directionsOf({ input }: Sides, states: Tensor): Tensor {
  const [n = 0, ...sample] = states.shape;
  const size = sizeOf(sample);
  const all = new Float64Array(n * input.count * size);
  for (let i = 0; i < n; i++) {
    all.set(input.of(realsOf(slice(states, i, 1))), i * input.count * size);
  }
  return tensorOf(all, [n, input.count, ...sample]);
}
