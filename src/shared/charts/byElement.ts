/**
 * The figure of the coherence paper's kind: a column a group element, in each the samples as points (where there are
 * fewer than fifty), median and quartiles, in one panel or several above each other; a subgroup's elements set apart.
 */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { quartiles } from "../statistics";
import { arrange, elementColour, elementLabel, type Arrangement } from "./elements";
import type { FigurePoint, FigureView } from "./figure";
import {
  axis,
  axisBreak,
  em,
  frame,
  labelLetters,
  legend,
  legendRows,
  lettersOf,
  shortened,
} from "./frame";
import { level } from "./level";
import { sampleName } from "./reading";
import { linearScale, logScale, showNumber, type Scale } from "./scale";
import { drawSymbol, symbols, type Symbol } from "./symbols";
import type { ChartTheme } from "./theme";
import { showWithError } from "./uncertainty";

export interface Quantity {
  readonly name: string;
  /** One array an element, in the order of the run's arrays. */
  readonly values: readonly Float64Array[];
  /** Absolute errors of the values, as far as they are known. */
  readonly errors?: readonly Float64Array[];
  /** Whether single samples are drawn where they are few. */
  readonly points: boolean;
}

export interface Panel {
  /** Name of the axis, with the unit where there is one. */
  readonly axis: string;
  readonly scale: "linear" | "log";
  /** Values to which a line is drawn, and which the axis must include. */
  readonly reference: readonly number[];
  /** What a linear axis shows where no value differs from the references: a share's 0 to 1, say. */
  readonly whole?: readonly [number, number];
  readonly quantities: readonly Quantity[];
  /** Share of the figure's height. */
  readonly share: number;
}

/** From this number of samples on, points would be a blot: then median and quartiles alone. */
const FEW = 50;

/** @param other the same panel of a run drawn beside this one, whose values have room too */
function scaleOfPanel(panel: Panel, other?: Panel): Scale {
  const together = other?.axis === panel.axis && other.scale === panel.scale ? [other] : [];
  const shown = [panel, ...together].flatMap(shownIn);
  const apart = shown.some((value) => Number.isFinite(value) && !panel.reference.includes(value));
  if (panel.whole !== undefined && !apart) return linearScale(panel.whole);
  return panel.scale === "log"
    ? logScale(shown, panel.reference)
    : linearScale(shown, panel.reference);
}

/** The values that the panel draws. */
function shownIn({ quantities }: Panel): number[] {
  const few = (quantities[0]?.values[0]?.length ?? 0) < FEW;
  return quantities.flatMap(({ values, points }) =>
    values.flatMap((samples) => {
      const { median, q1, q3 } = quartiles(samples);
      return few && points ? [...samples] : [median, q1, q3];
    }),
  );
}

/** Letters of names that fit side by side in a column of 85 mm. */
const ROOM = 21;

/** Even, reproducible scatter in (−½, ½): multiples of the golden ratio, modulo one. */
function jitter(i: number): number {
  return ((i * 0.6180339887498949) % 1) - 0.5;
}

/** Distance between the lanes of two quantities, and the width over which points are scattered, in columns. */
function lanes(count: number): { offset(quantity: number): number; width: number } {
  const distance = count > 1 ? 0.78 / count : 0;
  return {
    offset: (quantity) => (quantity - (count - 1) / 2) * distance,
    width: count > 1 ? distance * 0.7 : 0.36,
  };
}

/** What figures over elements only mark: the picked element's column and the picked sample. */
export const elementMarks = ["element", "row", "column"] as const satisfies (keyof FigureView)[];

export function byElementOption(
  run: RunResult,
  theme: ChartTheme,
  view: FigureView,
  panelsOf: (run: RunResult) => readonly Panel[],
  neighbour?: RunResult,
): EChartsCoreOption {
  const panels = panelsOf(run);
  const others = neighbour === undefined ? [] : panelsOf(neighbour);
  const arrangement = arrange(run.record, view);
  const names = arrangement.slots.map(({ id }) => lettersOf(elementLabel(id)));
  const crowded = names.reduce((sum, letters) => sum + letters + 0.8, 0) > ROOM;
  const scales = panels.map((panel, i) => scaleOfPanel(panel, others[i]));
  // The names of the panels' axes stand in one line, clear of the widest label.
  const beside = Math.max(3.5, Math.max(...scales.map(labelLetters)) + 1.2);
  const entries = panels.flatMap((panel) =>
    panel.quantities.length > 1
      ? panel.quantities.map(({ name }, i) => ({ name, icon: symbols[i % symbols.length]! }))
      : [],
  );
  const rows = entries.length > 1 ? legendRows(entries.map(({ name }) => shortened(name))) : 0;
  const heading = (rows > 0 ? 0.3 + 1.3 * rows : 0) + (arrangement.parts.length > 0 ? 1.5 : 0.5);
  return {
    ...frame(theme),
    legend: { ...legend(theme, entries), formatter: shortened },
    grid: grids(theme, panels, heading, crowded ? 1.2 + Math.max(...names) : 1.7, beside),
    xAxis: panels.map((_, i) =>
      axis(theme, elementScale(arrangement), {
        panel: i,
        labels: i === panels.length - 1,
        upright: crowded,
      }),
    ),
    yAxis: panels.map((panel, i) =>
      axis(theme, scales[i]!, { panel: i, name: panel.axis, gap: beside, lines: true }),
    ),
    series: panels.flatMap((panel, i) => [
      backdrop(theme, view, arrangement, i, i === 0),
      ...panel.reference.map((value) => level(theme, arrangement, scales[i]!, value, i)),
      ...axisBreak(theme, scales[i]!, i, "left"),
      ...panel.quantities.flatMap((quantity, q) =>
        quantitySeries(run, theme, view, arrangement, panel, scales[i]!, i, quantity, q),
      ),
    ]),
  };
}

