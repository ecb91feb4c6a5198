/** Flags of an architecture, for every command that makes a network: one a parameter, whichever architectures have it. */
import { architectures } from "../../../../shared/architectures";
import type { ArchitectureDefinition } from "../../../../shared/architectures/definition";
import { didYouMean } from "../../../../shared/nearest";
import type { Parameter } from "../../../../shared/parameters";
import type { NetworkRequest } from "../../../models/architectures";
import type { DataOptions } from "../../../../shared/contract";
import { UsageError, type Arguments, type Option, type Options } from "../command";
import { dataOptionFlags, dataOptionsOf } from "./shared";

const definitions: readonly ArchitectureDefinition[] = Object.values(architectures);

/** Every name of a parameter, with the architectures that have it. */
const owners = new Map<string, { readonly id: string; readonly parameter: Parameter }[]>();
for (const { id, parameters } of definitions) {
  for (const [name, parameter] of Object.entries(parameters)) {
    owners.set(name, [...(owners.get(name) ?? []), { id, parameter }]);
  }
}

export const architectureFlags: Options = {
  preset: {
    value: "NAME",
    help: `How large: ${[...new Set(definitions.flatMap(({ presets }) => Object.keys(presets)))].join(", ")}; the smallest by default. The options below replace its settings.`,
  },
  ...Object.fromEntries([...owners].map(([name, those]) => [name, flagOf(those)])),
};

/** The options are the preset's unless given, so none shows a default. */
function flagOf(those: readonly { id: string; parameter: Parameter }[]): Option {
  const values = new Set(those.map(({ parameter }) => valueOf(parameter)));
  const common = values.size === 1;
  const byHelp = new Map<string, string[]>();
  for (const { id, parameter } of those) {
    const help = common ? parameter.help : `${parameter.help} ${valueOf(parameter)}.`;
    byHelp.set(help, [...(byHelp.get(help) ?? []), id]);
  }
  const everywhere = byHelp.size === 1 && those.length === definitions.length;
  return {
    value: common ? [...values][0]! : "NAME",
    help: [...byHelp]
      .map(([help, ids]) => (everywhere ? help : `${ids.join(", ")}: ${help}`))
      .join(" "),
  };
}

function valueOf(parameter: Parameter): string {
  switch (parameter.kind) {
    case "choice":
      return parameter.options.map(({ value }) => value).join("|");
    case "text":
      return parameter.example ?? "TEXT";
    default:
      return "N";
  }
}

const { preset: reading, ...withoutPreset } = dataOptionFlags;

/** How data are read, beside these: --preset is the network's size here, and a saved way of reading --reading. */
export const readingFlags: Options = { ...withoutPreset, reading: reading! };

/** @throws what `dataOptionsOf` throws */
export function readingOf(args: Arguments): DataOptions {
  return dataOptionsOf({
    ...args,
    text: (name) => args.text(name === "preset" ? "reading" : name),
  });
}

/** One line an architecture, for help texts. */
export const architecturesInWords = definitions
  .map(({ id, title, presets }) => {
    const sizes = Object.entries(presets).map(
      ([name, { parameters }]) => `${name} ${rounded(parameters)}`,
    );
    return `${id}: ${title}; ${sizes.join(", ")}.`;
  })
  .join("\n");

/** `11 k`, `1.1 M`: two digits. */
export function rounded(count: number): string {
  const [size, unit] = count >= 999_500 ? [1e6, "M"] : count >= 1000 ? [1000, "k"] : [1, ""];
  return `${Number((count / size).toPrecision(2))} ${unit}`.trim();
}

/** Whether a word on the command line names an architecture rather than a file. */
export function isArchitecture(word: string): boolean {
  return definitions.some(({ id }) => id === word);
}

/**
 * What these arguments ask for.
 * @throws UsageError for an unknown architecture, or an option that it does not have
 */
export function networkRequestOf(id: string, args: Arguments): NetworkRequest {
  const definition = definitions.find((one) => one.id === id);
  if (definition === undefined) {
    const ids = definitions.map((one) => one.id);
    throw new UsageError(
      `There is no architecture “${id}”.`,
      didYouMean(id, ids) ?? `There are ${ids.join(", ")}.`,
    );
  }
  const given = [...owners.keys()].filter((name) => args.text(name) !== undefined);
  const strange = given.find((name) => !Object.hasOwn(definition.parameters, name));
  if (strange !== undefined) {
    throw new UsageError(
      `${id} has no --${strange}.`,
      `It has ${Object.keys(definition.parameters).map((name) => `--${name}`).join(", ")}.`, // prettier-ignore
    );
  }
  return {
    id,
    preset: args.text("preset") ?? null,
    parameters: Object.fromEntries(given.map((name) => [name, args.given(name)])),
  };
}
