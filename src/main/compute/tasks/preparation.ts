/** What is stated of a network beside its file, in numbers: by the parameters, or by the record of its training. */
import { dirname } from "node:path";
import { UserError } from "../../../shared/errors";
import type { FieldSpec } from "../../../shared/fields/spec";
import type { Group } from "../../../shared/groups/group";
import type { NormalisationRecord } from "../../../shared/preprocessing/record";
import { parsePadding, type Padding } from "../../../shared/preprocessing/padding";
import type { TrainingRecord } from "../../../shared/training/training";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import type { DataSet } from "../../data/dataset";
import { normalisationOf, notPositive, type Normalisation } from "../../data/normalise";
import { normalisationWarnings } from "../../data/normaliseWarnings";
import { conditionsTaken } from "../../models/conditioned";
import type { Model } from "../../models";
import { extentsOutside, paddedAxes } from "../../models/padded";
import type { Preparation } from "../../models/prepared";
import { readTraining } from "../../training/folder";

/** As parameters state them. */
export interface Stated {
  readonly normalise: string;
  readonly pad: string;
  /** Where losses are taken. */
  readonly lossIn?: "network" | "data";
}

/** Where a network comes from. */
export interface Origin {
  readonly path: string;
  readonly weights: string | null;
}

/**
 * @throws UserError "normalise/…", "pad/…", "training/damaged"
 */
export async function preparationOf(
  stated: Stated,
  data: DataSet,
  origin: Origin | null,
): Promise<Preparation> {
  const { states, conditions } = data;
  const channel = states.axes.indexOf("channel");
  const channelAxis = channel < 0 ? null : channel + 1;
  const record = await trainingFor(stated, origin);
  const padding = paddingOf(stated.pad, record);
  return {
    normalisation: await normalisationFor(stated.normalise, data, record),
    predicts: predictsOf(data, record),
    padding: padding === null ? null : paddedAxes(padding, states.shape, channelAxis),
    channelAxis,
    told: conditions.length,
    lossIn: stated.lossIn ?? "network",
  };
}

/** Numbers as a record keeps them. */
export function recordOfNormalisation({
  mean,
  std,
  log,
  output,
  source,
}: Normalisation): NormalisationRecord {
  return {
    ...{ mean: [...mean], std: [...std], source },
    ...(log === undefined ? {} : { log: [...log] }),
    ...(output === undefined ? {} : { output: { mean: [...output.mean], std: [...output.std] } }),
  };
}

/** null for none, also where no training is recorded that could say. */
export async function normalisationFor(
  text: string,
  data: Pick<DataSet, "path" | "states" | "channels" | "fields" | "conditions">,
  record: TrainingRecord | null,
): Promise<Normalisation | null> {
  if (text.trim() !== "auto") return (await normalisationOf(text, data)) ?? null;
  const recorded = record?.normalisation;
  if (recorded === undefined || recorded === null) return null;
  const { mean, std, log, output, source } = recorded;
  if (mean.length !== data.channels.length) {
    throw new UserError(
      "normalise/channels",
      `The network was trained in variables of ${mean.length} channels, and ${data.path} has ${data.channels.length}.`,
      {
        where: "normalise",
        todo: "Take data of the same channels, or state the normalisation (--normalise on the command line).",
      },
    );
  }
  return {
    ...{ mean, std },
    ...(log === undefined ? {} : { log }),
    ...(output === undefined ? {} : { output }),
    source: `${source}, as its training had it`,
  };
}

export function paddingOf(text: string, record: TrainingRecord | null): Padding | null {
  const padding = parsePadding(text);
  if (padding !== "auto") return padding;
  const recorded = parsePadding(String(record?.parameters["pad"] ?? ""));
  return recorded === "auto" ? null : recorded;
}

/** Of one that was trained here, what its data were read as. */
export function predictsOf(
  { predicts }: Pick<Preparation, "predicts">,
  record: TrainingRecord | null,
): Preparation["predicts"] {
  return record?.data.options["predicts"] === "change" ? "change" : predicts;
}

