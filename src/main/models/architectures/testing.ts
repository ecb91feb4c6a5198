/** States and data for tests of architectures. */
import type { Layout } from "../../../shared/architectures/definition";
import { channelCount, parseFieldSpec, unitGrid } from "../../../shared/fields/spec";
import { toFloat64, type Tensor } from "../../../shared/tensor";
import { evaluator } from "../../graph/evaluate";
import { inputName } from "../../graph/ir";
import { statisticNames, type NetworkPlan } from "./network";
import type { NetworkStates } from "./states";
import { noStatistics } from "./statistics";

/** Fields on a periodic grid of unit sides, unless the axes say otherwise. */
export function onGrid(
  fields: string,
  size: readonly number[],
  periodic?: readonly boolean[],
): NetworkStates {
  const spec = parseFieldSpec(fields, size.length);
  const channels = channelCount(spec);
  return {
    layout: "grid",
    shape: [channels, ...size],
    fields: spec,
    outputChannels: channels,
    outputFields: spec,
    grid: { ...unitGrid(size), ...(periodic === undefined ? {} : { periodic }) },
    boundary: null,
    dt: null,
    length: null,
  };
}

/** Particles with the fields' channels each; vectors have two components unless said otherwise. */
export function ofParticles(fields: string, particles: number, dimension?: number): NetworkStates {
  const spec = parseFieldSpec(fields, dimension);
  const channels = channelCount(spec);
  return {
    layout: "particles",
    shape: [particles, channels],
    fields: spec,
    outputChannels: channels,
    outputFields: spec,
    grid: undefined,
    boundary: null,
    dt: null,
    length: null,
  };
}

/** The states for which presets state their parameters (`measuredStates`). */
export function measured(layout: Layout): NetworkStates {
  return layout === "particles"
    ? ofParticles("vector:q,vector:p", 16)
    : onGrid("vector:v", [64, 64]);
}

/** The network in float64 at these weights, on samples [batch, …]; statistics are those of no normalisation. */
export function evaluated(
  plan: NetworkPlan,
  weights: ReadonlyMap<string, Tensor>,
  batch = 1,
): (x: Float64Array) => Float64Array {
  const graph = plan.graph(batch, "float64");
  const evaluate = evaluator(graph.outputs.map(({ value }) => value));
  const none = noStatistics(plan.states);
  const fixed = new Map([
    ...[...weights].map(([name, tensor]): [string, Float64Array] => [name, toFloat64(tensor)]),
    ...statisticNames.map((name): [string, Float64Array] => [name, Float64Array.from(none[name])]),
  ]);
  return (x) => {
    const feeds = graph.inputs.map((value) => [value, fixed.get(inputName(value)) ?? x] as const);
    return evaluate(new Map(feeds))[0]!;
  };
}
