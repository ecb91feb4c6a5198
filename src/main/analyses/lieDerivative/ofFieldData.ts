/**
 * The Lie derivative of data on a grid: of the local law of motion that is fitted to the data's rates. Its functions of
 * fields and derivatives are pushed along the generators exactly, so what is left besides the law's own breaking is what
 * the fit leaves out.
 */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { UserError } from "../../../shared/errors";
import type { Grid } from "../../../shared/fields/spec";
import { uniform, type Infinitesimal } from "../../../shared/generators/generator";
import { quantile, sorted } from "../../../shared/statistics";
import { sizeOf, toFloat64 } from "../../../shared/tensor";
import { ratesOf } from "../../data/fit/differences";
import { fitLocal } from "../../data/fit/local";
import type { Base, LocalTerms } from "../../data/fit/localTerms";
import { GeneratorAction } from "../../fields/generators/apply";
import type { DataContext } from "../context";
import { gather } from "../orbit";
import type { FittedData } from "./fitted";
import { norm } from "./norms";
import type { Sides } from "./sides";

/** States enough for a law, and few enough for memory. */
const MOST_STATES = 48;
/** At which two fits are compared. */
const LOOKED_AT = 4;
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
  const channels = shape[0]!;
  const law = fitLocal(states, rates, grid, channels, step);
  const { terms } = law;
  const size = sizeOf(shape);
  const basesOf = ({ infinitesimals }: Sides): ((state: Float64Array) => Base)[] =>
    infinitesimals.map((one) => basesAlong(one, terms, grid, channels));
  return {
    halves(sides) {
      const [one, other] = [0, 1].map((rest) => {
        const half = <T>(all: readonly T[]): T[] => all.filter((_, k) => k % 2 === rest);
        return fitLocal(half(states), half(rates), grid, channels, step);
      });
      const bases = basesOf(sides);
      const output = sides.output(1);
      const looked = states.slice(0, LOOKED_AT).map((state) => {
        const base = terms.base(state);
        const [a, b] = [one!.rate(base), other!.rate(base)];
        const apart = a.map((value, i) => value - b[i]!);
        const moved = output.of(apart, state);
        const still = output.of(new Float64Array(size), state);
        return bases.map((along, j) => {
          const direction = along(state);
          const [c, d] = [one!.slope(base, direction), other!.slope(base, direction)];
          const difference = c.map(
            (value, i) => value - d[i]! - (moved[j * size + i]! - still[j * size + i]!),
          );
          return norm(difference, 0, size, null) / norm(law.rate(base), 0, size, null);
        });
      });
      return Float64Array.from(bases, (_, j) =>
        quantile(sorted(looked.map((errors) => errors[j]!)), 0.5),
      );
    },
    kept,
    kind: "rate",
    outputShape: shape,
    words: `rates, by central differences of order ${order}, fitted by a local law of ${terms.terms.length} terms with coefficients that may vary over the box (${terms.features} functions)`,
    residual: law.residual,
    along(sides) {
      const bases = basesOf(sides);
      return (k) => {
        const state = states[k]!;
        const base = terms.base(state);
        const tangents = new Float64Array(bases.length * size);
        bases.forEach((along, j) => tangents.set(law.slope(base, along(state)), j * size));
        return { state, value: law.rate(base), tangents };
      };
    },
  };
}

/**
 * The base quantities of X u. An affine flow, ξ = ξ₀ + Mp, moves fields to b + Σ x_j a_j with parts that close around
 * a periodic box, a_j = −(M e_j)·∇u, and is differentiated by the product rule; others as they are.
 */
function basesAlong(
  generator: Infinitesimal,
  terms: LocalTerms,
  grid: Grid,
  channels: number,
): (state: Float64Array) => Base {
  const axes = grid.size.length;
  const origin = new Array<number>(axes).fill(0);
  const { flow } = generator;
  const action = (one: Infinitesimal): GeneratorAction =>
    new GeneratorAction([one], channels, grid);
  if (flow === null || !isAffine(generator, grid)) {
    const whole = action(generator);
    return (state) => terms.base(whole.of(state));
  }
  const still = action({ ...generator, flow: uniform(flow.map((one) => one.value(origin))) });
  const linear = origin.map((_, j) =>
    action({ flow: uniform(flow.map((one) => one.gradient(origin)[j]!)), mix: [], shift: [] }),
  );
  return (state) =>
    terms.baseOfAffine(
      still.of(state),
      linear.map((one) => one.of(state)),
    );
}

/** Whether the flow is affine and what it does to components is the same everywhere. */
function isAffine({ flow, mix, shift }: Infinitesimal, grid: Grid): boolean {
  const corners = [-0.5, -0.17, 0.31, 0.5].map((share, k) =>
    [...grid.length].reverse().map((length, axis) => length * share * (axis === k % 2 ? 1 : 0.4)),
  );
  const same = (f: (p: readonly number[]) => number): boolean =>
    corners.every((corner) => Math.abs(f(corner) - f(corners[0]!)) <= 1e-12);
  return (
    mix.every(({ factor }) => same(factor)) &&
    shift.every(({ value }) => same(value)) &&
    (flow ?? []).every((one) => corners[0]!.every((_, j) => same((p) => one.gradient(p)[j]!)))
  );
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
