/** Named lines over one horizontal axis, in one panel or several above each other, each with a band where it has one. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import { axis, axisBreak, em, frame, labelLetters, legend, legendRows } from "./frame";
import { level } from "./level";
import type { Scale } from "./scale";
import type { Symbol } from "./symbols";
import type { ChartTheme } from "./theme";

export interface Line {
  /** In the legend, once for all lines of that name. */
  readonly name: string;
  readonly colour: string;
  readonly symbol: Symbol;
  /** One of several that the bold line of the same name is the middle of. */
  readonly thin?: boolean;
  /** A value a place on the horizontal axis; NaN is left out. */
  readonly values: readonly number[];
  /** Bounds at each place. */
  readonly band?: { readonly low: readonly number[]; readonly high: readonly number[] };
  /** Absent: points in their order are joined, and bounds make a band; else they stand alone, with bars. */
  readonly joined?: false;
  /** To the right of its places, in steps of the axis. */
  readonly shift?: number;
  /** What is said of the point at a place. */
  about(at: number): string;
}

export interface LinePanel {
  readonly axis: string;
  readonly scale: Scale;
  readonly lines: readonly Line[];
  /** Values to which a line is drawn across. */
  readonly reference: readonly number[];
  /** Share of the figure's height. */
  readonly share: number;
}

/** From this number of places on, marks would be a chain. */
const FEW = 40;

/** @param xs places on the horizontal axis, one a value of each line */
export function linesOption(
  theme: ChartTheme,
  xs: readonly number[],
  xAxis: {
    readonly name: string;
    readonly scale: Scale;
    /** Labels along their ticks, for names that would not fit side by side. */
    readonly upright?: boolean;
  },
  panels: readonly LinePanel[],
): EChartsCoreOption {
  const entries = [
    ...new Map(panels.flatMap(({ lines }) => lines).map((line) => [line.name, line])).values(),
  ];
  const rows = entries.length > 1 ? legendRows(entries.map(({ name }) => name)) : 0;
  const beside = Math.max(3.5, Math.max(...panels.map(({ scale }) => labelLetters(scale))) + 1.2);
  const last = panels.length - 1;
  const named = xAxis.name === "" ? 1.7 : 3.1;
  const below = xAxis.upright === true ? 1.6 + labelLetters(xAxis.scale) : named;
  return {
    ...frame(theme),
    legend: legend(
      theme,
      entries.map(({ name, symbol, colour }) => ({ name, icon: symbol, colour })),
    ),
    grid: grids(theme, panels, rows > 0 ? 0.7 + 1.3 * rows : 0.8, below, beside),
    xAxis: panels.map((_, i) =>
      axis(theme, xAxis.scale, {
        panel: i,
        labels: i === last,
        upright: xAxis.upright ?? false,
        ...(i === last && xAxis.upright !== true ? { name: xAxis.name, gap: 1.9 } : {}),
      }),
    ),
    yAxis: panels.map((panel, i) =>
      axis(theme, panel.scale, { panel: i, name: panel.axis, gap: beside, lines: true }),
    ),
    series: panels.flatMap((panel, i) => [
      ...panel.reference.map((value) => level(theme, xAxis.scale, panel.scale, value, i)),
      ...axisBreak(theme, panel.scale, i, "left"),
      ...panel.lines.flatMap((line) => [
        ...(line.band === undefined
          ? []
          : [bandOf(theme, line, line.band, xs, xAxis.scale, panel, i)]),
        lineOf(theme, line, xs, xAxis.scale, panel, i),
      ]),
    ]),
  };
}

/** Panels above each other: fixed margins in letters, the rest shared out in per cent of the height. */
function grids(
  theme: ChartTheme,
  panels: readonly LinePanel[],
  heading: number,
  below: number,
  beside: number,
): EChartsCoreOption[] {
  // The axis' name below takes its height from the last panel, and the legend from the first; both get some back.
  const last = panels.length - 1;
  const shares = panels.map(
    ({ share }, i) => share + (i === 0 ? 0.03 : 0) + (i === last ? (below - 0.4) / 34 : 0),
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  let above = 0;
  return panels.map((_, i) => {
    const from = (above / total) * 100;
    above += shares[i]!;
    return {
      left: em(theme, beside + 1.3),
      right: em(theme, 1.4),
      top: i === 0 ? em(theme, heading) : `${from + 2}%`,
      bottom: i === last ? em(theme, below) : `${100 - (above / total) * 100 + 2}%`,
      outerBoundsMode: "none",
    };
  });
}

function lineOf(
  theme: ChartTheme,
  line: Line,
  xs: readonly number[],
  xScale: Scale,
  { scale }: LinePanel,
  panel: number,
): EChartsCoreOption {
  const thin = line.thin === true;
  return {
    type: "line",
    name: line.name,
    xAxisIndex: panel,
    yAxisIndex: panel,
    connectNulls: true,
    color: line.colour,
    symbol: line.symbol,
    showSymbol: xs.length < FEW,
    symbolSize: theme.fontSize * (thin ? 0.25 : 0.55),
    lineStyle: {
      width: line.joined === false ? 0 : theme.lineWidth * (thin ? 0.6 : 1.6),
      opacity: thin ? 0.55 : 1,
    },
    itemStyle: { opacity: thin ? 0.55 : 1 },
    z: thin ? 2 : 4,
    data: xs.flatMap((x, at) => {
      const y = scale.place(line.values[at]!);
      return Number.isFinite(y)
        ? [{ value: [xScale.place(x) + (line.shift ?? 0), y], name: line.about(at) }]
        : [];
    }),
    tooltip: { formatter: "{b}" },
  };
}

/** Between the bounds: a band along a line, a bar at each single point. */
function bandOf(
  theme: ChartTheme,
  { colour, joined, shift = 0 }: Line,
  { low, high }: NonNullable<Line["band"]>,
  xs: readonly number[],
  xScale: Scale,
  { scale }: LinePanel,
  panel: number,
): EChartsCoreOption {
  return {
    type: "custom",
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    z: 1,
    clip: true,
    tooltip: { show: false },
    data: [[xScale.min, scale.min]],
    renderItem: (_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const upper: number[][] = [];
      const lower: number[][] = [];
      xs.forEach((x, at) => {
        const [from, to] = [scale.place(low[at]!), scale.place(high[at]!)];
        if (!Number.isFinite(from) || !Number.isFinite(to)) return;
        const place = xScale.place(x) + shift;
        upper.push(api.coord([place, to]));
        lower.unshift(api.coord([place, from]));
      });
      if (joined === false) {
        return {
          type: "group",
          children: upper.map(([x1, y1], k) => {
            const [x2, y2] = lower[lower.length - 1 - k]!;
            return {
              type: "line",
              shape: { x1, y1, x2, y2 },
              style: { stroke: colour, lineWidth: theme.lineWidth },
            };
          }),
        };
      }
      return {
        type: "polygon",
        shape: { points: [...upper, ...lower] },
        style: { fill: colour, opacity: 0.2 },
      };
    },
  };
}
