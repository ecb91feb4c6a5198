/**
 * The variables that a network works in: (s(x) − mean)/std a channel, where s(x) is x or log(x + ε). What a choice of them
 * means in numbers, for the data at hand; `models/prepared` builds them into the graph.
 */
import { UserError } from "../../shared/errors";
import type { ChannelGroup, FieldSpec } from "../../shared/fields/spec";
import {
  parseNormalise,
  showNormalise,
  type NormaliseEntry,
  type Scaling,
} from "../../shared/preprocessing/normalise";
import type { DataSet } from "./dataset";
import { readNormalisation } from "./normaliseFile";
import { channelStatistics, type ChannelStatistics } from "./statistics";
import type { StatePlace } from "./states";

/** Offset and scale of each channel. */
export interface Scales {
  /** The mean, or the least value. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface Normalisation extends Scales {
  /** ε of log(x + ε) a channel, null for x itself; absent: x everywhere. */
  readonly log?: readonly (number | null)[];
  /** Of predictions, or of the changes that are predicted; absent: those of the last state, for changes without mean. */
  readonly output?: Scales;
  /** As it was chosen, or the file it comes from. */
  readonly source: string;
}

type Described = Pick<DataSet, "states" | "channels" | "fields" | "conditions">;

/**
 * What a choice (`shared/preprocessing/normalise`) is in numbers; undefined for none. Statistics are those of all states.
 * @throws UserError "normalise/…"
 */
export async function normalisationOf(
  text: string,
  data: Described,
): Promise<Normalisation | undefined> {
  const choice = parseNormalise(text);
  // Whose training it would be is known to those who open the model.
  if (choice.kind === "auto") return undefined;
  const told = data.conditions.length;
  const count = data.channels.length - told;
  if (choice.kind === "file") {
    return unchangedBehind(checked(repeated(await readNormalisation(choice.path), framesOf(data), count), count), told); // prettier-ignore
  }
  if (choice.entries.every(({ log, scaling }) => log === null && scaling === "none"))
    return undefined;
  const entries = entriesOfChannels(choice.entries, data, count);
  return unchangedBehind(checked(await resolved(entries, data, text), count), told);
}

/** Conditions reach the network as they are stated: their unit and range are its own business. */
function unchangedBehind(normalisation: Normalisation, told: number): Normalisation {
  const each = <T>(value: T): T[] => Array.from({ length: told }, () => value);
  const { mean, std, log } = normalisation;
  return {
    ...normalisation,
    mean: [...mean, ...each(0)],
    std: [...std, ...each(1)],
    ...(log === undefined ? {} : { log: [...log, ...each(null)] }),
  };
}

/** States that an input consists of, as its fields' names tell. */
function framesOf({ fields = [], channels, conditions }: Described): number {
  const own = fields.filter((group) => group.channels[0]! < channels.length - conditions.length);
  const numbers = own.map(({ name }) => Number(/_(\d+)$/.exec(name)?.[1] ?? 0));
  return numbers.length === 0 || numbers.includes(0) ? 1 : Math.max(...numbers);
}

/** Numbers of one state for an input of several; those of the whole input as they are. */
function repeated(normalisation: Normalisation, times: number, count: number): Normalisation {
  const { mean, std, log } = normalisation;
  if (times === 1 || mean.length * times !== count) return normalisation;
  const again = <T>(list: readonly T[]): T[] => Array.from({ length: times }, () => list).flat();
  return {
    ...normalisation,
    mean: again(mean),
    std: again(std),
    ...(log === undefined ? {} : { log: again(log) }),
  };
}

const NOTHING: NormaliseEntry = { name: null, log: null, scaling: "none" };

/**
 * The entry of each channel: its own, else its component's, else its field's, else the one without a name.
 * @throws UserError "normalise/name"
 */
