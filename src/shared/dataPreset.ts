/**
 * How files of one kind are read, as a small file to pass on: what was stated or confirmed for one of them, and what a
 * file must have for it to be meant.
 */
import { z } from "zod";
import { parseConditions } from "./conditions";
import { dataOptions, type DataInfo, type DataOptions } from "./contract";
import { UserError } from "./errors";

/** Written into the file, so that another JSON is not taken for one. */
const KIND = "noetherscope data preset";
const VERSION = 1;

const preset = z.object({
  kind: z.literal(KIND),
  version: z.literal(VERSION),
  layout: z.string(),
  options: dataOptions.omit({ expects: true }),
  expects: dataOptions.shape.expects.unwrap(),
});

/**
 * How a data set is read as the text of a preset: what was stated or mended, and nothing that its file says itself, for
 * another file may say otherwise.
 */
export function showDataPreset(info: DataInfo, options: DataOptions): string {
  const { stated, preset } = statedParts(options);
  const { expects: _, ...others } = parted(options).others;
  const told = parseConditions(options.conditions).length;
  const expects = {
    axes: info.axes,
    channels: (info.channels.length - told) / (options.history ?? 1),
    arrays: info.stored?.input ?? "",
  };
  const { layout } = info;
  return `${JSON.stringify({ kind: KIND, version: VERSION, layout, options: { ...others, ...preset, ...stated }, expects }, null, 2)}\n`;
}

type Said = Pick<DataOptions, "boundary" | "dt" | "length">;

/** Boundary, time step and sides, and whatever else is stated. */
function parted<T extends Said>({
  boundary,
  dt,
  length,
  ...others
}: T): { says: Said; others: Omit<T, keyof Said> } {
  // prettier-ignore
  const says = {
    ...(boundary === undefined ? {} : { boundary }),
    ...(dt === undefined ? {} : { dt }),
    ...(length === undefined ? {} : { length }),
  };
  return { says, others };
}

/** Boundary, time step and sides: which are stated of the file itself, and which a preset says of its kind. */
export function statedParts(options: DataOptions): { stated: Said; preset: Said } {
  const { says } = parted(options);
  const { expects } = options;
  if (expects === undefined) return { stated: says, preset: {} };
  // Studies of before have what the preset says beside it.
  return expects.says === undefined
    ? { stated: {}, preset: says }
    : { stated: says, preset: expects.says };
}

/**
 * What is stated of a file, a preset's word taken as stated where the file itself says nothing: as a form begins with it.
 */
export function statedOf(info: DataInfo, options: DataOptions): DataOptions {
  const { stated, preset } = statedParts(options);
  const { expects: _, ...others } = parted(options).others;
  const own = info.own ?? {};
  const left = Object.entries(preset).filter(([name]) => own[name as keyof Said] === undefined);
  return { ...others, ...Object.fromEntries(left), ...stated };
}

/**
 * The options that a preset states, with what they expect of a file.
 * @param name of the file, for sentences
 * @throws UserError "preset/format", "preset/version"
 */
export function readDataPreset(text: string, name: string): DataOptions {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw refusal(name, error);
  }
  const kind = z.object({ kind: z.literal(KIND), version: z.number() }).safeParse(content);
  if (!kind.success) throw refusal(name, kind.error);
  if (kind.data.version > VERSION) {
    throw new UserError("preset/version", `${name} is a preset of a newer Noetherscope.`, {
      where: name,
      todo: "Open it with that version.",
    });
  }
  const read = preset.safeParse(content);
  if (!read.success) throw refusal(name, read.error);
  const { says, others } = parted(read.data.options);
  return { ...others, expects: { ...read.data.expects, preset: name, says } };
}

function refusal(name: string, cause: unknown): UserError {
  return new UserError("preset/format", `${name} is no preset of how data are read.`, {
    where: name,
    todo: "Presets are written with data info FILE --save-preset, or in the window by “Save as preset”.",
    cause,
  });
}

/**
 * That a file is of the kind that a preset is for.
 * @throws UserError "preset/unfit" naming what is different
 */
export function checkExpected(
  expects: DataOptions["expects"],
  found: {
    readonly path: string;
    readonly axes: readonly string[];
    readonly channels: number;
    readonly arrays: readonly string[];
  },
): void {
  if (expects === undefined) return;
  const { path, axes, channels, arrays } = found;
  const difference =
    axes.join() !== expects.axes.join()
      ? `its states are [${axes.join(", ")}], the preset’s [${expects.axes.join(", ")}]`
      : channels !== expects.channels
        ? `it has ${channels} channels, the preset ${expects.channels}`
        : // Fields are stated in the order of the arrays, so other arrays would be called by wrong names.
          arrays.join() !== expects.arrays
          ? `its states are the arrays ${arrays.join(", ") || "without a name"}, the preset’s ${expects.arrays || "without a name"}`
          : undefined;
  if (difference === undefined) return;
  throw new UserError(
    "preset/unfit",
    `${expects.preset ?? "The preset"} does not fit ${path}: ${difference}.`,
    { where: path, todo: "Leave the preset out, or take the one for files of this kind." },
  );
}
