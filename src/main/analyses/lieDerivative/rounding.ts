/**
 * What rounding alone leaves of a Lie derivative: ‖L̃f − L f‖/‖f‖ with L̃f as it was computed. Where float64 is affordable
 * L f is computed again in it; else once more in the same precision with every number of the state and of the motion
 * moved by less than its last digit, and motions of another length, which rounds differently everywhere.
 */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { normals, randomFrom } from "../../../shared/random";
import { quantile, sorted } from "../../../shared/statistics";
import type { Tensor } from "../../../shared/tensor";
import { topologicalOrder } from "../../graph/ir";
import type { StatesContext } from "../context";
import { activationSize, type SampleNetwork } from "../network";
import { gather, realsOf, tensorOf } from "../orbit";
import { Pushforward, runSize } from "../pushforward";
import { lieSteps, type LieStep } from "./derivative";
import { maskOf, norm } from "./norms";
import type { LieNumbers } from "./numbers";
import type { Sides } from "./sides";

export interface Rounding {
  /** Of each generator, the median over the samples looked at, or what the network's constants leave, [K]. */
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

/** Half the last digit of float32: how well a number is known that was rounded to it. */
const FLOAT32 = 2 ** -24;

/**
 * The same, not below what the precision of the network's own numbers leaves. A network in float32 holds what its author
 * meant, 0.1 or a weight that is the negative of another, to 2⁻²⁴ of each number; so the two terms of L f = Df[X x] − X f
 * that it makes are known to that share of their sizes at best, however exactly it is computed. With the factor of two
 * that resolves, an error below 1.2·10⁻⁷ of the terms may be the spelling of a constant alone. Where most errors are 0 to
 * the last digit the terms cancel whatever the constants are, and the floor stays. Networks in float64 alone keep theirs.
 */
export function aboveConstants(
  rounding: Rounding,
  { graph }: StatesContext["model"],
  numbers: LieNumbers,
): Rounding {
  const order = topologicalOrder(graph(1).outputs.map(({ value }) => value));
  const single = order.some(({ inputs }) =>
    inputs.some(
      ({ dtype, source }) =>
        dtype === "float32" &&
        (source.kind === "constant" || (source.kind === "input" && source.role === "parameter")),
    ),
  );
  if (!single) return rounding;
  const { error, relative, outputNorm } = numbers;
  const n = outputNorm.length;
  const steps = error.length / (n * rounding.floor.length);
  const floor = rounding.floor.map((least, k) => {
    const terms = Array.from({ length: n }, (_, i) => {
      const at = (k * n + i) * steps;
      return error[at] === 0 ? 0 : error[at]! / relative[at]!;
    }).filter((value) => !Number.isNaN(value));
    return terms.length === 0 ? least : Math.max(least, FLOAT32 * quantile(sorted(terms), 0.5));
  });
  return { ...rounding, floor };
}

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