/** Panels above each other: fixed margins in letters, the rest shared out in per cent of the height. */
function grids(
  theme: ChartTheme,
  panels: readonly Panel[],
  heading: number,
  footing: number,
  beside: number,
): EChartsCoreOption[] {
  // Upright names take their height from the last panel, which gets it back here.
  const shares = panels.map(
    ({ share }, i) => share + (i === panels.length - 1 ? (footing - 1.7) / 15 : 0),
  );
  const total = shares.reduce((sum, share) => sum + share, 0);
  let above = 0;
  return panels.map((_, i) => {
    const first = i === 0;
    const last = i === panels.length - 1;
    const from = (above / total) * 100;
    above += shares[i]!;
    const to = (above / total) * 100;
    return {
      left: em(theme, beside + 1.3),
      right: em(theme, 0.5),
      top: first ? em(theme, heading) : `${from + 3.5}%`,
      bottom: last ? em(theme, footing) : `${100 - to + 3.5}%`,
      outerBoundsMode: "none",
    };
  });
}

function elementScale(arrangement: Arrangement): Scale {
  const byPlace = new Map(arrangement.slots.map(({ id, x }) => [x.toFixed(3), id]));
  return {
    min: arrangement.min,
    max: arrangement.max,
    ticks: arrangement.slots.map(({ x }) => x),
    label: (x) => elementLabel(byPlace.get(x.toFixed(3)) ?? ""),
    place: (x) => x,
  };
}

/** Behind the data: the subgroup's part shaded and named, the picked element's column marked. */
function backdrop(
  theme: ChartTheme,
  view: FigureView,
  { parts, slots }: Arrangement,
  panel: number,
  headed: boolean,
): EChartsCoreOption {
  // Of one element there is nothing to tell apart, and a figure all in the mark's colour.
  const picked = slots.length > 1 ? slots.find(({ id }) => id === view.element) : undefined;
  return {
    type: "custom",
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    z: 0,
    tooltip: { show: false },
    data: [[slots[0]!.x, 0]],
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const box = params.coordSys as unknown as { y: number; height: number };
      const pixel = (x: number): number => api.coord([x, 0])[0]!;
      const column = (from: number, to: number, fill: string): object => ({
        type: "rect",
        shape: { x: pixel(from), y: box.y, width: pixel(to) - pixel(from), height: box.height },
        style: { fill },
      });
      const names = headed
        ? parts.map(({ label, from, to }) => ({
            type: "text",
            style: {
              text: label,
              x: (pixel(from) + pixel(to)) / 2,
              y: box.y - theme.fontSize * 0.35,
              textAlign: "center",
              textVerticalAlign: "bottom",
              fill: theme.quiet,
              fontSize: theme.fontSize,
              fontFamily: theme.font,
            },
          }))
        : [];
      return {
        type: "group",
        children: [
          ...parts.slice(0, 1).map(({ from, to }) => column(from, to, theme.shade)),
          ...(picked === undefined ? [] : [column(picked.x - 0.5, picked.x + 0.5, theme.mark)]),
          ...names,
        ],
      };
    },
  };
}

function quantitySeries(
  run: RunResult,
  theme: ChartTheme,
  view: FigureView,
  arrangement: Arrangement,
  panel: Panel,
  scale: Scale,
  index: number,
  quantity: Quantity,
  q: number,
): EChartsCoreOption[] {
  const symbol = symbols[q % symbols.length]!;
  const { offset, width } = lanes(panel.quantities.length);
  const series: EChartsCoreOption[] = [];
  const count = quantity.values[0]?.length ?? 0;
  if (quantity.points && count < FEW) {
    series.push(
      points(run, theme, view, arrangement, scale, index, quantity, offset(q), width, symbol),
    );
  }
  series.push(marks(theme, arrangement, scale, index, quantity, offset(q), symbol));
  return series;
}

