/** The spectrum of candidates: relative defects with their intervals, what stands apart, and the gap. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunRecord, RunResult } from "../run";
import { toFloat64 } from "../tensor";
import type { FigureDefinition } from "./figure";
import { axis, em, frame, labelLetters, type Box } from "./frame";
import { label } from "./heading";
import { cell } from "./reading";
import { fixedScale, logScale, showNumber, type Scale } from "./scale";
import type { ChartTheme } from "./theme";

/** More directions would be a line of dots; those beyond have nothing to do with the function anyway. */
const MOST = 80;

/** Exact symmetries are zero but for rounding; drawn as they are they would press all else together. */
const LEAST = 1e-12;

interface Spectrum {
  readonly defects: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** What the grid alone would make of each direction; empty without a grid. */
  readonly grid: Float64Array;
}

function read(run: RunResult): Spectrum {
  const of = (name: string): Float64Array => {
    const array = run.arrays[name];
    return array === undefined ? new Float64Array() : toFloat64(array);
  };
  return {
    defects: of("singular_values"),
    low: of("singular_values_low"),
    high: of("singular_values_high"),
    grid: of("singular_values_grid"),
  };
}

interface Verdict {
  readonly dimension: number;
  readonly algebra: string | null;
  readonly ratio: number | null;
  readonly threshold: number;
}

function verdictOf({ summary }: RunRecord): Verdict {
  const { dimension, algebra, gap } = summary as {
    dimension?: number;
    algebra?: string | null;
    gap?: { ratio?: number | null; threshold?: number };
  };
  return {
    dimension: dimension ?? 0,
    algebra: algebra ?? null,
    ratio: gap?.ratio ?? null,
    threshold: gap?.threshold ?? Math.sqrt(0.05),
  };
}

function drawn(value: number): number {
  return Math.max(value, LEAST);
}

function option(run: RunResult, theme: ChartTheme): EChartsCoreOption {
  const spectrum = read(run);
  const { defects, low, high, grid } = spectrum;
  const verdict = verdictOf(run.record);
  const shown = Math.min(defects.length, MOST);
  const values = [...defects.subarray(0, shown)].map(drawn);
  const ends = [low, high, grid]
    .flatMap((all) => [...all.subarray(0, shown)])
    .filter(Number.isFinite);
  const vertical = logScale([...values, ...ends.map(drawn)], [verdict.threshold, 1]);
  const span = fixedScale(0.5, shown + 0.5, 8);
  const across: Scale = {
    ...span,
    ticks: span.ticks.filter((tick) => Number.isInteger(tick) && tick > 0),
    label: String,
  };
  const beside = Math.max(3.5, labelLetters(vertical) + 1.2);
  return {
    ...frame(theme),
    grid: {
      left: em(theme, beside + 1.3),
      right: em(theme, 0.8),
      top: em(theme, 2),
      bottom: em(theme, 3.2),
      outerBoundsMode: "none",
    },
    xAxis: axis(theme, across, { panel: 0, name: "direction among the candidates", gap: 1.9 }),
    yAxis: axis(theme, vertical, {
      panel: 0,
      name: "relative defect √μ",
      gap: beside,
      lines: true,
    }),
    series: [
      backdrop(theme, verdict, values, vertical),
      ...(grid.length === 0 ? [] : [floors(theme, grid.subarray(0, shown), vertical)]),
      points(theme, spectrum, verdict, shown, vertical),
    ],
  };
}

/** What stands apart shaded, the gap named in it, the threshold as a line. */
function backdrop(
  theme: ChartTheme,
  { dimension, algebra, ratio, threshold }: Verdict,
  values: readonly number[],
  vertical: Scale,
): EChartsCoreOption {
  const name =
    dimension === 0
      ? "no symmetry stands apart"
      : `${algebra ?? "unnamed algebra"}, candidate of dimension ${dimension}`;
  return {
    type: "custom",
    silent: true,
    clip: false,
    z: 0,
    tooltip: { show: false },
    data: [[1, vertical.min]],
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const box = params.coordSys as unknown as Box;
      const x = (direction: number): number => api.coord([direction, 0])[0]!;
      const y = (value: number): number => api.coord([1, vertical.place(value)])[1]!;
      const line = (at: number): object => ({
        type: "line",
        shape: { x1: box.x, y1: at, x2: box.x + box.width, y2: at },
        style: { stroke: theme.quiet, lineWidth: theme.lineWidth, lineDash: [4, 3] },
      });
      const children: object[] = [line(y(threshold))];
      if (dimension > 0) {
        const right = x(dimension + 0.5);
        children.unshift({
          type: "rect",
          shape: { x: box.x, y: box.y, width: right - box.x, height: box.height },
          style: { fill: theme.shade },
        });
        const [below, above] = [values[dimension - 1], values[dimension]];
        if (below !== undefined && above !== undefined) {
          children.push(...gapArrow(theme, right, y(below), y(above), ratio, box));
        }
      }
      children.push(
        label(theme, name, [box.x + box.width / 2, box.y - theme.fontSize * 0.5], {
          textVerticalAlign: "bottom",
        }),
      );
      return { type: "group", children };
    },
  };
}

