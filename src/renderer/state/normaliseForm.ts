/** A normalisation as a form shows it: one choice for all, one a field, or as it is written. */
import type { DataInfo } from "../../shared/contract";
import {
  parseNormalise,
  showNormalise,
  type NormaliseEntry,
} from "../../shared/preprocessing/normalise";

/** What is chosen with one click, for all fields or for one. */
export const kinds = [
  { value: "none", label: "as it is" },
  { value: "pooled", label: "pooled" },
  { value: "per-channel", label: "per channel" },
  { value: "min-max", label: "range to [0, 1]" },
  { value: "min-max:-1..1", label: "range to [−1, 1]" },
  { value: "log", label: "logarithm" },
  { value: "log/pooled", label: "logarithm, then pooled" },
] as const;

/** Of all fields, where nothing is as typed. */
export const choices = [
  { value: "auto", label: "as it was trained here, else none" },
  { value: "none", label: "none" },
  { value: "pooled", label: "pooled mean and deviation" },
  { value: "per-channel", label: "each channel’s mean and deviation" },
  { value: "min-max", label: "range to [0, 1]" },
  { value: "min-max:-1..1", label: "range to [−1, 1]" },
] as const;

export type Mode = "one" | "fields" | "written";

/** Names of the fields, in their order. */
export function fieldNames(info: DataInfo | undefined): string[] {
  const told = info?.channels ?? [];
  return [...new Set(told.map(({ group, name }) => (group === "" ? name : group)))];
}

/** How it is best shown. @param names of the fields */
export function modeOf(text: string, names: readonly string[]): Mode {
  if (choices.some(({ value }) => value === text)) return "one";
  return byField(text, names) === null ? "written" : "fields";
}

/** What each field has, as it is written; null where it is not said field by field. */
export function byField(text: string, names: readonly string[]): string[] | null {
  let entries: readonly NormaliseEntry[];
  try {
    const choice = parseNormalise(text);
    if (choice.kind !== "entries") return null;
    entries = choice.entries;
  } catch {
    return null;
  }
  if (entries.some(({ name }) => name !== null && !names.includes(name))) return null;
  const rest = entries.find(({ name }) => name === null);
  const none: NormaliseEntry = { name: null, log: null, scaling: "none" };
  return names.map((name) => {
    const own = entries.find((entry) => entry.name === name) ?? rest ?? none;
    return showNormalise([{ ...own, name: null }]);
  });
}

/** The text that says that of each field. */
export function fromFields(names: readonly string[], each: readonly string[]): string {
  return names.map((name, i) => `${name}=${each[i]!}`).join(",");
}
