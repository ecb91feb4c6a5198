/**
 * An offset and a scale a channel, for models that work in normalised variables: (value − mean)/std in, and back out; from
 * least to largest value both are the range's. A network in such variables can only be equivariant if the normalisation
 * commutes with the group.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../shared/errors";
import type { ChannelGroup, FieldSpec } from "../../shared/fields/spec";
import { determinant, type SignedPermutation } from "../../shared/groups/element";
import type { Group } from "../../shared/groups/group";
import { sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import type { DataSet } from "./dataset";
import { openArrays, readNpz } from "./npz";
import { openError } from "./openError";
import { channelStatistics, type ChannelStatistics } from "./statistics";

export interface Normalisation {
  /** One a channel, in the data's units: the mean, or the least value. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** "pooled", "min-max", or the file they come from. */
  readonly source: string;
}

/**
 * What `--normalise` names: none (undefined), pooled statistics of the data or their range (min-max), or a file with
 * `mean` and `std`, or `min` and `max`.
 * @throws UserError "normalise/…"
 */
export async function normalisationOf(
  choice: string,
  data: Pick<DataSet, "states" | "channels" | "fields" | "conditions">,
): Promise<Normalisation | undefined> {
  if (choice === "none" || choice === "") return undefined;
  const told = data.conditions.length;
  const count = data.channels.length - told;
  const fromData = choice === "pooled" ? pooled : choice === "min-max" ? ranged : undefined;
  if (fromData === undefined)
    return unchangedBehind(checked(await readNormalisation(choice), count), told);
  if (data.fields === undefined) {
    throw new UserError(
      "normalise/fields",
      `The normalisation ${choice} needs to know which channels form vectors.`,
      {
        todo: "State the fields (--fields on the command line), like scalar:p,vector:v.",
      },
    );
  }
  const { channels } = await channelStatistics(data);
  const own = data.fields.filter((field) => field.channels.every((channel) => channel < count));
  return unchangedBehind(checked(fromData(own, channels.slice(0, count)), count), told);
}

/** Conditions reach the network as they are stated: their unit and range are its own business. */
function unchangedBehind({ mean, std, source }: Normalisation, told: number): Normalisation {
  const each = (value: number): number[] => Array.from({ length: told }, () => value);
  return { mean: [...mean, ...each(0)], std: [...std, ...each(1)], source };
}

/**
 * The statistics that commute with every isometry: a vector's components share one standard deviation about zero, a
 * pseudoscalar has its own about zero, the rest their own about their mean.
 */
export function pooled(spec: FieldSpec, statistics: readonly ChannelStatistics[]): Normalisation {
  const mean = statistics.map(() => 0);
  const std = statistics.map(() => 1);
  for (const { kind, channels } of spec) {
    const own = channels.map((channel) => statistics[channel]!);
    const aboutZero = kind === "vector" || kind === "pseudoscalar";
    const square = own.reduce((sum, s) => sum + s.std ** 2 + (aboutZero ? s.mean ** 2 : 0), 0);
    for (const channel of channels) {
      std[channel] = Math.sqrt(square / channels.length);
      if (!aboutZero) mean[channel] = statistics[channel]!.mean;
    }
  }
  return { mean, std, source: "pooled" };
}

/**
 * From 0 to 1 over the values there are, in the form that commutes with every isometry: a vector's components, and a
 * pseudoscalar, are divided by their largest size and lie between −1 and 1.
 */
export function ranged(spec: FieldSpec, statistics: readonly ChannelStatistics[]): Normalisation {
  const mean = statistics.map(() => 0);
  const std = statistics.map(() => 1);
  for (const { kind, channels } of spec) {
    const own = channels.map((channel) => statistics[channel]!);
    const aboutZero = kind === "vector" || kind === "pseudoscalar";
    const largest = Math.max(...own.map(({ min, max }) => Math.max(Math.abs(min), Math.abs(max))));
    for (const channel of channels) {
      const { min, max } = statistics[channel]!;
      std[channel] = aboutZero ? largest : max - min;
      if (!aboutZero) mean[channel] = min;
    }
  }
  return { mean, std, source: "min-max" };
}

const numbers = z.array(z.number());
const fileContent = z.union([
  z.object({ mean: numbers, std: numbers }),
  z.object({ min: numbers, max: numbers }),
]);

function affine(found: z.infer<typeof fileContent>, source: string): Normalisation {
  if ("mean" in found) return { mean: found.mean, std: found.std, source };
  return { mean: found.min, std: found.max.map((most, c) => most - found.min[c]!), source };
}