/** A double arrow over the gap with the ratio beside it. */
function gapArrow(
  theme: ChartTheme,
  x: number,
  from: number,
  to: number,
  ratio: number | null,
  box: Box,
): object[] {
  const head = theme.fontSize * 0.3;
  const tip = (y: number, way: number): object => ({
    type: "polyline",
    shape: {
      points: [
        [x - head, y + way * head],
        [x, y],
        [x + head, y + way * head],
      ],
    },
    style: { stroke: theme.text, lineWidth: theme.lineWidth, fill: "none" },
  });
  const left = x - box.x > box.width / 2;
  const gap = theme.fontSize * 0.6;
  return [
    {
      type: "line",
      shape: { x1: x, y1: from, x2: x, y2: to },
      style: { stroke: theme.text, lineWidth: theme.lineWidth },
    },
    tip(to, 1),
    tip(from, -1),
    label(
      theme,
      ratio === null ? "gap" : `gap × ${showNumber(ratio, 2)}`,
      [left ? x - gap : x + gap, (from + to) / 2],
      {
        textAlign: left ? "right" : "left",
        // The lines of the axis would cross it.
        backgroundColor: theme.surface,
        padding: theme.fontSize * 0.15,
      },
    ),
  ];
}

function points(
  theme: ChartTheme,
  { defects, low, high, grid }: Spectrum,
  { dimension }: Verdict,
  shown: number,
  vertical: Scale,
): EChartsCoreOption {
  const data = Array.from({ length: shown }, (_, k) => ({
    value: [k + 1, vertical.place(drawn(defects[k]!))],
    name: describe(k, defects[k]!, low[k], high[k], grid[k]),
  }));
  return {
    type: "custom",
    z: 3,
    data,
    tooltip: { formatter: "{b}" },
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const k = params.dataIndex;
      const found = k < dimension;
      const colour = found ? theme.series[0]! : theme.quiet;
      const [x, y] = api.coord(data[k]!.value) as [number, number];
      const end = (value: number | undefined): number =>
        value === undefined || !Number.isFinite(value)
          ? y
          : api.coord([k + 1, vertical.place(drawn(value))])[1]!;
      const radius = theme.fontSize * (shown > 40 ? 0.2 : 0.3);
      return {
        type: "group",
        children: [
          {
            type: "line",
            shape: { x1: x, y1: end(low[k]), x2: x, y2: end(high[k]) },
            style: { stroke: colour, lineWidth: theme.fontSize * 0.16 },
          },
          {
            type: "circle",
            shape: { cx: x, cy: y, r: radius },
            style: {
              fill: found ? colour : theme.surface,
              stroke: colour,
              lineWidth: Math.max(theme.lineWidth, 0.7),
            },
          },
        ],
      };
    },
  };
}

/** What the grid alone would make, a diamond a direction; those that it represents exactly have none. */
function floors(theme: ChartTheme, grid: Float64Array, vertical: Scale): EChartsCoreOption {
  const data = Array.from(grid, (value, k) => ({ value, k }))
    .filter(({ value }) => value > 0)
    .map(({ value, k }) => ({
      value: [k + 1, vertical.place(drawn(value))],
      name: `direction ${k + 1}\nthe grid’s own error ${showNumber(value)}`,
    }));
  return {
    type: "custom",
    z: 2,
    data,
    tooltip: { formatter: "{b}" },
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const [x, y] = api.coord(data[params.dataIndex]!.value) as [number, number];
      // Beside the point, which it may equal.
      const mark = diamond(theme, x + theme.fontSize * 0.7, y);
      if (params.dataIndex > 0) return mark;
      const box = params.coordSys as unknown as Box;
      const text = label(
        theme,
        "the grid’s own error",
        [box.x + box.width - theme.fontSize * 0.4, box.y + box.height - theme.fontSize],
        { textAlign: "right", textVerticalAlign: "middle", backgroundColor: theme.surface },
      );
      const left = box.x + box.width - theme.fontSize * 11;
      return {
        type: "group",
        children: [mark, text, diamond(theme, left, box.y + box.height - theme.fontSize)],
      };
    },
  };
}

function diamond(theme: ChartTheme, x: number, y: number): object {
  const r = theme.fontSize * 0.32;
  return {
    type: "polygon",
    shape: {
      points: [
        [x, y - r],
        [x + r, y],
        [x, y + r],
        [x - r, y],
      ],
    },
    style: { fill: theme.quiet, opacity: 0.55 },
  };
}

function describe(k: number, value: number, low?: number, high?: number, grid?: number): string {
  const bounds =
    low === undefined || high === undefined || !Number.isFinite(low)
      ? ""
      : `\n95 % interval ${showNumber(low)} … ${showNumber(high)}`;
  const floor =
    grid === undefined || !(grid > 0) ? "" : `\nthe grid’s own error ${showNumber(grid)}`;
  return `direction ${k + 1}\nrelative defect ${showNumber(value)}${bounds}${floor}`;
}

export const spectrumFigure: FigureDefinition = {
  id: "spectrum",
  title: "Spectrum of candidates",
  caption:
    "Relative defect of each direction among the candidate motions, ascending, with 95 % bootstrap intervals over trajectories: 0 is an exact symmetry, 1 a motion that has nothing to do with the map. Filled and shaded: the directions below the widest gap; dashed: the largest defect that a symmetry may have. Diamonds, on fields: what the grid alone makes of that direction, the defect of a pointwise map that has every symmetry; a defect within twice of it is not resolved. Values below 10⁻¹² are drawn there.",
  arrays: [
    "singular_values",
    "singular_values_low",
    "singular_values_high",
    "singular_values_grid",
  ],
  aspect: 0.65,
  option: (run, theme) => option(run, theme),
  table(run) {
    const { defects, low, high, grid } = read(run);
    const onGrid = grid.length > 0;
    return {
      columns: [
        { name: "direction", unit: "" },
        { name: "relative_defect", unit: "1" },
        { name: "low", unit: "1" },
        { name: "high", unit: "1" },
        ...(onGrid ? [{ name: "grid_error", unit: "1" }] : []),
      ],
      rows: [...defects].map((value, k) => [
        k + 1,
        cell(value),
        cell(low[k]),
        cell(high[k]),
        ...(onGrid ? [cell(grid[k])] : []),
      ]),
    };
  },
};
