import { expect, test } from "vitest";
import { parseSides, showSides } from "./sides";

test.each([
  ["1", [1]],
  ["0.75x1", [0.75, 1]],
  ["2 × 1e-1 × 3", [2, 0.1, 3]],
])("“%s” is read", (text, sides) => {
  expect(parseSides(text)).toEqual(sides);
  expect(parseSides(showSides(sides))).toEqual(sides);
});

test.each(["", "0", "-1x1", "a", "1x", "1x1x1x1", "Infinity"])("“%s” is none", (text) => {
  expect(parseSides(text)).toBeNull();
});
