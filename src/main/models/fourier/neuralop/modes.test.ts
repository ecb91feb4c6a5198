import { describe, expect, test } from "vitest";
import { modesOf, releases } from "./modes";

describe("kept modes", () => {
  test("lie around zero, from zero on of the last axis, in every release where numbers are even", () => {
    for (const release of [...releases, undefined]) {
      const { kept, placed, cuts } = modesOf([8, 8], [4, 3], [4, 3], release);
      expect(kept).toEqual([
        [-2, -1, 0, 1],
        [0, 1, 2],
      ]);
      expect(placed).toEqual(kept);
      expect(cuts).toEqual([
        { start: 0, end: 4 },
        { start: 0, end: 3 },
      ]);
    }
  });

  test("are no more than a coarse grid has, multiplied by the middle of the weights", () => {
    const { kept, cuts } = modesOf([4, 6], [8, 6], [8, 6], "later");
    expect(kept).toEqual([
      [-2, -1, 0, 1],
      [0, 1, 2, 3],
    ]);
    expect(cuts).toEqual([
      { start: 2, end: 6 },
      { start: 0, end: 4 },
    ]);
  });

  test("of an odd number lie one lower on an even grid before release 2.0", () => {
    const first = (release: (typeof releases)[number]): number[] => [
      ...modesOf([8, 8], [3, 3], [3, 3], release).kept[0]!,
    ];
    expect(first("1.0")).toEqual([-2, -1, 0]);
    expect(first("2.0")).toEqual([-1, 0, 1]);
    expect(first("later")).toEqual([-1, 0, 1]);
    expect(() => modesOf([8, 8], [3, 3], [3, 3], undefined)).toThrow(/3 modes of an axis of 8/);
  });

  test("of an odd grid were put back one lower until after release 2.0", () => {
    const moved = (release: (typeof releases)[number]): number[] => [
      ...modesOf([9, 9], [4, 3], [4, 3], release).placed[0]!,
    ];
    expect(moved("2.0")).toEqual([-3, -2, -1, 0]);
    expect(moved("later")).toEqual([-2, -1, 0, 1]);
    expect(() => modesOf([9, 9], [4, 3], [4, 3], undefined)).toThrow(/does not say which one/);
    // Of the last axis only half of the spectrum is there, which is never turned.
    expect(modesOf([9], [3], [3], undefined).placed).toEqual([[0, 1, 2]]);
  });
});
