/**
 * The Lie derivative of data alone: of the map that is fitted to what the data pair their states with, to the next states
 * or to rates. What it leaves out on pairs that it has not seen bounds what can be said of the dynamics themselves.
 */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import { UserError } from "../../../shared/errors";
import type { Linearised } from "../../data/fit/map";
import type { DataContext } from "../context";
import { fitToData } from "../fitToData";
import type { FittedData } from "./fitted";
import { norm } from "./norms";

/** @throws UserError "lie-derivative/no-dynamics", "data/few-pairs" */
export async function fittedStates(
  context: DataContext,
  params: LieDerivativeParameters,
  step: () => void,
): Promise<FittedData> {
  const { input, target } = context;
  if (target === null) {
    throw new UserError(
      "lie-derivative/no-dynamics",
      "The Lie derivative of data needs values or successive states to fit a map to, and the file has states alone.",
      {
        where: "data",
        todo: "Name the array of values (--target on the command line), or give trajectories (--axes n,t,c).",
      },
    );
  }
  const { map, kept, facts } = await fitToData(context, target, params, step);
  const { inputs: d, outputs, points, values, jacobians } = map;
  const rounding = slopeRounding(map, facts.degree ?? 1);
  const by =
    facts.degree === null
      ? `an affine map and ${facts.features} inverse multiquadrics`
      : `polynomials of degree ${facts.degree} (${facts.features} features)`;
  const order = facts.order === null ? "" : `, by central differences of order ${facts.order}`;
  return {
    kept,
    kind: facts.of === "rates" ? "rate" : facts.of === "next states" ? "state" : null,
    outputShape: facts.of === "stored values" ? target.shape.slice(1) : input.shape.slice(1),
    words: `${facts.of}${order}, fitted by ${by}`,
    residual: facts.residual,
    along:
      ({ input: action }) =>
      (k) => {
        const state = points.subarray(k * d, (k + 1) * d);
        const directions = action.of(state);
        const count = directions.length / d;
        const tangents = new Float64Array(count * outputs);
        for (let j = 0; j < count; j++) {
          for (let o = 0; o < outputs; o++) {
            let sum = 0;
            for (let i = 0; i < d; i++) {
              sum += jacobians[(k * outputs + o) * d + i]! * directions[j * d + i]!;
            }
            tangents[j * outputs + o] = sum;
          }
        }
        const slopes = jacobians.subarray(k * outputs * d, (k + 1) * outputs * d);
        const speed = norm(slopes, 0, slopes.length, null) / Math.sqrt(d);
        const each = Float64Array.from({ length: count }, (_, j) => j * d);
        return {
          state,
          value: values.subarray(k * outputs, (k + 1) * outputs),
          tangents,
          gain: {
            slope: each.map((from) => speed * norm(directions, from, from + d, null)),
            rounding: each.map((from) => rounding(directions.subarray(from, from + d))),
          },
        };
      },
  };
}

/** Digits that a fit's values lose to the condition of its features, as a factor of the last one. */
const LOST = 16;

/**
 * What float64 leaves of a slope along a direction: a polynomial of degree n that is known to δ on a box has slopes that
 * are known to n²δ over half the box's width (Markov's inequality), and δ is a few last digits of the largest value.
 */
function slopeRounding(
  { inputs: d, points, values, outputs }: Linearised,
  degree: number,
): (direction: Float64Array) => number {
  const half = Float64Array.from({ length: d }, (_, i) => {
    let [low, high] = [Infinity, -Infinity];
    for (let at = i; at < points.length; at += d) {
      low = Math.min(low, points[at]!);
      high = Math.max(high, points[at]!);
    }
    return (high - low) / 2 || 1;
  });
  let largest = 0;
  for (let at = 0; at < values.length; at += outputs) {
    largest = Math.max(largest, norm(values, at, at + outputs, null));
  }
  const unit = LOST * 2 ** -52 * degree ** 2 * largest;
  return (direction) => unit * Math.hypot(...direction.map((value, i) => value / half[i]!));
}
