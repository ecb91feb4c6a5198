/**
 * Units as people state them, `v=m/s,p=Pa,t=s`: of fields by their names, of positions by x, y, z and of times by t. They
 * are words for figures and tables; nothing is converted.
 */
import { UserError } from "../errors";
import type { FieldSpec } from "./spec";

/** By name, in the order in which they were stated. */
export type Units = Readonly<Record<string, string>>;

const directions = ["x", "y", "z", "t"];

/** @throws UserError "fields/units" */
export function parseUnits(text: string | undefined): Units {
  const parts = (text ?? "").split(",").filter((part) => part.trim() !== "");
  const found = parts.map((part): [string, string] => {
    const [, name, unit] = /^\s*([\p{L}_][\p{L}\p{N}_-]*)\s*=\s*(.*\S)\s*$/u.exec(part) ?? [];
    if (name !== undefined && unit !== undefined) return [name, unit];
    throw new UserError("fields/units", `Units: “${part.trim()}” is no name=unit.`, {
      todo: "Write them like v=m/s,p=Pa,x=m,t=s.",
    });
  });
  return Object.fromEntries(found);
}

export function showUnits(units: Units): string {
  return Object.entries(units)
    .map((entry) => entry.join("="))
    .join(",");
}

/**
 * That every unit is one of something that is there.
 * @param axes of the grid that the fields live on
 * @throws UserError "fields/units"
 */
export function checkUnits(
  units: Units,
  fields: FieldSpec | undefined,
  axes: readonly string[],
): void {
  const known = [...(fields ?? []).map(({ name }) => name), ...directions];
  const unknown = Object.keys(units).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const there = [
    ...(fields ?? []).map(({ name }) => name),
    ...directions.filter((name) => name === "t" || axes.includes(name)),
  ];
  throw new UserError("fields/units", `Units: there is no “${unknown}”.`, {
    todo: `There are ${there.join(", ")}.`,
  });
}

/** `v.x (m/s)`, or the name alone. @param group that the channel is of */
export function withUnit(
  { name, group }: { readonly name: string; readonly group: string },
  units: Units | undefined,
): string {
  const unit = units?.[group];
  return unit === undefined ? name : `${name} (${unit})`;
}
