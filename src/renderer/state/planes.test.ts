import { expect, test } from "vitest";
import { parseFieldSpec } from "../../shared/fields/spec";
import { plane, scaleGroups, scaleOf } from "./planes";

test("what has both signs gets a diverging scale about zero, the rest a sequential one", () => {
  expect(scaleOf([[-1, 3], [2]])).toEqual({ map: "balance", min: -3, max: 3 });
  expect(scaleOf([[1, 3]])).toEqual({ map: "viridis", min: 1, max: 3 });
});

test("a constant field and one without a number have a scale all the same", () => {
  const constant = scaleOf([[2, 2]]);
  expect(constant.max).toBeGreaterThan(constant.min);
  expect(scaleOf([[NaN]])).toEqual({ map: "viridis", min: 0, max: 1 });
});

test("the components of a vector share a scale", () => {
  expect(scaleGroups(parseFieldSpec("scalar:p,vector:v"), 3)).toEqual([[0], [1, 2]]);
  expect(scaleGroups(undefined, 2)).toEqual([[0], [1]]);
});

test("a plane is a view of its channel", () => {
  const values = Float32Array.of(0, 1, 2, 3);
  expect([...plane(values, 1, 2)]).toEqual([2, 3]);
});