/** The record that is to say what is not stated; null where all is, or where there is none. */
export async function trainingFor(
  { normalise, pad }: Stated,
  origin: Origin | null,
): Promise<TrainingRecord | null> {
  const asked = normalise.trim() === "auto" || pad.trim() === "auto";
  return asked && origin !== null ? trainingOf(origin) : null;
}

/** The training whose folder a network, or its weights, lie in; null where they lie in none. */
export async function trainingOf({ path, weights }: Origin): Promise<TrainingRecord | null> {
  const folders = [
    // Of several seeds each has a folder of its own in the training's.
    ...(weights === null ? [] : [dirname(weights), dirname(dirname(weights))]),
    dirname(path),
  ];
  for (const folder of folders) {
    try {
      return await readTraining(folder);
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== "training/missing") throw error;
    }
  }
  return null;
}

/** Extents of a state as the network's file is to take it, without the conditions that are inputs of their own. */
export function extentsFor(
  model: Model,
  { states, conditions }: DataSet,
  { padding }: Pick<Preparation, "padding">,
): number[] {
  const taken = conditionsTaken(model, conditions);
  return extentsOutside(padding, states.shape).map((n, i) =>
    states.axes[i] === "channel" ? n - taken : n,
  );
}

/** What an attentive colleague would remark, before a group acts. */
export function remarksOnPreparation(
  { normalisation, padding }: Preparation,
  fields: FieldSpec | undefined,
  group: Group,
  stage: "to be trained" | "trained" = "trained",
): string[] {
  const uneven = padding?.cells.some(({ before, behind }) => before !== behind) === true;
  const turning = group.elements.some(({ matrix }) => matrix[0][0] !== 1 || matrix[1][1] !== 1);
  return [
    ...(normalisation === null || fields === undefined
      ? []
      : normalisationWarnings(normalisation, fields, group, stage)),
    ...(uneven && turning
      ? [
          `The padding (${padding.mode}) is not the same before and behind, so it does not commute with ${group.label}: pad by as many cells at either end.`,
        ]
      : []),
  ];
}

/** Said where losses weigh channels otherwise than in the data's own variables: influence and cosines are others then. */
export function remarksOnLoss({ normalisation, lossIn }: Preparation): string[] {
  if (normalisation === null || lossIn === "data") return [];
  const { std } = normalisation.output ?? normalisation;
  const alike = std.every((one) => one === std[0]) && normalisation.log === undefined;
  return alike
    ? []
    : [
        "Losses are taken in the network’s normalised variables, as its training had them; in the data’s own they weigh channels otherwise, and influence and cosines differ (--loss-in data on the command line).",
      ];
}

/**
 * Logarithms are of positive numbers.
 * @param tensor inputs, or targets @param labels of the inputs' channels @param name of a sample, with its file
 * @throws UserError "normalise/log" naming sample and channel
 */
export function checkLogarithms(
  tensor: Tensor,
  { normalisation, channelAxis, told }: Preparation,
  labels: DataSet["channels"],
  name: (sample: number) => string,
): void {
  const log = normalisation?.log;
  if (log === undefined) return;
  const values = toFloat64(tensor);
  const [n = 1, ...sample] = tensor.shape;
  const inner = channelAxis === null ? sizeOf(sample) : sizeOf(sample.slice(channelAxis));
  const channels = channelAxis === null ? 1 : (sample[channelAxis - 1] ?? 1);
  const size = values.length / n;
  // Targets have the channels of the last state.
  const first = channels === log.length ? 0 : log.length - told - channels;
  const bad = values.findIndex((value, i) => {
    const epsilon = log[first + (Math.floor(i / inner) % channels)];
    return epsilon !== null && epsilon !== undefined && !(value + epsilon > 0);
  });
  if (bad < 0) return;
  const channel = Math.floor(bad / inner) % channels;
  throw notPositive(
    name(Math.floor(bad / size)),
    labels[first + channel]?.name ?? `channel ${channel}`,
    values[bad]!,
    log[first + channel]!,
  );
}