function entriesOfChannels(
  entries: readonly NormaliseEntry[],
  { channels }: Described,
  count: number,
): NormaliseEntry[] {
  const names = channels
    .slice(0, count)
    .map(({ name, group }, c) => [String(c), name, withoutTime(name), group, withoutTime(group)]);
  const known = new Set(names.flat());
  const unknown = entries.find(({ name }) => name !== null && !known.has(name));
  if (unknown !== undefined) {
    throw new UserError(
      "normalise/name",
      `The normalisation speaks of ${unknown.name!}, which is no field here and no channel.`,
      {
        where: "normalise",
        todo: `There are ${[...new Set(names.map(([, , , group, base]) => base || group || ""))].filter((name) => name !== "").join(", ") || "channels"}, and channels 0 to ${count - 1}.`,
      },
    );
  }
  const rest = entries.find(({ name }) => name === null) ?? NOTHING;
  return names.map((own) => {
    const named = own.map((name) => entries.find((entry) => entry.name === name && name !== ""));
    return named.find((entry) => entry !== undefined) ?? rest;
  });
}

/** `v` of `v_2`, the second of several states. */
function withoutTime(name: string): string {
  return name.replace(/_\d+(?=$|\.)/, "");
}

async function resolved(
  entries: readonly NormaliseEntry[],
  data: Described,
  source: string,
): Promise<Normalisation> {
  const count = entries.length;
  const byStatistics = entries.filter(({ scaling }) =>
    typeof scaling === "string" ? scaling !== "none" : "onto" in scaling,
  );
  const mixing = byStatistics.find(({ scaling }) => scaling !== "per-channel");
  if (mixing !== undefined && data.fields === undefined) {
    throw new UserError(
      "normalise/fields",
      `The normalisation ${showNormalise([{ ...mixing, name: null, log: null }])} needs to know which channels form vectors.`,
      {
        where: "normalise",
        todo: "State the fields (--fields on the command line), like scalar:p,vector:v, or choose per-channel.",
      },
    );
  }
  const log = entries.map((entry) => entry.log);
  const logged = log.some((epsilon) => epsilon !== null);
  const statistics =
    byStatistics.length === 0
      ? null
      : (await channelStatistics(data, logged ? { as: logarithms(log, data) } : {})).channels;
  const groups: FieldSpec =
    data.fields?.filter(({ channels }) => channels.every((channel) => channel < count)) ??
    entries.map((_, c) => ({ name: `channel ${c}`, kind: "scalar", channels: [c] }));
  const mean = entries.map(() => 0);
  const std = entries.map(() => 1);
  for (const group of groups) {
    for (const channel of group.channels) {
      const { scaling } = entries[channel]!;
      const own = scaled(scaling, channel, group, statistics);
      [mean[channel], std[channel]] = [own.mean, own.std];
    }
  }
  return { mean, std, ...(logged ? { log } : {}), source };
}

/**
 * - pooled, the statistics that commute with every isometry: components of a vector or a tensor share one standard
 *   deviation about zero, a pseudoscalar has its own about zero, the rest their own about their mean
 * - min-max: from 0 to 1 over the values there are; components of these, and a pseudoscalar, are divided by their largest
 *   size and lie between −1 and 1. Onto another range likewise: about its middle for these, from its least for the rest
 */
function scaled(
  scaling: Scaling,
  channel: number,
  { kind, channels }: ChannelGroup,
  statistics: readonly ChannelStatistics[] | null,
): { mean: number; std: number } {
  if (typeof scaling !== "string" && "mean" in scaling) return scaling;
  if (scaling === "none" || statistics === null) return { mean: 0, std: 1 };
  const { mean, std, min, max } = statistics[channel]!;
  if (scaling === "per-channel") return { mean, std };
  const own = channels.map((each) => statistics[each]!);
  const aboutZero = kind === "vector" || kind === "tensor" || kind === "pseudoscalar";
  if (scaling === "min-max" || typeof scaling !== "string") {
    const [from, to] = scaling === "min-max" ? [aboutZero ? -1 : 0, 1] : scaling.onto;
    const largest = Math.max(
      ...own.map((each) => Math.max(Math.abs(each.min), Math.abs(each.max))),
    );
    const scale = (aboutZero ? 2 * largest : max - min) / (to - from);
    // About zero the mean of a symmetric range is exactly zero, as a group asks for.
    return { mean: aboutZero ? 0 - (scale * (from + to)) / 2 : min - from * scale, std: scale };
  }
  const square = own.reduce((sum, s) => sum + s.std ** 2 + (aboutZero ? s.mean ** 2 : 0), 0);
  return { mean: aboutZero ? 0 : mean, std: Math.sqrt(square / channels.length) };
}

