/** All subgroups of a finite group, found by adding generators until nothing new appears. */
import type { Element } from "./element";
import type { Group } from "./group";
import { knownSubgroup } from "./catalogue";

export interface Subgroup {
  /** Ids of its elements in the group's order, joined by commas: `e,r2,sr,sr3`. What results are keyed by. */
  readonly key: string;
  /** "V4, diagonal reflections"; the elements in braces where nobody has named it. */
  readonly label: string;
  readonly elements: readonly Element[];
}

/** Of larger groups a list of hundreds of subgroups says nothing, and their table of products costs seconds. */
const MOST_ELEMENTS = 256;

/** Every subgroup, from {e} to the whole, smaller ones first. D4 has 10. Of groups of more than 256 only these two. */
export function subgroupsOf(group: Group): Subgroup[] {
  const { elements } = group;
  if (elements.length > MOST_ELEMENTS) {
    return [
      { key: "e", label: knownSubgroup("e")!.label, elements: [group.identity] },
      { key: elements.map(({ id }) => id).join(","), label: group.label, elements },
    ];
  }
  const position = new Map(elements.map((element, i) => [element, i]));
  const table = elements.map((a) => elements.map((b) => position.get(group.compose(a, b))!));
  const found = new Map<string, { generators: number[]; members: number[] }>();
  const add = (generators: number[]): void => {
    const members = generated(table, generators);
    const key = members.map((i) => elements[i]!.id).join(",");
    if (!found.has(key)) found.set(key, { generators, members });
  };
  add([]);
  // A Map iterates over what is added on the way, so every subgroup is reached by adding one generator after the other.
  for (const { generators, members } of found.values()) {
    for (let i = 0; i < elements.length; i++) {
      if (!members.includes(i)) add([...generators, i]);
    }
  }
  return [...found]
    .map(([key, { members }]) => ({
      key,
      label: knownSubgroup(key)?.label ?? `{${key.replaceAll(",", ", ")}}`,
      elements: members.map((i) => elements[i]!),
    }))
    .sort((a, b) => a.elements.length - b.elements.length);
}

/** Indices, ascending, of the smallest subgroup with the generators: in a finite group, all their products. */
function generated(table: readonly (readonly number[])[], generators: readonly number[]): number[] {
  const members = new Set([0]);
  // A Set too iterates over what is added on the way.
  for (const member of members) {
    for (const generator of generators) members.add(table[member]![generator]!);
  }
  return [...members].sort((a, b) => a - b);
}
