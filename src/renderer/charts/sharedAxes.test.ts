import type { EChartsCoreOption } from "echarts/core";
import { expect, test } from "vitest";
import { axis } from "../../shared/charts/frame";
import { linearScale, logScale, type Scale } from "../../shared/charts/scale";
import { themes } from "../../shared/charts/theme";
import { onSharedAxes } from "./sharedAxes";

const chart = (scale: Scale, name = "cosine"): EChartsCoreOption => ({
  yAxis: [axis(themes.light, scale, { panel: 0, name })],
});
const y = (option: EChartsCoreOption): { min: number; max: number; ticks: string[] } => {
  const [first] = option["yAxis"] as [
    {
      min: number;
      max: number;
      axisTick: { customValues: number[] };
      axisLabel: { formatter: (tick: number) => string };
    },
  ];
  const { min, max, axisTick, axisLabel } = first;
  return { min, max, ticks: axisTick.customValues.map((tick) => axisLabel.formatter(tick)) };
};

test.each([
  ["linear", linearScale([-0.2, 0.1]), linearScale([0, 5])],
  ["logarithmic", logScale([1e-6, 1e-4]), logScale([1e-2, 10])],
])("either of two %s axes has the range of both, with the same ticks", (_, a, b) => {
  const left = y(onSharedAxes(chart(a), chart(b)));
  expect(left).toEqual(y(onSharedAxes(chart(b), chart(a))));
  expect([left.min, left.max]).toEqual([Math.min(a.min, b.min), Math.max(a.max, b.max)]);
});

test("a row of exact zeros is only kept where it lies below all values of both", () => {
  const zeros = logScale([0, 1e-3, 1e-1]);
  const above = logScale([1e-1, 10]);
  expect(y(onSharedAxes(chart(zeros), chart(above))).ticks[0]).toBe("0");
  expect(y(onSharedAxes(chart(above), chart(zeros))).ticks).not.toContain("0");
  const below = logScale([1e-9, 1e-7]);
  for (const own of [zeros, below]) {
    const other = own === zeros ? below : zeros;
    expect(y(onSharedAxes(chart(own), chart(other)))).toEqual(y(chart(own)));
  }
});

test("axes of other quantities, kinds or numbers stay as they are", () => {
  const linear = chart(linearScale([0, 1]));
  expect(y(onSharedAxes(linear, chart(linearScale([0, 9]), "excess"))).max).toBe(y(linear).max);
  expect(y(onSharedAxes(linear, chart(logScale([1, 900])))).max).toBe(y(linear).max);
  expect(onSharedAxes(linear, { yAxis: [] })).toBe(linear);
});
