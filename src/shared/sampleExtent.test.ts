import fc from "fast-check";
import { expect, test } from "vitest";
import { numberingOf, unequal } from "./sampleExtent";
import { select } from "./selection";

const lengths = fc
  .array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 12 })
  .filter((all) => all.some((length) => length > 0));

test("samples are numbered trajectory by trajectory, in each by time", () => {
  fc.assert(
    fc.property(lengths, (all) => {
      const places = all.flatMap((length, trajectory) =>
        Array.from({ length }, (_, time) => ({ trajectory, time })),
      );
      const numbering = numberingOf({ trajectories: all.length, times: Math.max(...all), lengths: all }); // prettier-ignore
      expect(numbering.count).toBe(places.length);
      expect(places.map((_, i) => numbering.placeOf(i))).toEqual(places);
      for (const [i, { trajectory, time }] of places.entries()) {
        expect(numbering.firstOf(trajectory) + time).toBe(i);
        expect(time).toBeLessThan(numbering.lengthOf(trajectory));
      }
    }),
  );
});

test("equal lengths are numbered as without any", () => {
  const told = numberingOf({ trajectories: 3, times: 4, lengths: [4, 4, 4] });
  const plain = numberingOf({ trajectories: 3, times: 4, lengths: unequal([4, 4, 4]) });
  const samples = Array.from({ length: 12 }, (_, i) => i);
  expect(samples.map((i) => told.placeOf(i))).toEqual(samples.map((i) => plain.placeOf(i)));
  expect([0, 1, 2].map((i) => told.firstOf(i))).toEqual([0, 1, 2].map((i) => plain.firstOf(i)));
});

test("a choice takes what is there, each once, ascending, and as many as were asked for", () => {
  fc.assert(
    fc.property(
      lengths,
      fc.integer({ min: 1, max: 80 }),
      fc.nat({ max: 9 }),
      (all, wanted, seed) => {
        const extent = { trajectories: all.length, times: Math.max(...all), lengths: all };
        const { count } = numberingOf(extent);
        const { indices } = select(extent, { samples: String(wanted), seed });
        expect(indices).toHaveLength(Math.min(wanted, count));
        expect([...new Set(indices)].sort((a, b) => a - b)).toEqual(indices);
        expect(indices.every((i) => i >= 0 && i < count)).toBe(true);
      },
    ),
  );
});

test("chosen times are left out of trajectories that end before", () => {
  const extent = { trajectories: 3, times: 5, lengths: [2, 5, 3] };
  expect(select(extent, { samples: "all", times: "2:5" }).indices).toEqual([4, 5, 6, 9]);
  expect(select(extent, { samples: "all", trajectories: "2:", times: "1:" }).indices).toEqual([
    8, 9,
  ]);
  expect(() => select(extent, { samples: "1", trajectories: "0:1", times: "3:" })).toThrow(
    "No sample is left",
  );
});
