/** Which layer breaks the symmetry: a bar a layer for the picked generator, marks for the others. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { quartiles } from "../statistics";
import { elementColour, elementLabel, elementsOf } from "./elements";
import type { FigureDefinition, FigureView } from "./figure";
import { axis, em, frame, legendRows, lettersOf, shortened } from "./frame";
import { layerTable, type LayerValues } from "./layerTable";
import { has, perElement } from "./reading";
import { linearScale, showNumber, type Scale } from "./scale";
import type { ChartTheme } from "./theme";

/** Contributions of layers to generators. */
interface Layers extends LayerValues {
  /** Those that add something worth a row, in the network's order. */
  readonly shown: readonly number[];
}

/** Below this share of the greatest a layer keeps the symmetry, but for rounding. */
const NOTHING = 1e-4;

/** More rows cannot be told apart on a page; the smallest are left out. */
const MOST_ROWS = 20;

function read(run: RunResult): Layers {
  const { names = [] } = (run.record.summary.layers ?? {}) as { names?: readonly string[] };
  const ids = elementsOf(run.record);
  const all = perElement(run, "layer_contribution") ?? [];
  const samples = (all[0]?.length ?? 0) / Math.max(1, names.length);
  const values = (g: number, l: number): Float64Array =>
    all[g]?.subarray(l * samples, (l + 1) * samples) ?? new Float64Array();
  const most = names.map((_, l) =>
    Math.max(0, ...ids.map((_id, g) => quartiles(values(g, l)).median || 0)),
  );
  const threshold = NOTHING * Math.max(0, ...most);
  const kept = [...names.keys()]
    .filter((l) => most[l]! > threshold)
    .sort((a, b) => most[b]! - most[a]!)
    .slice(0, MOST_ROWS);
  return { ids, names, values, shown: kept.sort((a, b) => a - b) };
}

/** The generator whose bars are drawn: the one picked, or the one that a layer breaks most. */
function chosen({ ids, shown, values }: Layers, view: FigureView): number {
  const picked = ids.indexOf(view.element ?? "");
  if (picked >= 0) return picked;
  const most = ids.map((_, g) => Math.max(0, ...shown.map((l) => quartiles(values(g, l)).median)));
  return Math.max(0, most.indexOf(Math.max(...most)));
}

function option(run: RunResult, theme: ChartTheme, view: FigureView): EChartsCoreOption {
  const layers = read(run);
  const { ids, names, shown, values } = layers;
  const picked = chosen(layers, view);
  const spread = ids.map((_, g) => shown.map((l) => quartiles(values(g, l))));
  const ends = spread.flatMap((rows) => rows.flatMap(({ median, q3 }) => [median, q3]));
  const scale = linearScale(ends, [0]);
  const across: Scale = { ...scale, min: 0 };
  const labels = shown.map((l) => shortened(names[l]!));
  const down: Scale = {
    min: -0.5,
    max: Math.max(0.5, shown.length - 0.5),
    ticks: shown.map((_, row) => row),
    label: (row) => labels[Math.round(row)] ?? "",
    place: (row) => row,
  };
  const rows = legendRows(ids.map(elementLabel));
  return {
    ...frame(theme),
    legend: {
      top: em(theme, 0.3),
      left: "center",
      padding: 0,
      itemGap: em(theme, 0.9),
      itemWidth: em(theme, 1),
      itemHeight: em(theme, 0.6),
      selectedMode: false,
      textStyle: { color: theme.text, fontSize: theme.fontSize, fontFamily: theme.font },
      data: ids.map((id, g) => ({
        name: elementLabel(id),
        icon: g === picked ? "rect" : "circle",
        itemStyle: { color: elementColour(theme, ids, g) },
      })),
    },
    grid: {
      left: em(theme, 1.2 + Math.max(3, ...labels.map(lettersOf))),
      right: em(theme, 1.4),
      top: em(theme, 0.8 + 1.3 * rows),
      bottom: em(theme, 3.1),
      outerBoundsMode: "none",
    },
    xAxis: axis(theme, across, {
      panel: 0,
      name: "contribution to ‖L f‖ / ‖f‖",
      gap: 1.9,
      lines: true,
    }),
    yAxis: axis(theme, down, { panel: 0, inverse: true }),
    series: [
      bars(theme, layers, spread[picked] ?? [], picked),
      ...ids.flatMap((id, g) => (g === picked ? [] : [marks(theme, layers, spread[g]!, id, g)])),
    ],
  };
}

type Summary = ReturnType<typeof quartiles>;

function tooltip({ names, shown }: Layers, id: string, row: number, summary: Summary): string {
  return `${names[shown[row]!]!}, ${elementLabel(id)}\nmedian ${showNumber(summary.median)}\nquartiles ${showNumber(summary.q1)} … ${showNumber(summary.q3)}\n${summary.n} samples`;
}

/** From zero to the median, with a line between the quartiles. */
function bars(
  theme: ChartTheme,
  layers: Layers,
  spread: readonly Summary[],
  g: number,
): EChartsCoreOption {
  const id = layers.ids[g] ?? "";
  const fill = elementColour(theme, layers.ids, g);
  return {
    type: "custom",
    name: elementLabel(id),
    color: fill,
    z: 2,
    data: spread.map((summary, row) => ({
      value: [summary.median, row],
      name: tooltip(layers, id, row, summary),
    })),
    tooltip: { formatter: "{b}" },
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const { median, q1, q3 } = spread[params.dataIndex]!;
      const [end, y] = api.coord([median, params.dataIndex]) as [number, number];
      const x = (value: number): number => api.coord([value, params.dataIndex])[0]!;
      const [, step] = api.size!([0, 1]) as [number, number];
      const height = Math.min(theme.fontSize, step * 0.6);
      return {
        type: "group",
        children: [
          {
            type: "rect",
            shape: { x: x(0), y: y - height / 2, width: end - x(0), height },
            style: { fill, opacity: 0.75 },
          },
          {
            type: "line",
            shape: { x1: x(q1), y1: y, x2: x(q3), y2: y },
            style: { stroke: theme.text, lineWidth: theme.lineWidth },
          },
        ],
      };
    },
  };
}

/** Medians of a generator that is not picked. */
function marks(
  theme: ChartTheme,
  layers: Layers,
  spread: readonly Summary[],
  id: string,
  g: number,
): EChartsCoreOption {
  return {
    type: "scatter",
    name: elementLabel(id),
    color: elementColour(theme, layers.ids, g),
    symbol: "circle",
    symbolSize: theme.fontSize * 0.5,
    z: 3,
    data: spread.map((summary, row) => ({
      value: [summary.median, row],
      name: tooltip(layers, id, row, summary),
    })),
    itemStyle: { borderColor: theme.surface, borderWidth: theme.lineWidth * 0.5 },
    tooltip: { formatter: "{b}" },
  };
}

export const layersFigure: FigureDefinition = {
  id: "layers",
  title: "Which layer breaks it",
  caption:
    "What each layer’s own error has become by the time it reaches the prediction, relative to the prediction: a bar for the picked generator (or the one broken most), from zero to the median over samples with a line between the quartiles, and dots for the others, from the input down. The contributions are vectors that add up to L f, so their norms sum to more where they cancel; layers that add nothing have no row, and at most 20 are drawn.",
  arrays: ["layer_contribution", "layer_samples"],
  aspect: 0.95,
  applies: (record) => has(record, "layer_contribution"),
  option,
  table: (run) => layerTable(run, "generator", "layer_contribution", read(run)),
};
