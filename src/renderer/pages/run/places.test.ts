import fc from "fast-check";
import { expect, test } from "vitest";
import { placesOf } from "./places";

/** Cells left empty where two columns are filled row by row, as the grid does. */
function gaps(places: readonly string[]): number {
  let empty = 0;
  let left = 0;
  let right = 0;
  for (const place of places) {
    if (place === "wide") {
      empty += Math.abs(left - right);
      left = right = Math.max(left, right) + 1;
    } else if (left <= right) left += place === "tall" ? 2 : 1;
    else right += place === "tall" ? 2 : 1;
  }
  return empty + Math.abs(left - right);
}

test("no figure is left beside an empty place, whatever their shapes", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(0.5, 0.65, 0.8, 0.95, 1), { minLength: 1 }), (aspects) => {
      const places = placesOf(aspects);
      expect(places[0]).toBe("wide");
      expect(gaps(places)).toBe(0);
    }),
  );
});

test("a square figure stands beside two flat ones, a single low one over the whole width", () => {
  expect(placesOf([0.8, 1, 0.6, 0.6])).toEqual(["wide", "tall", "flat", "flat"]);
  expect(placesOf([0.8, 1, 0.6, 0.6, 0.65])).toEqual(["wide", "tall", "flat", "flat", "wide"]);
  expect(placesOf([0.75, 0.62, 0.65, 0.95, 0.8])).toEqual(["wide", "flat", "flat", "flat", "flat"]);
  expect(placesOf([0.75, 0.62, 0.65, 0.8])).toEqual(["wide", "wide", "flat", "flat"]);
  expect(placesOf([0.48, 0.5])).toEqual(["wide", "wide"]);
});
