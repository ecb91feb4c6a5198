/**
 * What is to have the symmetry, near its samples: the network, or where there is none a polynomial map fitted to the
 * data: from states to what the file pairs them with, to the next states, or to rates by finite differences.
 */
import type { DiscoverParameters } from "../../../shared/analyses/discover";
import { UserError } from "../../../shared/errors";
import type { FitFacts } from "../../data/fit/dynamics";
import type { Linearised } from "../../data/fit/map";
import type { Executor } from "../../runtime/executor";
import type { DataContext, SampleRef } from "../context";
import { fitToData } from "../fitToData";
import { sampleNetwork } from "../network";
import type { OutputAction } from "./gram";
import { linearisedNetwork } from "./linearised";

export interface Source {
  readonly map: Linearised;
  /** Of the map's points. */
  readonly samples: readonly SampleRef[];
  /** What a fit gives, in words and numbers; null for a network. */
  readonly fit: FitFacts | null;
  /** Whether the values are states or rates, where the source says so. */
  readonly kind: Extract<OutputAction, "state" | "rate"> | null;
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
    context.memoryBytes,
    step,
  );
  return { map, samples: context.samples, fit: null, kind: null };
}

/** @throws UserError "discover/no-dynamics", "discover/fields-without-model", "data/few-pairs" */
export async function dataSource(
  context: DataContext,
  params: DiscoverParameters,
  step: () => void,
): Promise<Source> {
  const { target, samples, grid } = context;
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
  const { map, kept, facts } = await fitToData(context, target, params, step);
  const kind = facts.of === "next states" ? "state" : facts.of === "rates" ? "rate" : null;
  return { map, samples: kept.map((position) => samples[position]!), fit: facts, kind };
}