/** Statistics of the channels as `pooled` has them. */
export function pooled(spec: FieldSpec, statistics: readonly ChannelStatistics[]): Scales {
  const scales = statistics.map(() => ({ mean: 0, std: 1 }));
  for (const group of spec) {
    for (const channel of group.channels) {
      scales[channel] = scaled("pooled", channel, group, statistics);
    }
  }
  return { mean: scales.map(({ mean }) => mean), std: scales.map(({ std }) => std) };
}

/** For statistics. @throws (when called) UserError "normalise/log" */
function logarithms(
  log: readonly (number | null)[],
  { states, channels }: Described,
): (values: Float64Array, channel: number, place: StatePlace) => Float64Array {
  return (values, channel, { trajectory, time }) => {
    const epsilon = log[channel];
    if (epsilon === null || epsilon === undefined) return values;
    const bad = values.find((value) => value + epsilon <= 0);
    if (bad === undefined) return values.map((value) => Math.log(value + epsilon));
    const where = `${states.where}, trajectory ${trajectory}, time ${time}`;
    throw notPositive(where, channels[channel]!.name, bad, epsilon);
  };
}

/** @param where file and sample */
export function notPositive(
  where: string,
  channel: string,
  value: number,
  epsilon: number,
): UserError {
  const of = epsilon === 0 ? "" : ` + ${epsilon}`;
  return new UserError(
    "normalise/log",
    `${where}: ${channel} is ${Number(value.toPrecision(4))}, and the normalisation takes log(${channel}${of}), which only positive numbers have.`,
    {
      where: "normalise",
      todo: "Take the logarithm of positive channels alone, or add a constant that is large enough, like log+1e-3.",
    },
  );
}

/** @throws UserError "normalise/channels", "normalise/values" */
function checked(normalisation: Normalisation, count: number): Normalisation {
  const { mean, std, source } = normalisation;
  if (mean.length !== count || std.length !== count) {
    throw new UserError(
      "normalise/channels",
      `The normalisation ${source} has ${mean.length} means and ${std.length} standard deviations for ${count} channels.`,
      { where: "normalise" },
    );
  }
  const bad = std.findIndex(
    (value, c) => !(value > 0) || !Number.isFinite(value) || !Number.isFinite(mean[c]!),
  );
  if (bad >= 0) {
    throw new UserError(
      "normalise/values",
      `The normalisation ${source} cannot be used: channel ${bad} has mean ${mean[bad]!} and standard deviation ${std[bad]!}.`,
      {
        where: "normalise",
        todo: "A standard deviation must be positive: leave constant channels as they are (none) or give them 1.",
      },
    );
  }
  return normalisation;
}

/**
 * Offset and scale of predictions: as stated, else those of the last state, for changes without offset.
 * @param channels of a prediction @param told channels of the input behind the states, which no prediction has
 * @returns undefined where they are not told by those of the input
 */
export function scalesOfOutput(
  { mean, std, log, output }: Normalisation,
  channels: number,
  predicts: DataSet["predicts"],
  told: number,
): (Scales & { readonly log: readonly (number | null)[] }) | undefined {
  const whole = mean.length - told;
  if (whole % channels !== 0) {
    if (output?.mean.length !== channels) return undefined;
    return { ...output, log: output.mean.map(() => null) };
  }
  const last = <T>(list: readonly T[]): readonly T[] => list.slice(whole - channels, whole);
  const own = output?.mean.length === channels ? output : undefined;
  return {
    mean: own?.mean ?? last(predicts === "change" ? mean.map(() => 0) : mean),
    std: own?.std ?? last(std),
    log: last(log ?? mean.map(() => null)),
  };
}
