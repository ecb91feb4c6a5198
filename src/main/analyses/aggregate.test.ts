import { describe, expect, test } from "vitest";
import { d4, groupByName } from "../../shared/groups/catalogue";
import { aggregate } from "./aggregate";

const samples = [0, 1, 2].map((index) => ({ index, trajectory: index, time: 0 }));
/** Element number times ten plus sample number. */
const values = Float64Array.from({ length: 24 }, (_, k) => 10 * Math.floor(k / 3) + (k % 3));

describe("aggregates over a group", () => {
  const result = aggregate(d4, d4.elements, samples, { value: values }, 0);

  test("state the median and quartiles of each element", () => {
    expect(result.elements.r2!.value).toMatchObject({ median: 21, q1: 20.5, q3: 21.5, n: 3 });
  });

  test("take in every subgroup but the trivial one, without e, beside its complement", () => {
    expect(result.subgroups).toHaveLength(9);
    const v4 = result.subgroups.find(({ key }) => key === "e,r2,sr,sr3")!;
    // r2, sr, sr3 are elements 2, 5, 7; r, r3, s, sr2 are 1, 3, 4, 6.
    expect(v4.inside.value).toMatchObject({ median: 51, n: 9 });
    expect(v4.complement!.value).toMatchObject({ median: 36, n: 12 });
    expect(v4.label).toContain("V4");
    expect(result.subgroups.at(-1)!.complement).toBeNull();
  });

  test("hold the median between the bounds of its interval", () => {
    for (const { inside } of result.subgroups) {
      expect(inside.value!.low).toBeLessThanOrEqual(inside.value!.median);
      expect(inside.value!.high).toBeGreaterThanOrEqual(inside.value!.median);
    }
  });

  test("count NaN instead of using it", () => {
    const holes = values.slice();
    holes[3] = NaN;
    const { elements } = aggregate(d4, d4.elements, samples, { value: holes }, 0);
    expect(elements.r!.value).toMatchObject({ median: 11.5, n: 2, dropped: 1 });
  });

  test("keep to the elements asked for", () => {
    const some = d4.elements.slice(1, 3);
    const part = aggregate(d4, some, samples, { value: values.slice(0, 6) }, 0);
    expect(Object.keys(part.elements)).toEqual(["r", "r2"]);
    const half = part.subgroups.find(({ key }) => key === "e,r2")!;
    expect(half.inside.value!.n).toBe(3);
    expect(half.complement!.value!.n).toBe(3);
  });

  test("have no subgroups where nothing acts", () => {
    const trivial = groupByName("trivial");
    const one = aggregate(trivial, trivial.elements, samples, { value: [1, 2, 3] }, 0);
    expect(one.subgroups).toEqual([]);
    expect(one.elements.e!.value!.median).toBe(2);
  });
});
