/** A curve a group element over a numeric axis (rollout step, ridge, number of samples): medians, and a quartile band. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { quartiles } from "../statistics";
import { elementColour, elementLabel, elementsOf } from "./elements";
import type { FigurePoint, FigureView } from "./figure";
import {
  axis,
  axisBreak,
  DASHED,
  DOTTED,
  em,
  frame,
  labelLetters,
  legend,
  legendRows,
  SOLID,
} from "./frame";
import { showNumber, type Scale } from "./scale";
import { symbols, type Symbol } from "./symbols";
import type { ChartTheme } from "./theme";

export interface CurveSet {
  readonly name: string;
  readonly dash: "solid" | "dashed" | "dotted";
  /** Samples of element g at the position `at` on the x axis. */
  values(g: number, at: number): readonly number[];
}

export interface Curves {
  readonly xs: readonly number[];
  readonly xAxis: {
    readonly name: string;
    readonly scale: Scale;
    /** What a place is called in words, "epoch 5"; absent: the axis' name and its number. */
    about?(x: number): string;
  };
  readonly yAxis: { readonly name: string; readonly scale: Scale };
  readonly sets: readonly CurveSet[];
  /** Of every curve, not of the picked element's only. */
  readonly bands?: "all";
}

export function curvesOption(
  run: RunResult,
  theme: ChartTheme,
  view: FigureView,
  curves: Curves,
): EChartsCoreOption {
  const { xAxis, yAxis } = curves;
  const ids = elementsOf(run.record);
  const rows = legendRows(ids.map(elementLabel));
  const beside = Math.max(3.5, labelLetters(yAxis.scale) + 1.2);
  const styles = lineStyles(curves, ids);
  return {
    ...frame(theme),
    legend: [
      {
        top: em(theme, 0.3),
        left: "center",
        padding: 0,
        itemGap: em(theme, 0.9),
        itemWidth: em(theme, 1.3),
        itemHeight: em(theme, 0.6),
        selectedMode: false,
        textStyle: { color: theme.text, fontSize: theme.fontSize, fontFamily: theme.font },
        data: ids.map((id, g) => ({
          name: elementLabel(id),
          icon: markOf(g) ?? "rect",
          itemStyle: { color: elementColour(theme, ids, g) },
        })),
      },
      {
        ...legend(
          theme,
          styles.map(({ name, dash }) => ({ name, icon: icons[dash], colour: theme.text })),
        ),
        top: em(theme, 0.3 + LEGEND_ROW * rows),
        itemWidth: em(theme, 2.2),
      },
    ],
    grid: {
      left: em(theme, beside + 1.3),
      right: em(theme, 1.4),
      top: em(theme, 1.7 + LEGEND_ROW * (rows + (styles.length > 0 ? 1 : 0))),
      bottom: em(theme, 3.1),
      outerBoundsMode: "none",
    },
    xAxis: axis(theme, xAxis.scale, { panel: 0, name: xAxis.name, gap: 1.9 }),
    yAxis: axis(theme, yAxis.scale, { panel: 0, name: yAxis.name, gap: beside, lines: true }),
    series: [
      ...axisBreak(theme, yAxis.scale, 0, "left"),
      ...axisBreak(theme, xAxis.scale, 0, "bottom"),
      // A legend's entries must be series of that name.
      ...styles.map(({ name }) => ({ type: "line", name, data: [] })),
      ...ids.flatMap((id, g) =>
        curves.bands === "all" || id === view.element
          ? [band(curves, elementColour(theme, ids, g), g)]
          : [],
      ),
      ...ids.flatMap((id, g) =>
        curves.sets.map((set) => ({
          type: "line",
          // Only the first set carries the legend's name.
          name: set === curves.sets[0] ? elementLabel(id) : `${elementLabel(id)} ${set.name}`,
          showSymbol: set.dash === "solid" && (curves.xs.length < FEW || markOf(g) !== null),
          symbol: markOf(g) ?? "circle",
          symbolSize: markSize(theme, g, curves.xs.length),
          color: elementColour(theme, ids, g),
          lineStyle: {
            width: theme.lineWidth * (id === view.element ? 2.4 : 1.3),
            type: set.dash,
          },
          z: id === view.element ? 4 : 3,
          data: curves.xs.map((x, at) => {
            const summary = quartiles(set.values(g, at));
            return {
              value: [xAxis.scale.place(x), yAxis.scale.place(summary.median)],
              name: `${elementLabel(id)}, ${set.name}\n${xAxis.about?.(x) ?? `${xAxis.name} ${showNumber(x)}`}\nmedian ${showNumber(summary.median)}\nquartiles ${showNumber(summary.q1)} … ${showNumber(summary.q3)}`,
            };
          }),
          tooltip: { formatter: "{b}" },
        })),
      ),
    ],
  };
}

