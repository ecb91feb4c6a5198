import fc from "fast-check";
import { expect, test } from "vitest";
import { isBoundary, periodicAlong } from "../../../shared/fields/boundary";
import { parseSides } from "../../../shared/fields/sides";
import { edgeOf, edges, sidesOf, withEdge, withSide, withSpacing } from "./gridText";

const axes = ["z", "y", "x"] as const;
const anyAxis = fc.constantFrom(...axes);
const anyEdge = fc.constantFrom(...edges);

test("an edge that is set is what the text says of that direction, and the others stay", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyAxis, anyEdge), { minLength: 1 }), (changes) => {
      let text = "periodic";
      const expected = new Map<string, string>(axes.map((axis) => [axis, "periodic"]));
      for (const [axis, edge] of changes) {
        text = withEdge(text, axes, axis, edge);
        expected.set(axis, edge);
      }
      expect(isBoundary(text)).toBe(true);
      for (const axis of axes) expect(edgeOf(text, axis)).toBe(expected.get(axis));
      expect(periodicAlong(text, axes)).toEqual(
        axes.map((axis) => expected.get(axis) === "periodic"),
      );
    }),
  );
});

test("one word says it where all directions are alike", () => {
  const plane = ["y", "x"] as const;
  expect(withEdge("x periodic, y wall", plane, "y", "periodic")).toBe("periodic");
  expect(withEdge("x open, y wall", plane, "y", "open")).toBe("open");
  expect(withEdge("periodic", plane, "y", "wall")).toBe("x periodic, y wall");
});

test("a side that is typed leaves the others as they count, and is taken back by emptying it", () => {
  expect(withSide("", 1, "2", [0.75, 1])).toBe("0.75 × 2");
  expect(withSide("3 × 2", 0, "5", [0.75, 1])).toBe("5 × 2");
  expect(withSide("3 × 2", 0, " ", [0.75, 1])).toBe("");
  expect(parseSides(withSide("3 × 2", 0, "wide", [0.75, 1]))).toBeNull();
});

test("the longest side alone is shown as the sides of square cells", () => {
  expect(sidesOf("2", [24, 32])).toEqual(["1.5", "2"]);
  expect(sidesOf("3 × 2", [24, 32])).toEqual(["3", "2"]);
  expect(sidesOf("", [24, 32])).toEqual(["", ""]);
});

test("a distance of points is a side", () => {
  const grid = { size: [24, 32], length: [0.75, 1] };
  expect(withSpacing("", 1, "0.125", grid)).toBe("0.75 × 4");
  expect(parseSides(withSpacing("", 1, "near", grid))).toBeNull();
});
