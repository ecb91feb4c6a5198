/**
 * What brings states to mean zero and unit spread, and back: pooled so that it commutes with every isometry (data's
 * `pooled`), of the target or of the change that a step makes.
 */
import { parseFieldSpec, type FieldSpec } from "../../../shared/fields/spec";
import { sizeOf, toFloat64 } from "../../../shared/tensor";
import type { DataSet } from "../../data/dataset";
import { pooled } from "../../data/normalise";
import type { ChannelStatistics } from "../../data/statistics";
import type { NetworkStatistics } from "./file";
import type { NetworkPlan } from "./network";
import { channelsIn, type NetworkStates } from "./states";

/** Samples that are read; more say no more of a mean. */
const MOST_SAMPLES = 256;
/** And of large states fewer. */
const MOST_VALUES = 2 ** 25;

/** Of states that are in normalised variables already. */
export function noStatistics(states: NetworkStates): NetworkStatistics {
  const of = (count: number, value: number): number[] => new Array<number>(count).fill(value);
  const [inward, outward] = [channelsIn(states), states.outputChannels];
  return {
    input_mean: of(inward, 0),
    input_std: of(inward, 1),
    output_mean: of(outward, 0),
    output_std: of(outward, 1),
  };
}

/**
 * From samples of the data, evenly strided among `indices` (all by default). Where there are no targets the prediction
 * is taken to vary as the state does.
 * @throws what reading the data throws
 */
export async function pooledStatistics(
  data: DataSet,
  { states, settings }: Pick<NetworkPlan, "states" | "settings">,
  indices: readonly number[] = Array.from({ length: data.sampleCount }, (_, i) => i),
): Promise<NetworkStatistics> {
  const most = Math.min(MOST_SAMPLES, Math.max(1, Math.floor(MOST_VALUES / sizeOf(states.shape))));
  const every = Math.max(1, Math.ceil(indices.length / most));
  const { input, target } = await data.read(indices.filter((_, i) => i % every === 0));
  const { layout, fields, outputFields, outputChannels } = states;
  const inner = layout === "particles" ? 1 : sizeOf(states.shape.slice(1));
  const inward = channelsIn(states);
  const given = toFloat64(input);
  const own = pooled(specOf(fields, inward), momentsOf(given, inward, inner));
  const common = { input_mean: own.mean, input_std: own.std.map(positive) };
  if (target === undefined) {
    const direct = settings["prediction"] !== "change";
    return {
      ...common,
      output_mean: direct ? common.input_mean : own.mean.map(() => 0),
      output_std: common.input_std,
    };
  }
  const outgoing = toFloat64(target);
  // Added to the state by the network, or by who states that it predicts changes.
  const change = settings["prediction"] === "change" || data.predicts === "change";
  const wanted = change ? outgoing.map((value, i) => value - given[i]!) : outgoing;
  const spec = outputFields ?? (outputChannels === inward ? fields : undefined);
  const out = pooled(specOf(spec, outputChannels), momentsOf(wanted, outputChannels, inner));
  return { ...common, output_mean: out.mean, output_std: out.std.map(positive) };
}

/** Where nobody said what channels are, each is a scalar of its own. */
function specOf(fields: FieldSpec | undefined, channels: number): FieldSpec {
  const scalars = Array.from({ length: channels }, (_, c) => `scalar:c${c}`);
  return fields ?? parseFieldSpec(scalars.join());
}

/** A channel that never changes has no spread to divide by. */
function positive(deviation: number): number {
  return deviation > 0 ? deviation : 1;
}

/** Mean and population deviation of each channel of [N, C, inner], in two passes. */
function momentsOf(values: Float64Array, channels: number, inner: number): ChannelStatistics[] {
  const count = values.length / channels;
  const each = (add: (value: number, channel: number) => void): void => {
    for (let i = 0; i < values.length; i++) add(values[i]!, Math.floor(i / inner) % channels);
  };
  const mean = new Float64Array(channels);
  each((value, c) => (mean[c]! += value / count));
  const variance = new Float64Array(channels);
  each((value, c) => (variance[c]! += (value - mean[c]!) ** 2 / count));
  return Array.from(mean, (m, c) => ({
    channel: String(c),
    mean: m,
    std: Math.sqrt(variance[c]!),
    min: m,
    max: m,
    nonFinite: 0,
  }));
}
