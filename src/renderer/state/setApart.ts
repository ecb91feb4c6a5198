/** Which subgroup the figures of a study set apart: the one last chosen there, the example's, or the paper's. */
import { elementsOf } from "../../shared/charts/elements";
import { knownSubgroup } from "../../shared/groups/catalogue";
import type { RunRecord } from "../../shared/run";

/** The paper's V4, with the reflections in the diagonals. */
const PAPERS = "e,r2,sr,sr3";
/** A subgroup of one: nothing stands apart from anything. */
export const NOTHING = "e";

const keyOf = (study: string): string => `noetherscope-apart:${study}`;

/** What was chosen last in that study on this machine; null where nothing was. */
export function chosenApart(study: string): string | null {
  try {
    return localStorage.getItem(keyOf(study));
  } catch {
    // Storage that is switched off: the study's own choice serves.
    return null;
  }
}

export function rememberApart(study: string, subgroup: string): void {
  try {
    localStorage.setItem(keyOf(study), subgroup);
  } catch {
    // A full or forbidden storage only means that the choice is not remembered.
  }
}

/**
 * The first of the wishes that divides the run's elements in two, else the part of one that lies in the run where that
 * is a subgroup too: of V4 the half turn in C4.
 * @param wishes keys of subgroups, the most wanted first
 */
export function apartFor(record: RunRecord, ...wishes: readonly (string | null)[]): string {
  const ids = elementsOf(record);
  const divides = (key: string): boolean => {
    const members = key.split(",");
    return (
      members.length > 1 && members.length < ids.length && members.every((id) => ids.includes(id))
    );
  };
  if (wishes[0] === NOTHING) return NOTHING;
  const wished = [...wishes, PAPERS].filter((key) => key !== null);
  const parts = wished.map((key) =>
    key
      .split(",")
      .filter((id) => ids.includes(id))
      .join(","),
  );
  const subgroups = parts.filter((key) => knownSubgroup(key) !== undefined);
  return [...wished, ...subgroups].find(divides) ?? NOTHING;
}