async function readNormalisation(path: string): Promise<Normalisation> {
  if (!path.endsWith(".json")) {
    const file = await openArrays(path);
    const range = file.arrays.has("min") && !file.arrays.has("mean");
    await file.close();
    const names = range ? ["min", "max"] : ["mean", "std"];
    const arrays = await readNpz(path, names);
    const [first, second] = names.map((name) => Array.from(toFloat64(arrays.get(name)!)));
    return affine(range ? { min: first!, max: second! } : { mean: first!, std: second! }, path);
  }
  try {
    return affine(fileContent.parse(JSON.parse(await readFile(path, "utf8"))), path);
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError))
      throw await openError(error, path, [".json", ".npz"]);
    throw new UserError(
      "normalise/file",
      `${path} does not hold two lists of numbers, mean and std, or min and max.`,
      {
        where: path,
        todo: 'Write it as {"mean": […], "std": […]}, one number a channel.',
        cause: error,
      },
    );
  }
}

function checked(normalisation: Normalisation, count: number): Normalisation {
  const { mean, std, source } = normalisation;
  if (mean.length !== count || std.length !== count) {
    throw new UserError(
      "normalise/channels",
      `The normalisation ${source} has ${mean.length} means and ${std.length} standard deviations for ${count} channels.`,
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
        todo: "A standard deviation must be positive: leave constant channels out or give them 1.",
      },
    );
  }
  return normalisation;
}

/**
 * The same for targets that are fewer channels than inputs of several states, or changes of them: of the last state, and
 * without offset.
 * @param told channels behind the states, which no target has
 */
export function forTargets(
  { mean, std, source }: Normalisation,
  channels: number,
  predicts: "state" | "change",
  told = 0,
): Normalisation {
  const last = <T>(list: readonly T[]): readonly T[] =>
    list.slice(list.length - told - channels, list.length - told);
  return { mean: last(predicts === "change" ? mean.map(() => 0) : mean), std: last(std), source };
}

/** (value − mean)/std on [B, C, …], a new tensor of the same type. */
export function normalise(tensor: Tensor, { mean, std }: Normalisation): Tensor {
  return perChannel(tensor, (value, c) => (value - mean[c]!) / std[c]!);
}

/** value·std + mean on [B, C, …], a new tensor of the same type. */
export function denormalise(tensor: Tensor, { mean, std }: Normalisation): Tensor {
  return perChannel(tensor, (value, c) => value * std[c]! + mean[c]!);
}

function perChannel(tensor: Tensor, change: (value: number, channel: number) => number): Tensor {
  const { dtype, shape, data } = tensor;
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new UserError("normalise/dtype", `Values of type ${dtype} cannot be normalised.`);
  }
  const channels = shape[1] ?? 1;
  const inner = sizeOf(shape.slice(2));
  const out = data.map((value, i) => change(value, Math.floor(i / inner) % channels));
  return { dtype, shape, data: out };
}

/** Equal to what float32 statistics of a large data set can tell. */
const TOLERANCE = 1e-5;

/**
 * Sentences for each channel group whose normalisation does not commute with the group: the normalised model cannot be
 * equivariant then, whatever it has learned.
 */
export function normalisationWarnings(
  normalisation: Normalisation,
  spec: FieldSpec,
  group: Group,
): string[] {
  return spec.flatMap((field) => {
    const broken = group.elements.find(({ matrix }) => !commutes(normalisation, field, matrix));
    if (broken === undefined) return [];
    const { name, kind, channels } = field;
    const values = (list: readonly number[]): string =>
      channels.map((channel) => list[channel]!.toPrecision(3)).join(", ");
    const remedy =
      kind === "vector"
        ? "equal standard deviations and zero means for its components"
        : "a zero mean for it";
    return [
      `The normalisation of ${name} (mean ${values(normalisation.mean)}; standard deviation ${values(normalisation.std)}) does not commute with ${broken.label}, so the model in these variables cannot be equivariant: use ${remedy}, as pooled statistics have.`,
    ];
  });
}

function commutes(
  { mean, std }: Normalisation,
  { kind, channels }: ChannelGroup,
  matrix: SignedPermutation,
): boolean {
  const [first = 0, second = 0] = channels;
  if (kind === "pseudoscalar") {
    return determinant(matrix) === 1 || Math.abs(mean[first]!) <= TOLERANCE * std[first]!;
  }
  if (kind !== "vector") return true;
  const scale = Math.max(std[first]!, std[second]!);
  const near = (a: number, b: number): boolean => Math.abs(a - b) <= TOLERANCE * scale;
  const [m0, m1] = [mean[first]!, mean[second]!];
  const fixed = matrix.every((row, i) => near(row[0] * m0 + row[1] * m1, i === 0 ? m0 : m1));
  const exchanges = matrix[0][0] === 0;
  return fixed && (!exchanges || near(std[first]!, std[second]!));
}
