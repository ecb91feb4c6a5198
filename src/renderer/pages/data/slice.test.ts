import { expect, test } from "vitest";
import { atPlane, planesOf } from "./slice";

const sample = {
  input: Float64Array.from({ length: 2 * 3 * 2 * 2 }, (_, i) => i),
  inputShape: [2, 3, 2, 2],
  target: null,
  targetShape: null,
};

test("a plane holds its z of every channel", () => {
  expect(planesOf(sample)).toBe(3);
  expect(atPlane(sample, 1)).toEqual({
    input: Float64Array.of(4, 5, 6, 7, 16, 17, 18, 19),
    inputShape: [2, 2, 2],
    target: null,
    targetShape: null,
  });
  expect(atPlane({ ...sample, target: sample.input, targetShape: [2, 3, 2, 2] }, 9).target).toEqual(
    Float64Array.of(8, 9, 10, 11, 20, 21, 22, 23),
  );
});

test("what has no z is shown as it is", () => {
  const plane = { ...sample, inputShape: [6, 2, 2] };
  expect(planesOf(plane)).toBe(1);
  expect(planesOf(undefined)).toBe(1);
  expect(atPlane(plane, 0)).toBe(plane);
});
