import { describe, expect, test } from "vitest";
import { groupByName } from "../../shared/groups/catalogue";
import { crossings, latticeOf } from "./lattice";

describe("the lattice of subgroups", () => {
  test("of D4 has ten subgroups in four rows, fifteen lines, and none of them cross", () => {
    const { nodes, edges, rows, columns } = latticeOf(groupByName("d4"));
    expect(nodes).toHaveLength(10);
    expect(edges).toHaveLength(15);
    expect([rows, columns]).toEqual([4, 5]);
    expect(crossings(edges)).toBe(0);
  });

  test("of C4 is a chain", () => {
    const { nodes, edges } = latticeOf(groupByName("c4"));
    expect(nodes.map(({ subgroup }) => subgroup.key)).toEqual(["e,r,r2,r3", "e,r2", "e"]);
    expect(edges).toHaveLength(2);
  });

  test.each(["d4", "v4", "translations:2", "translations:4"])(
    "of %s joins only subgroups with none between, larger ones above",
    (name) => {
      const { nodes, edges } = latticeOf(groupByName(name));
      for (const [upper, lower] of edges) {
        expect(upper.y).toBeLessThan(lower.y);
        const [large, small] = [upper.subgroup.elements, lower.subgroup.elements];
        expect(small.every((element) => large.includes(element))).toBe(true);
        const between = nodes.filter(
          ({ subgroup: { elements } }) =>
            elements.length > small.length &&
            elements.length < large.length &&
            small.every((element) => elements.includes(element)) &&
            elements.every((element) => large.includes(element)),
        );
        expect(between).toEqual([]);
      }
    },
  );
});
