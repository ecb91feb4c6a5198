import { describe, expect, test } from "vitest";
import { layoutOf } from "./layout";

const positions = (state: readonly number[], split: string): number[][] =>
  layoutOf(state, split).positions.map((own) => [...own]);

describe("parts that move alike", () => {
  test("are the particles of the data, one after another", () => {
    expect(positions([2, 3], "")).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(positions([6], "2x3")).toEqual(positions([2, 3], ""));
  });

  test("have their components in several blocks", () => {
    const layout = layoutOf([10], "q:2x3, p:2×2");
    expect(layout.positions.map((own) => [...own])).toEqual([
      [0, 1, 2, 6, 7],
      [3, 4, 5, 8, 9],
    ]);
    expect(layout.names).toEqual(["q1", "q2", "q3", "p1", "p2"]);
  });

  test("are the whole state where nothing is said, or none is", () => {
    expect(positions([3], "")).toEqual([[0, 1, 2]]);
    expect(positions([2, 2], "none")).toEqual([[0, 1, 2, 3]]);
  });

  test.each([
    ["2x", "no block"],
    ["2x2", "4 numbers, but a state has 6"],
    ["q:2x2,p:1x2", "different numbers of particles"],
    ["q:2x1,q:2x2", "a name twice"],
  ])("%s is refused", (split, reason) => {
    expect(() => layoutOf([6], split)).toThrow(reason);
  });
});
