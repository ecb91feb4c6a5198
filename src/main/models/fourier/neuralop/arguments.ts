/**
 * What FNO(…) was called with, by neuralop's own names: its checkpoints keep the arguments under "_metadata" or in
 * NAME_metadata.pkl beside NAME_state_dict.pt, and a user can state them. Functions and modules are read as their names.
 * neuralop/models/base_model.py and fno.py of github.com/neuraloperator/neuraloperator, releases 0.3.0 to 2.0.0.
 */
import { UserError } from "../../../../shared/errors";
import { didYouMean } from "../../../../shared/nearest";
import { Dict, Global, Inert, itemsOf } from "../../pickle/values";
import { partsOf } from "../../torch/tensors";

/** A function or a module: its name without its package, and attributes. */
export interface Named {
  readonly name: string;
  readonly parts: Arguments;
}

export type Argument = null | boolean | number | string | Named | readonly Argument[];
export type Arguments = ReadonlyMap<string, Argument>;

/** What can be stated; everything else of the network is in the shapes of its weights. */
const statable = [
  "positional_embedding",
  "domain_padding",
  "domain_padding_mode",
  "non_linearity",
  "norm",
  "norm_groups",
  "fno_skip",
  "channel_mlp_skip",
  "stabilizer",
  "preactivation",
  "n_modes",
  "release",
] as const;

/** @param text `domain_padding=0.25,norm=instance_norm`; lists in brackets. @throws UserError "fno/argument" */
export function parseArguments(text: string): Arguments {
  const stated = new Map<string, Argument>();
  // At commas that are not inside brackets.
  for (const piece of text.split(/,(?![^[]*\])/)) {
    const [name, value] = [piece.split("=")[0]!.trim(), piece.split("=").slice(1).join("=").trim()];
    if (!(statable as readonly string[]).includes(name)) {
      throw new UserError("fno/argument", `“${name}” is no argument that can be stated.`, {
        where: "init",
        todo: didYouMean(name, statable) ?? `It is one of ${statable.join(", ")}.`,
      });
    }
    stated.set(name, valueOf(name, value));
  }
  return stated;
}

function valueOf(name: string, text: string): Argument {
  // A release is a name, not a number.
  if (name === "release") return text;
  if (/^(none|null)$/i.test(text)) return null;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const list = /^\[(.*)\]$/.exec(text)?.[1];
  if (list !== undefined) return list.split(",").map((each) => valueOf(name, each.trim()));
  const number = Number(text);
  return text !== "" && Number.isFinite(number) ? number : text;
}

/** Positions of what may be given without its name, since 1.0; before, only the first was usual. */
const positions = [
  "n_modes",
  "in_channels",
  "out_channels",
  "hidden_channels",
  "n_layers",
  "lifting_channel_ratio",
  "projection_channel_ratio",
  "positional_embedding",
  "non_linearity",
  "norm",
];

/** The arguments that a checkpoint keeps; undefined where the value is of another kind. */
export function argumentsIn(kept: unknown): Arguments | undefined {
  const parts = partsOf(kept);
  if (!(kept instanceof Dict) || parts?.has("_name") !== true) return undefined;
  const found = new Map<string, Argument>();
  for (const [name, value] of parts) {
    const read = typeof name === "string" ? argumentOf(value, 0) : undefined;
    if (read !== undefined) found.set(name as string, read);
  }
  (itemsOf(parts.get("args")) ?? []).slice(0, positions.length).forEach((value, i) => {
    const read = argumentOf(value, 0);
    if (read !== undefined) found.set(positions[i]!, read);
  });
  return found;
}

const DEEPEST = 4;

function argumentOf(value: unknown, depth: number): Argument | undefined {
  if (value === null || ["boolean", "number", "string"].includes(typeof value)) {
    return value as Argument;
  }
  if (value instanceof Global) return { name: value.name, parts: new Map() };
  if (depth >= DEEPEST) return undefined;
  const items = itemsOf(value);
  if (items !== undefined) {
    const read = items.map((item) => argumentOf(item, depth + 1));
    return read.every((item) => item !== undefined) ? read : undefined;
  }
  if (!(value instanceof Inert)) return undefined;
  const parts = new Map<string, Argument>();
  for (const [name, part] of partsOf(value) ?? []) {
    const read = typeof name === "string" ? argumentOf(part, depth + 1) : undefined;
    if (read !== undefined) parts.set(name as string, read);
  }
  const name = value.of instanceof Global ? value.of.name : "";
  return { name, parts };
}
