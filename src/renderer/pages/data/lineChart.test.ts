import { expect, test } from "vitest";
import { lineChart } from "./lineChart";

test("both lines are drawn on one scale, the larger value higher", () => {
  const chart = lineChart(Float64Array.of(0, 1, 2), Float64Array.of(2, 1, -2), 100, 112);
  expect(chart).toMatchObject({ least: -2, most: 2, zero: 56 });
  expect(chart.input).toBe("0.0,56 50.0,31 100.0,6");
  expect(chart.target).toBe("0.0,6 50.0,31 100.0,106");
});

test("what is not finite is left out, and a constant is drawn", () => {
  expect(lineChart(Float64Array.of(Number.NaN, 3), undefined, 10, 20)).toMatchObject({
    least: 3,
    most: 3,
    input: "10.0,14",
    target: undefined,
    zero: undefined,
  });
  expect(lineChart(Float64Array.of(Number.NaN), undefined, 10, 20)).toMatchObject({ input: "" });
});
