/**
 * The Lie derivative of data on a grid: of the local law of motion that is fitted to the data's rates. Its functions of
 * fields and derivatives are pushed along the generators exactly, so what is left besides the law's own breaking is what
 * the fit leaves out.
 */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { UserError } from "../../../shared/errors";
import type { Grid } from "../../../shared/fields/spec";
import { sizeOf, toFloat64 } from "../../../shared/tensor";
import { ratesOf } from "../../data/fit/differences";
import { fitLocal } from "../../data/fit/local";
import type { DataContext } from "../context";
import { gather } from "../orbit";
import type { FittedData } from "./fitted";

/** States enough for a law, and few enough for memory. */
const MOST_STATES = 48;
/** Fewest that say something of a law that they did not fix. */
const FEWEST_STATES = 2;

/** @throws UserError "lie-derivative/no-dynamics", "data/few-pairs" */
export async function fittedFields(
  context: DataContext & { readonly grid: Grid },
  params: LieDerivativeParameters,
  step: () => void,
): Promise<FittedData> {
  const { input, grid } = context;
  const shape = input.shape.slice(1);
  const { kept, states, rates, order } = await ratesOfFields(context, params);
  if (kept.length < FEWEST_STATES) {
    throw new UserError(
      "data/few-pairs",
      `${kept.length === 1 ? "One state has" : "No state has"} successors, too few to fit a law of motion to; at least ${FEWEST_STATES} are needed.`,
      { where: "samples", todo: "Take more samples (--samples on the command line)." },
    );
  }
  const law = fitLocal(states, rates, grid, shape[0]!, step);
  const { terms } = law;
  const size = sizeOf(shape);
  return {
    kept,
    kind: "rate",
    outputShape: shape,
    words: `rates, by central differences of order ${order}, fitted by a local law of ${terms.terms.length} terms with coefficients that may vary over the box (${terms.features} functions)`,
    residual: law.residual,
    at(k) {
      const base = terms.base(states[k]!);
      return {
        state: states[k]!,
        value: law.rate(base),
        pushed(directions) {
          const out = new Float64Array(directions.length);
          for (let from = 0; from < directions.length; from += size) {
            const along = terms.base(directions.slice(from, from + size));
            out.set(law.slope(base, along), from);
          }
          return out;
        },
      };
    },
  };
}

interface FieldRates {
  /** Positions among the samples. */
  readonly kept: readonly number[];
  readonly states: Float64Array[];
  readonly rates: Float64Array[];
  readonly order: number;
}

/** Central differences along trajectories; of mere pairs the change over the step, halfway. */
async function ratesOfFields(
  { input, target, later, dt: stated, samples }: DataContext,
  { dt }: LieDerivativeParameters,
): Promise<FieldRates> {
  const n = samples.length;
  const count = Math.min(n, MOST_STATES);
  const chosen = Array.from({ length: count }, (_, k) => Math.floor((k * n) / count));
  const time = dt > 0 ? dt : (stated ?? 1);
  const rows = (values: Float64Array, size: number): Float64Array[] =>
    Array.from({ length: values.length / size }, (_, k) => values.slice(k * size, (k + 1) * size));
  const size = sizeOf(input.shape.slice(1));
  if (later !== undefined) {
    const found = await ratesOf(
      (positions, steps) =>
        later(
          positions.map((position) => chosen[position]!),
          steps,
        ),
      count,
      time,
    );
    if (found !== null) {
      return {
        kept: found.kept.map((position) => chosen[position]!),
        states: rows(found.points, size),
        rates: rows(found.rates, size),
        order: found.order,
      };
    }
  }
  if (target?.shape.slice(1).join() !== input.shape.slice(1).join()) {
    throw new UserError(
      "lie-derivative/no-dynamics",
      "The Lie derivative of data needs successive states to fit a law of motion to, and the file pairs its states with nothing of their shape.",
      {
        where: "data",
        todo: "Give trajectories, or pairs of a state and the next (--target on the command line).",
      },
    );
  }
  const [now, next] = [gather(input, chosen), gather(target, chosen)].map((tensor) =>
    Float64Array.from(toFloat64(tensor)),
  );
  return {
    kept: chosen,
    states: rows(
      now!.map((value, i) => (value + next![i]!) / 2),
      size,
    ),
    rates: rows(
      now!.map((value, i) => (next![i]! - value) / time),
      size,
    ),
    order: 2,
  };
}
