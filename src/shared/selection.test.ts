import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inBatches, select } from "./selection";

const small = fc.integer({ min: 1, max: 30 });

describe("the choice of samples", () => {
  test("is distinct, ascending, within the windows and as many as asked for", () => {
    fc.assert(
      fc.property(small, small, small, fc.nat(), (trajectories, times, n, seed) => {
        const extent = { trajectories, times };
        const { indices, notices } = select(extent, { samples: String(n), seed });
        expect(indices).toHaveLength(Math.min(n, trajectories * times));
        expect(notices).toHaveLength(n > trajectories * times ? 1 : 0);
        expect([...new Set(indices)].sort((a, b) => a - b)).toEqual(indices);
        expect(indices.every((i) => i >= 0 && i < trajectories * times)).toBe(true);
      }),
    );
  });

  test("is even: no trajectory gives two more than another, and gaps within one differ by at most one", () => {
    fc.assert(
      fc.property(small, small, small, fc.nat(), (trajectories, times, n, seed) => {
        fc.pre(n <= trajectories * times);
        const { indices } = select({ trajectories, times }, { samples: String(n), seed });
        const counts = Array.from({ length: trajectories }, (_, t) =>
          indices.filter((i) => Math.floor(i / times) === t),
        );
        const sizes = counts.map((c) => c.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        for (const chosen of counts) {
          const gaps = chosen.slice(1).map((i, k) => i - chosen[k]!);
          if (gaps.length > 0) expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("takes different times when every trajectory gives one", () => {
    const { indices } = select({ trajectories: 100, times: 10 }, { samples: "100" });
    expect(new Set(indices.map((i) => i % 10)).size).toBe(10);
  });

  test("follows the seed and nothing else", () => {
    const of = (seed: number): readonly number[] =>
      select({ trajectories: 20, times: 20 }, { samples: "10", seed }).indices;
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
  });

  test("keeps to ranges of trajectories and times", () => {
    const { indices } = select(
      { trajectories: 4, times: 5 },
      { samples: "all", trajectories: "1:3", times: "3:" },
    );
    expect(indices).toEqual([8, 9, 13, 14]);
  });

  test("takes numbers and ranges as a list, in any order, each once", () => {
    const { indices } = select(
      { trajectories: 6, times: 5 },
      { samples: "all", trajectories: "5, 1,4:6", times: "0,3:" },
    );
    expect(indices).toEqual([5, 8, 9, 20, 23, 24, 25, 28, 29]);
    const one = select({ trajectories: 6, times: 2 }, { samples: "all", trajectories: "3" });
    expect(one.indices).toEqual([6, 7]);
  });

  test("takes of a list what each trajectory is long enough for", () => {
    const extent = { trajectories: 3, times: 5, lengths: [5, 2, 4] };
    const choice = { samples: "all", trajectories: "0:2,2", times: "1,3" };
    expect(select(extent, choice).indices).toEqual([1, 3, 6, 8, 10]);
  });

  test("is the same for a range and for the numbers in it", () => {
    fc.assert(
      fc.property(small, small, fc.nat(), (trajectories, n, seed) => {
        const extent = { trajectories, times: 4 };
        const listed = Array.from({ length: trajectories }, (_, k) => k).join();
        const of = (chosen: string): readonly number[] =>
          select(extent, { samples: String(n), trajectories: chosen, seed }).indices;
        expect(of(listed)).toEqual(of(`0:${trajectories}`));
      }),
    );
  });

  test.each([
    [{ samples: "5", times: "4:9" }, "The times 4:9 are not within 0:5."],
    [{ samples: "5", times: "5" }, "There is no 5 among the times."],
    [{ samples: "5", trajectories: "1,x" }, 'The trajectories "x" are no numbers and ranges a:b.'],
    [{ samples: "5", trajectories: "1," }, 'The trajectories "1," are no numbers and ranges a:b.'],
    [{ samples: "-1" }, 'Samples "-1" is neither a number nor "all".'],
  ])("%j is refused", (choice, message) => {
    expect(() => select({ trajectories: 4, times: 5 }, choice)).toThrow(message);
  });
});

describe("batches", () => {
  test("leave out a remainder with a word", () => {
    expect(inBatches([1, 2, 3, 4, 5], 2)).toEqual({
      batches: [
        [1, 2],
        [3, 4],
      ],
      notices: ["1 of 5 samples do not fill a batch of 2 and are left out."],
    });
  });
  test("are at most what there is", () => {
    expect(inBatches([1, 2], 48).batches).toEqual([[1, 2]]);
    expect(inBatches([1, 2], 0).batches).toEqual([[1, 2]]);
    expect(inBatches([], 4).batches).toEqual([]);
  });
});
