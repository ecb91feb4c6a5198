/**
 * Sides, units and channels' names as a file states them beside its arrays. Other people's files may have texts of the same
 * names that mean something else: what does not fit is passed over.
 */
import { parseUnits, type Units } from "../../shared/fields/units";
import type { ArrayFile } from "./arrayFile";
import type { Coordinates } from "./coordinates";
import { OWN_ASSUMED, OWN_NAMES, OWN_UNITS } from "./write/ownWords";

/** One side for each of the grid's axes; undefined where the file states none. */
export function sidesSaid({ length }: ArrayFile, axes: number): readonly number[] | undefined {
  const sides = (length ?? "").split(",").map(Number);
  return sides.length === axes && sides.every((side) => side > 0 && Number.isFinite(side))
    ? sides
    : undefined;
}

/** Units of what is there. @param there names of fields and axes, and t */
export function unitsSaid(
  file: Pick<ArrayFile, "attributes" | "units">,
  there: readonly string[],
): Units {
  const text = file.units ?? file.attributes("")[OWN_UNITS];
  if (typeof text !== "string") return {};
  try {
    const known = Object.entries(parseUnits(text)).filter(([name]) => there.includes(name));
    return Object.fromEntries(known);
  } catch {
    return {};
  }
}

/** The positions and times less those that were only written because the file's layout needs some. */
export function withoutAssumed(
  file: Pick<ArrayFile, "attributes">,
  coordinates: Coordinates,
): Coordinates {
  const text = file.attributes("")[OWN_ASSUMED];
  if (typeof text !== "string") return coordinates;
  const assumed = text.split(",");
  return Object.fromEntries(
    Object.entries(coordinates).filter(([axis]) => !assumed.includes(axis)),
  );
}

/** One name a channel; undefined where the file states none. */
export function namesSaid(
  file: Pick<ArrayFile, "attributes" | "names">,
  channels: number,
): readonly string[] | undefined {
  const text = file.names ?? file.attributes("")[OWN_NAMES];
  const said = (typeof text === "string" ? text : "").split(",").map((name) => name.trim());
  const fits = said.length === channels && new Set(said).size === channels;
  return fits && said.every((name) => /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) ? said : undefined;
}
