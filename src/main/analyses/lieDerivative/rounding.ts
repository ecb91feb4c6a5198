/**
 * What rounding alone leaves of a Lie derivative: ‖L̃f − L f‖/‖f‖ with L̃f as it was computed. Where float64 is affordable
 * L f is computed again in it; else once more in the same precision with every number of the state and of the motion
 * moved by less than its last digit, and motions of another length, which rounds differently everywhere.
 */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { normals, randomFrom } from "../../../shared/random";
import { quantile, sorted } from "../../../shared/statistics";
import type { Tensor } from "../../../shared/tensor";
import type { StatesContext } from "../context";
import { activationSize, type SampleNetwork } from "../network";
import { gather, realsOf, tensorOf } from "../orbit";
import { Pushforward, runSize } from "../pushforward";
import { lieSteps, type LieStep } from "./derivative";
import { maskOf, norm } from "./norms";
import type { Sides } from "./sides";

export interface Rounding {
  /** Of each generator, the median over the samples looked at, [K]. */
  readonly floor: Float64Array;
  readonly samples: number;
  readonly by: "float64" | "a second evaluation";
}

/** Looked at: rounding hardly differs between samples. */
const SAMPLES = 2;
/** Numbers that the reference executor makes in about a second. */
const QUICK = 1e8;

/**
 * @param first the run's own first step on the block of samples from the first one on
 */
export async function roundingOf(
  context: StatesContext,
  params: LieDerivativeParameters,
  network: SampleNetwork,
  sides: Sides,
  step: () => void,
): Promise<Rounding> {
  const { executor, model, input, grid } = context;
  const n = Math.min(SAMPLES, input.shape[0]!);
  const count = sides.generators.length;
  const states = gather(input, [0, input.shape[0]! - 1].slice(0, n));
  const outputShape = network.prediction.shape.slice(1);
  const affordable =
    executor.id !== "reference" && n * (1 + count) * activationSize(network) < QUICK;
  const stepsOn = async (
    on: StatesContext["executor"],
    from: Tensor,
    actions: Sides,
  ): Promise<LieStep> => {
    const size = runSize(network, n, count, context.memoryBytes);
    const pushforward = await Pushforward.compile(on, model, network, size);
    try {
      for await (const one of lieSteps(pushforward, actions, from, outputShape, 1, step)) {
        return one;
      }
      throw new Error("a rollout has a first step");
    } finally {
      await pushforward.dispose();
    }
  };
  const own = await stepsOn(executor, states, sides);
  const other = affordable
    ? await stepsOn(await context.reference(), states, sides)
    : await stepsOn(executor, jittered(states, executor.id, params.seed), stretched(sides));
  const mask = maskOf(grid, outputShape, params.disc);
  const d = own.prediction.length / n;
  const factor = affordable ? 1 : STRETCH;
  const floor = Float64Array.from({ length: count }, (_, k) =>
    quantile(
      sorted(
        Array.from({ length: n }, (_zero, i) => {
          const at = (i * count + k) * d;
          const difference = Float64Array.from(
            { length: d },
            (_one, p) => own.field[at + p]! - other.field[at + p]! / factor,
          );
          return norm(difference, 0, d, mask) / norm(own.prediction, i * d, (i + 1) * d, mask);
        }),
      ),
      0.5,
    ),
  );
  return { floor, samples: n, by: affordable ? "float64" : "a second evaluation" };
}

/** No power of two, which would round alike. */
const STRETCH = 1 / 3;

/** All motions a third as long. */
function stretched(sides: Sides): Sides {
  const shorter = (values: Float64Array): Float64Array => values.map((value) => value * STRETCH);
  const { input } = sides;
  return {
    ...sides,
    input: { count: input.count, of: (state) => shorter(input.of(state)) },
    output(steps) {
      const action = sides.output(steps);
      return { of: (prediction, state) => shorter(action.of(prediction, state)) };
    },
  };
}

/** Each number times 1 ± what is half its last digit where it is computed. */
function jittered(states: Tensor, executor: string, seed: number): Tensor {
  const double = executor === "reference";
  const values = realsOf(states);
  const unit = double ? 2 ** -53 : 2 ** -24;
  const random = normals(randomFrom(seed, 3), values.length);
  // Data of float32 hold no digits for the jitter of a computation in float64.
  const room = double ? Float64Array.from(values) : values;
  return tensorOf(
    room.map((value, i) => value * (1 + unit * Math.max(-1, Math.min(1, random[i]!)))),
    states.shape,
  );
}
