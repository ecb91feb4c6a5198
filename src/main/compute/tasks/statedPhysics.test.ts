import { expect, test } from "vitest";
import { withStatedPhysics } from "./statedPhysics";

const springs = { physics: "springs", coefficients: { k: 50, rest: 1, q: 3 } };
const given = { physics: "auto", coefficients: "", steps: 20 };

test("what the file states takes the place of auto, with its numbers but those named like channels", () => {
  expect(withStatedPhysics(given, springs, ["q", "p"])).toEqual({
    physics: "springs",
    coefficients: "k=50,rest=1",
    steps: 20,
  });
});

test("numbers that are given stand last, where they count", () => {
  const own = withStatedPhysics({ ...given, coefficients: "k=2" }, springs, ["q"]);
  expect(own["coefficients"]).toBe("k=50,rest=1,k=2");
});

test("nothing is changed where another physics is chosen, none is known, or none is asked for", () => {
  const chosen = { ...given, physics: "n-body" };
  expect(withStatedPhysics(chosen, springs, [])).toBe(chosen);
  expect(withStatedPhysics(given, { ...springs, physics: "alchemy" }, [])).toBe(given);
  expect(withStatedPhysics(given, undefined, [])).toBe(given);
  const other = { group: "d4" };
  expect(withStatedPhysics(other, springs, [])).toBe(other);
});
