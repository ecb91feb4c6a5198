/**
 * What is to have the symmetry, near its samples: the network, or where there is none a polynomial map fitted to the
 * data: from states to what the file pairs them with, to the next states, or to rates by finite differences.
 */
import type { DiscoverParameters } from "../../../shared/analyses/discover";
import { UserError } from "../../../shared/errors";
import { sizeOf, toFloat64 } from "../../../shared/tensor";
import type { Executor } from "../../runtime/executor";
import type { DataContext, SampleRef } from "../context";
import { sampleNetwork } from "../network";
import { ratesOf } from "./fit/differences";
import { fitKernel } from "./fit/kernel";
import type { Fit, Pairs } from "./fit/pairs";
import { fewestPairs, fitPolynomial } from "./fit/polynomial";
import type { OutputAction } from "./gram";
import { linearisedNetwork, type Linearised } from "./linearised";
import { clustersOf, type Clusters } from "./resampling";

export interface Source {
  readonly map: Linearised;
  /** Of the map's points. */
  readonly samples: readonly SampleRef[];
  /** What a fit gives, in words and numbers; null for a network. */
  readonly fit: FitFacts | null;
  /** Whether the values are states or rates, where the source says so. */
  readonly kind: Extract<OutputAction, "state" | "rate"> | null;
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

export async function networkSource(
  context: DataContext & { readonly model: NonNullable<DataContext["model"]> },
  executor: Executor,
  step: (fraction: number) => void,
): Promise<Source> {
  const network = sampleNetwork(context.model);
  const map = await linearisedNetwork(
    executor,
    context.model,
    network,
    context.input,
    context.units,
    context.memoryBytes,
    step,
  );
  return { map, samples: context.samples, fit: null, kind: null };
}

/** @throws UserError "discover/no-dynamics", "discover/fields-without-model", "discover/few-pairs" */
export async function dataSource(
  context: DataContext,
  params: DiscoverParameters,
  step: () => void,
): Promise<Source> {
  const { input, target, samples, grid, later } = context;
  if (grid !== null) {
    throw new UserError(
      "discover/fields-without-model",
      "Without a model, a map is fitted to the data, and states on a grid have too many numbers for that.",
      { where: "model", todo: "Give a network (--model on the command line)." },
    );
  }
  if (target === null) {
    throw new UserError(
      "discover/no-dynamics",
      "Without a model there must be values or successive states to fit a map to, and the file has states alone.",
      {
        where: "data",
        todo: "Give a model, name the array of values (--target on the command line), or trajectories (--axes n,t,c).",
      },
    );
  }
  const inputs = sizeOf(input.shape.slice(1));
  const points = Float64Array.from(toFloat64(input));
  const stored: Pairs = {
    count: samples.length,
    inputs,
    outputs: sizeOf(target.shape.slice(1)),
    points,
    values: Float64Array.from(toFloat64(target)),
  };
  if (later === undefined) {
    return asSource(stored, samples, params, step, "stored values", null);
  }
  // The change is what has to be fitted: to a short step's state the state itself is a good answer.
  const changes = { ...stored, values: stored.values.map((value, k) => value - points[k]!) };
  const states = (): Source => {
    const source = asSource(changes, samples, params, step, "next states", null);
    return { ...source, map: stepsOf(source.map) };
  };
  if (params.prediction === "state") return states();
  const dt = params.dt > 0 ? params.dt : (context.dt ?? 1);
  const found = await ratesOf(later, samples.length, dt);
  if (found === null) return states();
  const rates = asSource(
    {
      ...stored,
      count: found.kept.length,
      outputs: inputs,
      points: found.points,
      values: found.rates,
    },
    found.kept.map((position) => samples[position]!),
    params,
    step,
    "rates",
    found.order,
  );
  if (params.prediction === "rate" || rates.fit!.residual < FAR_OFF) return rates;
  // A rate is what physics states; successive states are taken where they are fitted clearly better.
  const other = states();
  return other.fit!.residual < rates.fit!.residual / CLEARLY ? other : rates;
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

function asSource(
  pairs: Pairs,
  samples: readonly SampleRef[],
  { degree }: DiscoverParameters,
  step: () => void,
  of: FitFacts["of"],
  order: number | null,
): Source {
  const needed = fewestPairs(pairs.inputs);
  if (pairs.count < needed) {
    throw new UserError(
      "discover/few-pairs",
      `${pairs.count} samples are too few to fit a map of ${pairs.inputs} numbers; at least ${needed} are needed.`,
      {
        where: "samples",
        todo: "Take more samples (--samples on the command line), or give a model.",
      },
    );
  }
  const fit = fitOf(pairs, clustersOf(samples), degree, step);
  const kind = of === "next states" ? "state" : of === "rates" ? "rate" : null;
  const facts = { of, degree: fit.degree, features: fit.features, residual: fit.residual, order };
  return { map: fit.map, samples, fit: facts, kind };
}

/** Polynomials, which find their like to rounding; kernels where those are left far off and these are not. */
function fitOf(pairs: Pairs, clusters: Clusters, degree: number, step: () => void): Fit {
  const polynomial = fitPolynomial(pairs, clusters, degree, step);
  if (polynomial.residual < FAR_OFF) return polynomial;
  const kernel = fitKernel(pairs, clusters, step);
  return kernel !== null && kernel.residual < polynomial.residual ? kernel : polynomial;
}

const FAR_OFF = 1e-3;