const LEGEND_ROW = 1.3;

/** Below this number of points each is marked. */
const FEW = 30;
/** Marks along a longer curve that has a shape. */
const MARKS = 8;
/** So many curves are told apart by colour alone, with every colour vision; the next ones have a shape besides. */
const BY_COLOUR = 8;

/** The shape on the curve at this position; null for the first ones. */
function markOf(position: number): Symbol | null {
  const [, ...shapes] = symbols;
  const beyond = position - BY_COLOUR;
  return beyond < 0 ? null : shapes[beyond % shapes.length]!;
}

/** Of every point, or of a few along a long curve, set off from those of its neighbours. */
function markSize(
  theme: ChartTheme,
  position: number,
  count: number,
): number | ((value: unknown, params: { dataIndex: number }) => number) {
  if (markOf(position) === null) return theme.fontSize * 0.4;
  const size = theme.fontSize * 0.65;
  if (count < FEW) return size;
  const every = Math.floor(count / MARKS);
  return (_, { dataIndex }) => ((dataIndex + position) % every === 0 ? size : 0);
}

const icons = { solid: SOLID, dashed: DASHED, dotted: DOTTED } as const;

/** Kinds of lines that a legend must tell apart: none where there is one only. */
function lineStyles({ sets }: Curves, ids: readonly string[]): CurveSet[] {
  const names = ids.map(elementLabel);
  return sets.length > 1 ? sets.filter(({ name }) => !names.includes(name)) : [];
}

/** Between the quartiles of the picked element. */
function band(curves: Curves, fill: string, g: number): EChartsCoreOption {
  const { xAxis, yAxis } = curves;
  return {
    type: "custom",
    silent: true,
    z: 1,
    tooltip: { show: false },
    data: [[xAxis.scale.min, yAxis.scale.min]],
    clip: true,
    renderItem: (_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const upper: number[][] = [];
      const lower: number[][] = [];
      curves.xs.forEach((x, at) => {
        const { q1, q3 } = quartiles(curves.sets[0]!.values(g, at));
        const [low, high] = [yAxis.scale.place(q1), yAxis.scale.place(q3)];
        if (!Number.isFinite(low) || !Number.isFinite(high)) return;
        upper.push(api.coord([xAxis.scale.place(x), high]));
        lower.unshift(api.coord([xAxis.scale.place(x), low]));
      });
      return {
        type: "polygon",
        shape: { points: [...upper, ...lower] },
        style: { fill, opacity: 0.2 },
      };
    },
  };
}

/** A click takes the element whose curve is nearest above or below, within a tenth of the axis. */
export function pickCurve(
  run: RunResult,
  view: FigureView,
  { xs, xAxis, yAxis, sets }: Curves,
  at: FigurePoint,
): FigureView | null {
  const places = xs.map((x) => xAxis.scale.place(x));
  const nearest = places.reduce(
    (best, place, i) => (Math.abs(place - at.x) < Math.abs(places[best]! - at.x) ? i : best),
    0,
  );
  const { scale } = yAxis;
  let best = { distance: 0.1 * (scale.max - scale.min), id: "" };
  elementsOf(run.record).forEach((id, g) => {
    for (const set of sets) {
      const distance = Math.abs(scale.place(quartiles(set.values(g, nearest)).median) - at.y);
      if (distance < best.distance) best = { distance, id };
    }
  });
  return best.id === "" ? null : { ...view, element: best.id };
}
