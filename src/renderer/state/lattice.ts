/**
 * The subgroups of a group as a picture (a Hasse diagram): the whole above, {e} below, subgroups of one order side by
 * side, and a line wherever one lies in another with none between.
 */
import type { Group } from "../../shared/groups/group";
import { subgroupsOf, type Subgroup } from "../../shared/groups/subgroups";

export interface LatticeNode {
  readonly subgroup: Subgroup;
  /** From the left and from the top, 0…1. */
  readonly x: number;
  readonly y: number;
}

export interface Lattice {
  readonly nodes: readonly LatticeNode[];
  readonly edges: readonly (readonly [upper: LatticeNode, lower: LatticeNode])[];
  /** How many subgroups stand side by side at most, and how many rows there are. */
  readonly columns: number;
  readonly rows: number;
}

export function latticeOf(group: Group): Lattice {
  const all = subgroupsOf(group);
  const orders = [...new Set(all.map(({ elements }) => elements.length))].sort((a, b) => b - a);
  const levels = orders.map((order) => all.filter(({ elements }) => elements.length === order));
  const covers = all.flatMap((upper) =>
    all.filter((lower) => isCovered(lower, upper, all)).map((lower) => [upper, lower] as const),
  );
  untangle(levels, covers);
  const nodes = levels.flatMap((level, row) =>
    level.map((subgroup, at) => ({ subgroup, ...placeOf(level.length, at, row, levels.length) })),
  );
  const nodeOf = new Map(nodes.map((node) => [node.subgroup, node]));
  return {
    nodes,
    edges: covers.map(([upper, lower]) => [nodeOf.get(upper)!, nodeOf.get(lower)!] as const),
    columns: Math.max(...levels.map(({ length }) => length)),
    rows: levels.length,
  };
}

const placeOf = (
  count: number,
  at: number,
  row: number,
  rows: number,
): { x: number; y: number } => ({ x: (at + 0.5) / count, y: (row + 0.5) / rows });

function contains(upper: Subgroup, lower: Subgroup): boolean {
  return (
    lower.elements.length < upper.elements.length &&
    lower.elements.every((element) => upper.elements.includes(element))
  );
}

function isCovered(lower: Subgroup, upper: Subgroup, all: readonly Subgroup[]): boolean {
  return (
    contains(upper, lower) &&
    !all.some((between) => contains(upper, between) && contains(between, lower))
  );
}

/** Swaps neighbours of one level, in place, as long as lines cross less often or are shorter for it. */
function untangle(
  levels: Subgroup[][],
  covers: readonly (readonly [upper: Subgroup, lower: Subgroup])[],
): void {
  const cost = (): number => {
    const place = new Map(
      levels.flatMap((level, row) =>
        level.map((subgroup, at) => [subgroup, placeOf(level.length, at, row, levels.length)]),
      ),
    );
    const lines = covers.map(([upper, lower]) => [place.get(upper)!, place.get(lower)!] as const);
    const length = lines.reduce((sum, [upper, lower]) => sum + (upper.x - lower.x) ** 2, 0);
    return crossings(lines) + length / (1 + lines.length);
  };
  let best = cost();
  for (let improved = true; improved;) {
    improved = false;
    for (const level of levels) {
      for (let a = 0; a < level.length; a++) {
        for (let b = a + 1; b < level.length; b++) {
          const swap = (): void => {
            [level[a], level[b]] = [level[b]!, level[a]!];
          };
          swap();
          const now = cost();
          if (now < best - 1e-9) {
            best = now;
            improved = true;
          } else swap();
        }
      }
    }
  }
}

type Line = readonly [
  upper: { readonly x: number; readonly y: number },
  lower: { readonly x: number; readonly y: number },
];

/** Pairs of lines between the same two levels that cross. */
export function crossings(lines: readonly Line[]): number {
  let count = 0;
  lines.forEach(([upper, lower], i) => {
    for (const [other, below] of lines.slice(i + 1)) {
      const sameLevels = upper.y === other.y && lower.y === below.y;
      if (sameLevels && (upper.x - other.x) * (lower.x - below.x) < 0) count++;
    }
  });
  return count;
}
