import { describe, expect, test } from "vitest";
import { parseFieldSpec } from "../fields/spec";
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

  test("have names of their own within each particle, also from the fields", () => {
    const layout = layoutOf([8], "2x(q:3, m:1)");
    expect(layout.positions.map((own) => [...own])).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(layout.parts).toEqual([
      { name: "q", first: 0, width: 3 },
      { name: "m", first: 3, width: 1 },
    ]);
    const told = layoutOf([2, 4], "", parseFieldSpec("vector:q,vector:v"));
    expect(told).toEqual(layoutOf([8], "2x(q:2,v:2)"));
    expect(layoutOf([2, 4], "", parseFieldSpec("scalar:a"))).toEqual(layoutOf([8], "2x4"));
  });

  test("are blocks of one particle where only their widths are said", () => {
    expect(layoutOf([4], "q:2,p:2")).toEqual(layoutOf([4], "q:1x2,p:1x2"));
  });

  test("are the whole state where nothing is said, or none is", () => {
    expect(positions([3], "")).toEqual([[0, 1, 2]]);
    expect(positions([2, 2], "none")).toEqual([[0, 1, 2, 3]]);
  });

  test.each([
    ["2x", "no block"],
    ["6", "no block"],
    ["2x(3)", "no name with"],
    ["2x2", "4 numbers, but a state has 6"],
    ["q:2x2,p:1x2", "different numbers of particles"],
    ["q:2x1,q:2x2", "a name twice"],
  ])("%s is refused", (split, reason) => {
    expect(() => layoutOf([6], split)).toThrow(reason);
  });
});
