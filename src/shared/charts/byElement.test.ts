import type { EChartsCoreOption } from "echarts/core";
import { expect, test } from "vitest";
import type { RunResult } from "../run";
import { equivarianceFigures } from "./equivariance";
import { unmarked, type FigureView } from "./figure";
import { equivarianceRun } from "./madeUpRuns";
import { printTheme } from "./theme";

const figure = equivarianceFigures.find(({ id }) => id === "by-element")!;

/** The same run with its errors at another height; what is exactly zero stays so. */
function scaled(run: RunResult, factor: number): RunResult {
  const errors = run.arrays["equivariance_error"]!;
  const data = Float64Array.from(errors.data as Float64Array, (value) => value * factor);
  return { ...run, arrays: { ...run.arrays, equivariance_error: { ...errors, data } } };
}

/** Of the first panel: range and labelled ticks. */
function valueAxis(option: EChartsCoreOption) {
  const [axis] = option["yAxis"] as {
    min: number;
    max: number;
    axisTick: { customValues: number[] };
    axisLabel: { formatter: (tick: number) => string };
  }[];
  const { min, max, axisTick, axisLabel } = axis!;
  return { min, max, ticks: axisTick.customValues.map((tick) => axisLabel.formatter(tick)) };
}

test("runs beside each other have the same value axis, with one row of exact zeros", () => {
  const [high, low] = [equivarianceRun(), scaled(equivarianceRun(), 1e-5)];
  const axisOf = (run: RunResult, beside?: RunResult) =>
    valueAxis(figure.option(run, printTheme, {}, beside));
  const shared = axisOf(high, low);
  expect(shared).toEqual(axisOf(low, high));
  expect(shared.ticks[0]).toBe("0");
  expect(shared.max).toBe(axisOf(high).max);
  expect(shared.min).toBeLessThan(axisOf(high).min);
});

/** What is drawn behind the points: fills of its rectangles. */
function behind(option: EChartsCoreOption): unknown[] {
  const backdrop = (option["series"] as Record<string, unknown>[]).find(({ z }) => z === 0)!;
  const draw = backdrop["renderItem"] as (
    params: object,
    api: object,
  ) => { children: { style: { fill: unknown } }[] };
  const { children } = draw(
    { coordSys: { y: 0, height: 1 } },
    { coord: ([x]: [number]) => [x, 0] as const },
  );
  return children.map(({ style }) => style.fill);
}

test("a picked element is marked among others, and not where it is the only one", () => {
  const run = equivarianceRun(3);
  const marks = (elements: readonly string[]): number => {
    const record = { ...run.record, parameters: { ...run.record.parameters, elements } };
    return behind(figure.option({ ...run, record }, printTheme, { element: "r" })).length;
  };
  expect(marks(["r"])).toBe(0);
  expect(marks(["r", "s"])).toBeGreaterThan(0);
});

test("without its marks a figure is as with nothing picked, and its subgroup stays", () => {
  const run = equivarianceRun(3);
  const view = { element: "r", row: 1, column: 2, subgroup: "e,r2" };
  const kept = unmarked(figure, view);
  expect(kept).toEqual({ subgroup: "e,r2" });
  expect(unmarked({}, view)).toEqual(view);
  const ringed = (picked: FigureView): number =>
    JSON.stringify(figure.option(run, printTheme, picked)).split(
      `"borderWidth":${printTheme.lineWidth}`,
    ).length - 1;
  expect(behind(figure.option(run, printTheme, view))).toContain(printTheme.mark);
  expect(behind(figure.option(run, printTheme, kept))).not.toContain(printTheme.mark);
  expect(ringed(view)).toBeGreaterThan(0);
  expect(ringed(kept)).toBe(0);
});