/** Every sample as a small point, the picked one ringed. */
function points(
  run: RunResult,
  theme: ChartTheme,
  view: FigureView,
  { slots, ids }: Arrangement,
  scale: Scale,
  index: number,
  quantity: Quantity,
  offset: number,
  width: number,
  symbol: Symbol,
): EChartsCoreOption {
  const size = theme.fontSize * 0.34;
  return {
    type: "scatter",
    xAxisIndex: index,
    yAxisIndex: index,
    z: 2,
    symbol,
    symbolSize: size,
    data: slots.flatMap(({ id, index: g, x }) =>
      [...quantity.values[g]!].flatMap((value, i) => {
        const y = scale.place(value);
        if (!Number.isFinite(y)) return [];
        const picked = i === view.row;
        const colour = elementColour(theme, ids, g);
        return [
          {
            value: [x + offset + jitter(i) * width, y],
            name: `${elementLabel(id)}, ${sampleName(run.record, i)}\n${quantity.name} ${showWithError(value, quantity.errors?.[g]?.[i])}`,
            symbolSize: picked ? size * 1.6 : size,
            itemStyle: {
              color: colour,
              opacity: picked ? 1 : 0.45,
              borderColor: theme.text,
              borderWidth: picked ? theme.lineWidth : 0,
            },
          },
        ];
      }),
    ),
    tooltip: { formatter: "{b}" },
  };
}

/** Median as a shape, quartiles as a bar through it. */
function marks(
  theme: ChartTheme,
  { slots, ids }: Arrangement,
  scale: Scale,
  index: number,
  quantity: Quantity,
  offset: number,
  symbol: Symbol,
): EChartsCoreOption {
  const columns = slots.flatMap(({ id, index: g, x }) => {
    const summary = quartiles(quantity.values[g]!);
    const y = scale.place(summary.median);
    return Number.isFinite(y) ? [{ id, g, x: x + offset, y, summary }] : [];
  });
  return {
    type: "custom",
    name: quantity.name,
    xAxisIndex: index,
    yAxisIndex: index,
    z: 3,
    itemStyle: { color: theme.quiet },
    data: columns.map(({ id, x, y, summary }) => ({
      value: [x, y],
      name: describeQuartiles(`${elementLabel(id)}, ${quantity.name}`, summary),
    })),
    tooltip: { formatter: "{b}" },
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const { g, x, y, summary } = columns[params.dataIndex]!;
      const fill = elementColour(theme, ids, g);
      const [px, middle] = api.coord([x, y]) as [number, number];
      const end = (value: number): number => {
        const place = scale.place(value);
        return api.coord([x, Number.isFinite(place) ? place : y])[1]!;
      };
      return {
        type: "group",
        children: [
          {
            type: "line",
            shape: { x1: px, y1: end(summary.q1), x2: px, y2: end(summary.q3) },
            style: { stroke: fill, lineWidth: theme.fontSize * 0.2, lineCap: "butt" },
          },
          drawSymbol(symbol, px, middle, theme.fontSize * 0.28, {
            fill,
            stroke: theme.surface,
            lineWidth: theme.fontSize * 0.06,
          }),
        ],
      };
    },
  };
}

function describeQuartiles(
  title: string,
  { median, q1, q3, n, dropped }: ReturnType<typeof quartiles>,
): string {
  const left = dropped > 0 ? `, ${dropped} not defined` : "";
  return `${title}\nmedian ${showNumber(median)}\nquartiles ${showNumber(q1)} … ${showNumber(q3)}\n${n} samples${left}`;
}

/** How near a click must come to a point, as a share of the axis. */
const REACH = 0.03;

/** A click takes the element of its column, and the sample of a point that it hits. */
export function pickElement(
  run: RunResult,
  view: FigureView,
  panels: readonly Panel[],
  at: FigurePoint,
): FigureView | null {
  const { slots } = arrange(run.record, view);
  const slot = slots.find(({ x }) => Math.abs(at.x - x) <= 0.5);
  const panel = panels[at.panel];
  if (slot === undefined || panel === undefined) return null;
  const scale = scaleOfPanel(panel);
  const { offset, width } = lanes(panel.quantities.length);
  const reach = REACH * (scale.max - scale.min);
  let best = { distance: 1, sample: -1 };
  panel.quantities.forEach(({ values, points: shown }, q) => {
    const samples = values[slot.index]!;
    if (!shown || samples.length >= FEW) return;
    samples.forEach((value, i) => {
      const across = (at.x - slot.x - offset(q) - jitter(i) * width) / REACH;
      const distance = Math.hypot(across, (at.y - scale.place(value)) / reach);
      if (distance < best.distance) best = { distance, sample: i };
    });
  });
  const sample = best.sample < 0 ? {} : { row: best.sample, column: best.sample };
  return { ...view, element: slot.id, ...sample };
}
