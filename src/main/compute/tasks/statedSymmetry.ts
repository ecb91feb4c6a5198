/**
 * A file that states the physics of a simulator here states its symmetry too: what the equations, their boundary and
 * their numbers commute with is declared by the simulator and tested there.
 */
import { readNotice } from "../../../shared/analyses/notices";
import { groupByName } from "../../../shared/groups/catalogue";
import type { Element } from "../../../shared/groups/element";
import type { Group } from "../../../shared/groups/group";
import type { DataSet } from "../../data/dataset";
import { simulators } from "../../physics/simulators";

type Stated = Pick<DataSet, "physics" | "grid" | "boundary">;

/**
 * Notices of a run, where the symmetry under all its elements is known: then it need not be established.
 * @param elements that act in the run
 */
export function withKnownSymmetry(
  notices: readonly string[],
  data: Stated,
  elements: readonly Element[],
): string[] {
  const group = symmetryOf(data);
  const covered = elements.every(({ id }) => group?.elements.some((one) => one.id === id) === true);
  if (group === null || !covered) return [...notices];
  const known = `The dynamics is symmetric under ${group.label}, as the data state their physics (${data.physics!.physics}).`;
  return notices.map((notice) => {
    const coded = readNotice(notice);
    return coded?.code === "symmetry/not-established" && coded.about === "elements"
      ? known
      : notice;
  });
}

/** The group of the plane that the stated equations commute with; null where none is known. */
export function symmetryOf({ physics, grid, boundary = "periodic" }: Stated): Group | null {
  if (physics === undefined || grid?.size.length !== 2) return null;
  if (boundary !== "periodic" && boundary !== "open") return null;
  const [points = 0] = grid.size;
  const names = simulators
    .filter((one) => one.axes === 2 && one.physics === physics.physics)
    .map((one) => one.symmetry(points, physics.coefficients, { boundary }).group);
  const [name] = names;
  return name !== undefined && names.every((one) => one === name) ? groupByName(name) : null;
}
