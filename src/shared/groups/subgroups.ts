/** All subgroups of a finite group, found by joining cyclic ones until nothing new appears. */
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

/** The smallest subgroup that contains the given elements. */
function generated(group: Group, generators: Iterable<Element>): Set<Element> {
  const closed = new Set<Element>([group.identity]);
  const pending = [...generators];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (closed.has(next)) continue;
    closed.add(next);
    for (const other of closed)
      pending.push(group.compose(next, other), group.compose(other, next));
  }
  return closed;
}

/** Every subgroup, from {e} to the whole, smaller ones first. D4 has 10. */
export function subgroupsOf(group: Group): Subgroup[] {
  const keyOf = (set: ReadonlySet<Element>): string =>
    group.elements
      .filter((element) => set.has(element))
      .map((element) => element.id)
      .join(",");
  const cyclic = group.elements.map((element) => generated(group, [element]));
  const found = new Map(cyclic.map((set) => [keyOf(set), set]));
  // A Map iterates over what is added on the way, so joins of joins are reached too.
  for (const set of found.values()) {
    for (const other of cyclic) {
      const join = generated(group, [...set, ...other]);
      found.set(keyOf(join), join);
    }
  }
  return [...found]
    .map(([key, set]) => ({
      key,
      label: knownSubgroup(key)?.label ?? `{${key.replaceAll(",", ", ")}}`,
      elements: group.elements.filter((element) => set.has(element)),
    }))
    .sort((a, b) => a.elements.length - b.elements.length);
}
