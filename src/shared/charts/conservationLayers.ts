/** Which layer breaks a conservation law: a signed bar a layer for the picked quantity, and what they add up to. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { quartiles, type Quartiles } from "../statistics";
import { toFloat64 } from "../tensor";
import { elementColour, elementLabel, elementsOf } from "./elements";
import type { FigureDefinition, FigureView } from "./figure";
import { axis, em, frame, lettersOf, shortened } from "./frame";
import { layerTable, type LayerValues } from "./layerTable";
import { has, perElement } from "./reading";
import { linearScale, showNumber, type Scale } from "./scale";
import type { ChartTheme } from "./theme";

/** Changes of quantities by layers, over s. */
interface Layers extends LayerValues {
  /** The whole step's, the sum over all layers. */
  whole(q: number): Float64Array;
}

function read(run: RunResult): Layers {
  const { names = [] } = (run.record.summary.layers ?? {}) as { names?: readonly string[] };
  const scales = toFloat64(run.arrays.scale ?? { data: new Float64Array() });
  const all = perElement(run, "layer_change") ?? [];
  const states = (all[0]?.length ?? 0) / Math.max(1, names.length);
  const values = (q: number, l: number): Float64Array =>
    (all[q] ?? new Float64Array())
      .subarray(l * states, (l + 1) * states)
      .map((value) => value / scales[q]!);
  return {
    ids: elementsOf(run.record),
    names,
    values,
    whole: (q) =>
      Float64Array.from({ length: states }, (_, i) =>
        names.reduce((sum, _name, l) => sum + values(q, l)[i]!, 0),
      ),
  };
}

/** More rows cannot be told apart on a page; the smallest are left out. */
const MOST_ROWS = 20;

interface Row {
  readonly name: string;
  readonly summary: Quartiles;
  readonly sum: boolean;
}

/** From the input down, the whole step last. */
function rowsOf({ names, values, whole }: Layers, q: number): Row[] {
  const rows = names.map((name, l) => ({ name, summary: quartiles(values(q, l)), sum: false }));
  const size = ({ summary }: Row): number => Math.abs(summary.median) || 0;
  const kept = [...rows].sort((a, b) => size(b) - size(a)).slice(0, MOST_ROWS);
  return [
    ...rows.filter((row) => kept.includes(row)),
    { name: "whole step", summary: quartiles(whole(q)), sum: true },
  ];
}

function pickedQuantity({ ids }: Layers, { element }: FigureView): number {
  return Math.max(0, ids.indexOf(element ?? ""));
}

function option(run: RunResult, theme: ChartTheme, view: FigureView): EChartsCoreOption {
  const layers = read(run);
  const q = pickedQuantity(layers, view);
  const id = layers.ids[q] ?? "";
  const rows = rowsOf(layers, q);
  const labels = rows.map(({ name }) => shortened(name));
  const across = linearScale(
    rows.flatMap(({ summary }) => [summary.median, summary.q1, summary.q3]),
    [0],
  );
  const down: Scale = {
    min: -0.5,
    max: rows.length - 0.5,
    ticks: rows.map((_, row) => row),
    label: (row) => labels[Math.round(row)] ?? "",
    place: (row) => row,
  };
  return {
    ...frame(theme),
    grid: {
      left: em(theme, 2 + Math.max(3, ...labels.map(lettersOf))),
      right: em(theme, 1.8),
      top: em(theme, 0.8),
      bottom: em(theme, 3.1),
      outerBoundsMode: "none",
    },
    xAxis: axis(theme, across, {
      panel: 0,
      name: `change of ${elementLabel(id)} in one step / s`,
      gap: 1.9,
      lines: true,
    }),
    yAxis: axis(theme, down, { panel: 0, inverse: true }),
    series: [zero(theme, rows.length), bars(theme, rows, elementColour(theme, layers.ids, q))],
  };
}

/** Where nothing changes. */
function zero(theme: ChartTheme, rows: number): EChartsCoreOption {
  return {
    type: "line",
    silent: true,
    symbol: "none",
    tooltip: { show: false },
    lineStyle: { color: theme.quiet, width: theme.lineWidth },
    data: [
      [0, -0.5],
      [0, rows - 0.5],
    ],
  };
}

/** From zero to the median with a line between the quartiles; that of the whole step hollow. */
function bars(theme: ChartTheme, rows: readonly Row[], colour: string): EChartsCoreOption {
  return {
    type: "custom",
    name: "change",
    color: colour,
    z: 2,
    data: rows.map(({ name, summary }, row) => ({
      value: [summary.median, row],
      name: `${name}\nmedian ${showNumber(summary.median)}\nquartiles ${showNumber(summary.q1)} … ${showNumber(summary.q3)}\n${summary.n} states`,
    })),
    tooltip: { formatter: "{b}" },
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const { summary, sum } = rows[params.dataIndex]!;
      const at = (value: number): number => api.coord([value, params.dataIndex])[0]!;
      const y = api.coord([0, params.dataIndex])[1]!;
      const [, step] = api.size!([0, 1]) as [number, number];
      const height = Math.min(theme.fontSize, step * 0.6);
      const [start, end] = [at(0), at(summary.median)];
      return {
        type: "group",
        children: [
          {
            type: "rect",
            shape: {
              x: Math.min(start, end),
              y: y - height / 2,
              width: Math.abs(end - start),
              height,
            },
            style: sum
              ? { fill: theme.surface, stroke: colour, lineWidth: theme.lineWidth * 1.5 }
              : { fill: colour, opacity: 0.75 },
          },
          {
            type: "line",
            shape: { x1: at(summary.q1), y1: y, x2: at(summary.q3), y2: y },
            style: { stroke: theme.text, lineWidth: theme.lineWidth },
          },
        ],
      };
    },
  };
}

export const layersFigure: FigureDefinition = {
  id: "layers",
  title: "Which layer breaks it",
  caption:
    "How much one step changes the picked quantity, layer by layer: each bar is what a layer adds while all after it in its stream of equally shaped values are still skipped, so that they sum exactly to the hollow last one, the whole step. A stream’s first row, first … last module, is what leads into it and out of it; medians over states relative to s, lines between quartiles, at most 20 rows.",
  arrays: ["layer_change", "layer_samples", "scale"],
  aspect: 0.8,
  applies: (record) => has(record, "layer_change"),
  option,
  table: (run) => layerTable(run, "quantity", "layer_change", read(run)),
};
