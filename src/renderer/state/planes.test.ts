import { expect, test } from "vitest";
import { parseFieldSpec } from "../../shared/fields/spec";
import { plane, scaleGroups, scaleOf, scalesOf } from "./planes";

test("what has both signs gets a diverging scale about zero, the rest a sequential one", () => {
  expect(scaleOf([[-1, 3], [2]])).toEqual({ map: "balance", min: -3, max: 3 });
  expect(scaleOf([[1, 3]])).toEqual({ map: "viridis", min: 1, max: 3 });
});

test("a constant field has a scale of its one value, and one without a number some scale", () => {
  expect(scaleOf([[2, 2]])).toEqual({ map: "viridis", min: 2, max: 2 });
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

test("a constant channel has the scale of all that it is compared with, its field's and its target's", () => {
  const spec = parseFieldSpec("scalar:p,vector:v");
  // Two points: p constant in the input only, v.x constant beside a v.y of both signs.
  const input = Float64Array.of(3, 3, 1, 1, -2, 2);
  const target = Float64Array.of(3, 5, 1, 1, -1, 4);
  const [p, x, y] = scalesOf(spec, 3, 2, [input, target]);
  expect(p).toEqual({ map: "viridis", min: 3, max: 5 });
  expect(x).toEqual({ map: "balance", min: -4, max: 4 });
  expect(y).toBe(x);
});
