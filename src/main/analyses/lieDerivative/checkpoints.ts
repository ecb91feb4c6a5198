/** The Lie derivative of the same network with other weights: how a symmetry was learnt, or lost. */
import type { Checkpoint, StatesContext } from "../context";
import { slice } from "../orbit";
import { sampleNetwork } from "../network";
import { Pushforward, type RunSize } from "../pushforward";
import { lieSteps } from "./derivative";
import { Measure } from "./measure";
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import type { Sides } from "./sides";

export interface CheckpointErrors {
  readonly names: readonly string[];
  /** [checkpoints, K, N] */
  readonly error: Float64Array;
}

/** Of one step, on the run's own samples. */
export async function checkpointErrors(
  context: StatesContext,
  params: LieDerivativeParameters,
  outputShape: readonly number[],
  sides: Sides,
  size: RunSize,
  checkpoints: readonly Checkpoint[],
  step: (fraction: number) => void,
): Promise<CheckpointErrors> {
  const { executor, input, samples } = context;
  const n = samples.length;
  const count = sides.generators.length;
  const error = new Float64Array(checkpoints.length * count * n);
  for (const [c, { open }] of checkpoints.entries()) {
    const model = await open();
    // Running statistics are constants of the graph, and a checkpoint brings its own.
    const network = sampleNetwork(model);
    const pushforward = await Pushforward.compile(executor, model, network, size);
    const measure = new Measure(context, { steps: 1, disc: params.disc }, sides, outputShape);
    try {
      for (let first = 0; first < n; first += size.samples) {
        const states = slice(input, first, Math.min(size.samples, n - first));
        const before = (): void => step((c + first / n) / checkpoints.length);
        for await (const one of lieSteps(pushforward, sides, states, outputShape, 1, before)) {
          measure.add(first, 0, one);
        }
      }
    } finally {
      await pushforward.dispose();
    }
    error.set(measure.numbers.error, c * count * n);
  }
  return { names: checkpoints.map(({ name }) => name), error };
}
