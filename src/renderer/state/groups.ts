/** Which groups can act on given data, as pickers offer them. */
import type { DataInfo } from "../../shared/contract";
import { periodicAlong } from "../../shared/fields/boundary";
import { parseFieldSpec, type FieldSpec, type Grid } from "../../shared/fields/spec";
import { groupByName, groupNames } from "../../shared/groups/catalogue";
import { groupFits, type Fit } from "../../shared/groups/fits";
import type { Group } from "../../shared/groups/group";

export interface Offer {
  readonly group: Group;
  readonly fit: Fit;
}

/** The spec that the data are read with; undefined where it must still be asked. */
export function specOf(info: DataInfo): FieldSpec | undefined {
  if (info.fields === null) return undefined;
  try {
    return parseFieldSpec(info.fields, dimensionOf(info));
  } catch {
    // The host has checked it; one from a newer program that cannot be read here is as good as none.
    return undefined;
  }
}

/** Directions of the space that the states live on: what a vector has components for. */
export function dimensionOf({ axes }: Pick<DataInfo, "axes">): number | undefined {
  return ["z", "y", "x"].filter((axis) => axes.includes(axis)).length || undefined;
}

/** The plane or line that the states live on; undefined for feature vectors. */
export function gridOf(info: DataInfo): Grid | undefined {
  const axes = ["z", "y", "x"].filter((axis) => info.axes.includes(axis));
  if (axes.length === 0) return undefined;
  const size = axes.map((axis) => info.shape[info.axes.indexOf(axis)] ?? 1);
  return {
    size,
    length: size.map((points, at) => (info.spacing?.[at] ?? 1 / Math.max(...size)) * points),
    periodic: periodicAlong(info.boundary ?? info.assumedBoundary, axes),
  };
}

/** Whether it must be asked what the channels are: on a grid a group acts on them, feature vectors it leaves alone. */
export function mustBeAsked(info: DataInfo): boolean {
  return info.fields === null && gridOf(info) !== undefined;
}

/** Shifts that a picker lists; others can be typed. */
const shiftParts = [2, 4];

/** Every group that a picker lists, the largest first, with whether it fits and why not. */
export function offers(info: DataInfo | undefined): Offer[] {
  const names = [...groupNames, ...shiftParts.map((parts) => `translations:${parts}`)];
  const ordered = [...names.filter((name) => name !== "trivial"), "trivial"];
  return ordered.map((name) => {
    const group = groupByName(name);
    const fit: Fit =
      info === undefined ? { fits: true } : groupFits(group, specOf(info), gridOf(info));
    return { group, fit };
  });
}

/** Whether any group but the trivial one acts on such states, so that there is an orbit to compare over. */
export function isActedOn(info: DataInfo): boolean {
  return offers(info).some(({ group, fit }) => fit.fits && group.elements.length > 1);
}

/** The group of that name; undefined while it is being typed. */
export function groupOrNone(name: string): Group | undefined {
  try {
    return groupByName(name);
  } catch {
    return undefined;
  }
}
