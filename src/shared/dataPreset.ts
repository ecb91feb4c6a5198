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
 * The reading of a data set as the text of a preset: what its file does not say itself is stated, so that it holds for
 * files that say less.
 */
export function showDataPreset(info: DataInfo, options: DataOptions): string {
  const { expects: _, ...own } = options;
  // Of an input of more than a state the fields of that state are meant, which only whoever stated them knows.
  const { history = 1 } = options;
  const told = parseConditions(options.conditions).length;
  const stated = {
    ...(info.fields === null || history > 1 || told > 0 ? {} : { fields: info.fields }),
    ...(info.boundary === null ? {} : { boundary: info.boundary }),
    ...(info.dt === null ? {} : { dt: info.dt }),
    ...(info.spacing === null ? {} : { length: sidesOf(info, info.spacing) }),
    ...own,
  };
  const expects = {
    axes: info.axes,
    channels: (info.channels.length - told) / history,
    arrays: info.stored?.input ?? "",
  };
  const { layout } = info;
  return `${JSON.stringify({ kind: KIND, version: VERSION, layout, options: stated, expects }, null, 2)}\n`;
}

function sidesOf({ axes, shape }: DataInfo, spacing: readonly number[]): number[] {
  const points = shape.filter((_, i) => ["x", "y", "z"].includes(axes[i]!));
  return points.map((count, i) => count * spacing[i]!);
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
  return { ...read.data.options, expects: { ...read.data.expects, preset: name } };
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
