/**
 * The map that data speak of where there is no model: from states to what the file pairs them with, to the next states,
 * or to rates by finite differences; polynomials or kernels fitted to them, judged on pairs that the fit has not seen.
 */
import { UserError } from "../../../shared/errors";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { ratesOf } from "./differences";
import { fitKernel } from "./kernel";
import type { Clusters, Linearised } from "./map";
import type { Fit, Pairs } from "./pairs";
import { fewestPairs, fitPolynomial } from "./polynomial";

/** States that are vectors of numbers, and what follows them. */
export interface VectorData {
  /** [n, …] */
  readonly input: Tensor;
  /** [n, …] */
  readonly target: Tensor;
  /** The states so many steps after the samples, NaN where the data end; absent where nothing is successive. */
  readonly later?: (positions: readonly number[], steps: number) => Promise<Tensor>;
  /** Of the samples at these positions. */
  clusters(positions: readonly number[]): Clusters;
}

export interface FitChoices {
  /** Whether the values are the next states or rates; auto takes what is fitted clearly better, rates in doubt. */
  readonly prediction: "auto" | "state" | "rate";
  /** The highest degree of the polynomials. */
  readonly degree: number;
  /** Between successive states. */
  readonly dt: number;
}

export interface FitFacts {
  readonly of: "next states" | "rates" | "stored values";
  /** Of the polynomials; null where kernels fitted better. */
  readonly degree: number | null;
  readonly features: number;
  /** On held-out pairs, over the standard deviation of the values. */
  readonly residual: number;
  /** Of the finite differences' error in the time step; null where none were taken. */
  readonly order: number | null;
}

export interface FittedMap {
  readonly map: Linearised;
  /** Positions of the map's points among the samples. */
  readonly kept: readonly number[];
  readonly facts: FitFacts;
}

/** @throws UserError "data/few-pairs" */
export async function fittedDynamics(
  data: VectorData,
  { prediction, degree, dt }: FitChoices,
  step: () => void,
): Promise<FittedMap> {
  const { input, target, later } = data;
  const count = input.shape[0]!;
  const inputs = sizeOf(input.shape.slice(1));
  const points = Float64Array.from(toFloat64(input));
  const all = Array.from({ length: count }, (_, k) => k);
  const stored: Pairs = {
    count,
    inputs,
    outputs: sizeOf(target.shape.slice(1)),
    points,
    values: Float64Array.from(toFloat64(target)),
  };
  const fitted = (
    pairs: Pairs,
    kept: readonly number[],
    of: FitFacts["of"],
    order: number | null,
  ): FittedMap => {
    checkCount(pairs);
    const { map, ...found } = fitOf(pairs, data.clusters(kept), degree, step);
    return { map, kept, facts: { of, order, ...found } };
  };
  if (later === undefined) return fitted(stored, all, "stored values", null);
  // The change is what has to be fitted: to a short step's state the state itself is a good answer.
  const changes = { ...stored, values: stored.values.map((value, k) => value - points[k]!) };
  const states = (): FittedMap => {
    const found = fitted(changes, all, "next states", null);
    return { ...found, map: stepsOf(found.map) };
  };
  if (prediction === "state") return states();
  const found = await ratesOf(later, count, dt);
  if (found === null) return states();
  const rates = fitted(
    {
      ...stored,
      count: found.kept.length,
      outputs: inputs,
      points: found.points,
      values: found.rates,
    },
    found.kept,
    "rates",
    found.order,
  );
  if (prediction === "rate" || rates.facts.residual < FAR_OFF) return rates;
  // A rate is what physics states; successive states are taken where they are fitted clearly better.
  const other = states();
  return other.facts.residual < rates.facts.residual / CLEARLY ? other : rates;
}

const CLEARLY = 10;

/** x + G(x) of a change G. */
function stepsOf(map: Linearised): Linearised {
  const { samples, inputs, points } = map;
  const jacobians = Float64Array.from(map.jacobians);
  for (let k = 0; k < samples; k++) {
    for (let i = 0; i < inputs; i++) jacobians[(k * inputs + i) * inputs + i]! += 1;
  }
  return { ...map, values: map.values.map((value, k) => value + points[k]!), jacobians };
}

function checkCount({ inputs, count }: Pairs): void {
  const needed = fewestPairs(inputs);
  if (count >= needed) return;
  throw new UserError(
    "data/few-pairs",
    `${count} samples are too few to fit a map of ${inputs} numbers; at least ${needed} are needed.`,
    {
      where: "samples",
      todo: "Take more samples (--samples on the command line), or give a model.",
    },
  );
}

/** Polynomials, which find their like to rounding; kernels where those are left far off and these are not. */
function fitOf(pairs: Pairs, clusters: Clusters, degree: number, step: () => void): Fit {
  const polynomial = fitPolynomial(pairs, clusters, degree, step);
  if (polynomial.residual < FAR_OFF) return polynomial;
  const kernel = fitKernel(pairs, clusters, step);
  return kernel !== null && kernel.residual < polynomial.residual ? kernel : polynomial;
}

const FAR_OFF = 1e-3;
