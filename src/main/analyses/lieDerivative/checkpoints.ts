/** The Lie derivative of the same network with other weights: how a symmetry was learnt, or lost. */
import { UserError } from "../../../shared/errors";
import type { Checkpoint, StatesContext } from "../context";
import { slice } from "../orbit";
import { sampleNetwork, type SampleNetwork } from "../network";
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
  for (const [c, { name, open }] of checkpoints.entries()) {
    const model = await open();
    // Running statistics are constants of the graph, and a checkpoint brings its own.
    const network = sampleNetwork(model);
    checkSame(name, network, input.shape.slice(1), outputShape);
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

/** @throws UserError "checkpoints/other-network" */
function checkSame(
  name: string,
  { input, prediction }: SampleNetwork,
  inputShape: readonly number[],
  outputShape: readonly number[],
): void {
  const [into, out] = [input, prediction].map(({ shape }) => shape.slice(1));
  if (into!.join() === inputShape.join() && out!.join() === outputShape.join()) return;
  throw new UserError(
    "checkpoints/other-network",
    `The checkpoint ${name} maps [${into!.join(", ")}] to [${out!.join(", ")}], but the run’s network maps [${inputShape.join(", ")}] to [${outputShape.join(", ")}].`,
    { where: name, todo: "Leave it out, or take its own network as the model." },
  );
}
