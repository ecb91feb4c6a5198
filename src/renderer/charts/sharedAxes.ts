/**
 * Two charts of one figure on the same value axes, for reading them side by side. Works on finished options, for figures
 * that do not take in each other's values themselves: every value axis there carries its range, its ticks and how it
 * labels them (shared/charts/frame.ts).
 */
import type { EChartsCoreOption } from "echarts/core";
import type { FigureDefinition } from "../../shared/charts/figure";
import { fixedScale, logScale, type Scale } from "../../shared/charts/scale";

interface Axis {
  readonly min: number;
  readonly max: number;
  readonly name: string;
  readonly axisTick: { readonly customValues: readonly number[] };
  readonly axisLabel: {
    readonly customValues: readonly number[];
    readonly formatter: (coordinate: number) => string;
  };
}

/** Figures whose axes both count samples or distances: their squares must stay square. */
const pictures: readonly string[] = ["influence-matrix", "plane"];

export function hasValueAxis({ id }: FigureDefinition): boolean {
  return !pictures.includes(id);
}

/** `own` with the y ranges of both; an axis on which they have no common range stays as it is. */
export function onSharedAxes(own: EChartsCoreOption, other: EChartsCoreOption): EChartsCoreOption {
  const [mine, theirs] = [axesOf(own), axesOf(other)];
  if (mine.length !== theirs.length) return own;
  const shared = mine.map((axis, i) => shareAxis(axis, theirs[i]!));
  return { ...own, yAxis: Array.isArray(own["yAxis"]) ? shared : shared[0] };
}

function axesOf(option: EChartsCoreOption): Axis[] {
  return [option["yAxis"] ?? []].flat() as Axis[];
}

function shareAxis(own: Axis, other: Axis): Axis {
  const kind = kindOf(own);
  if (own.name === "" || own.name !== other.name || kind === null || kind !== kindOf(other)) {
    return own;
  }
  if (own.min === other.min && own.max === other.max) return own;
  const min = Math.min(own.min, other.min);
  const max = Math.max(own.max, other.max);
  if (kind === "linear") return ranged(own, min, max, fixedScale(min, max));
  const [zero, othersZero] = [zeroRow(own), zeroRow(other)];
  const least = Math.min(leastPower(own), leastPower(other));
  // A row of exact zeros must lie below every value of both, and both charts must have it in one place.
  const rows = [zero, othersZero].filter((row) => row !== null);
  if (rows.some((row) => row >= least || row !== rows[0])) return own;
  const { ticks, label } = logScale([10 ** least, 10 ** max]);
  const powers = ticks.filter((tick) => tick >= least && tick <= max);
  return ranged(own, min, max, {
    ticks: zero === null ? powers : [zero, ...powers],
    label: (tick) => (tick === zero ? "0" : label(tick)),
  });
}

/** What an axis coordinate is, told from the labels: 1 is 1 on a linear axis and 10 on a logarithmic one. */
function kindOf({ axisLabel }: Axis): "linear" | "log" | null {
  const [none, one] = [axisLabel.formatter(0), axisLabel.formatter(1)];
  if (none === "0") return one === "1" ? "linear" : null;
  return none === "1" ? "log" : null;
}

/** Coordinate of the row that is labelled 0 on a logarithmic axis. */
function zeroRow({ axisTick, axisLabel }: Axis): number | null {
  return axisTick.customValues.find((tick) => axisLabel.formatter(tick) === "0") ?? null;
}

/** Where the powers of ten begin: above the row of zeros, if there is one. */
function leastPower(axis: Axis): number {
  const zero = zeroRow(axis);
  const powers = axis.axisTick.customValues.filter((tick) => tick !== zero);
  return zero === null ? axis.min : Math.min(...powers);
}

function ranged(
  axis: Axis,
  min: number,
  max: number,
  { ticks, label }: Pick<Scale, "ticks" | "label">,
): Axis {
  return {
    ...axis,
    min,
    max,
    axisTick: { ...axis.axisTick, customValues: ticks },
    axisLabel: { ...axis.axisLabel, customValues: ticks, formatter: label },
  };
}
