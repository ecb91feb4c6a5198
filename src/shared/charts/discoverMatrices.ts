/** The matrices of found motions as heat maps, or the coefficients where candidates are named. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { toFloat64 } from "../tensor";
import { colourMaps, cssColour, normalised, scaleOf, type ColourScale } from "./colormaps";
import { componentMotions } from "./discoverNumbers";
import { elementsOf } from "./elements";
import type { FigureDefinition, FigurePoint, FigureView } from "./figure";
import { axis, frame, lettersOf } from "./frame";
import { heading } from "./heading";
import { cell } from "./reading";
import { showNumber, type Scale } from "./scale";
import type { ChartTheme } from "./theme";

/** One picture. */
interface Grid {
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [rows, columns] */
  readonly values: Float64Array;
}

const MOST = 12;

function gridsOf(run: RunResult): Grid[] {
  const motions = componentMotions(run);
  if (motions.length > 0) {
    return motions.slice(0, MOST).map(({ matrix, columns, components, names }, k) => ({
      title: `X${k + 1}`,
      rows: names,
      columns: columns > components ? [...names, "1"] : names,
      values: matrix,
    }));
  }
  const array = run.arrays["generators"];
  if (array?.shape.length !== 2 || array.shape[0] === 0) return [];
  const { names = [] } = run.record.summary as { names?: readonly string[] };
  return [{ title: "", rows: elementsOf(run.record), columns: names, values: toFloat64(array) }];
}

/** Per cent of 85 mm that a letter of a print figure takes. */
const LETTER = 3.4;

/** More names than this beside a picture run into each other. */
const MOST_NAMES = 9;

function option(run: RunResult, theme: ChartTheme, view: FigureView): EChartsCoreOption {
  const grids = gridsOf(run);
  const map = colourMaps.balance;
  const scale = scaleOf(
    map,
    grids.flatMap(({ values }) => [...values]),
  );
  const across = grids.length > 4 ? 3 : Math.min(2, Math.max(1, grids.length));
  const down = Math.max(1, Math.ceil(grids.length / across));
  const named = grids.every(
    ({ rows, columns }) => Math.max(rows.length, columns.length) <= MOST_NAMES,
  );
  const letters = Math.max(0, ...grids.flatMap(({ rows }) => rows.map(lettersOf)));
  const beside = named ? LETTER * (letters + 0.8) : 0;
  return {
    ...frame(theme),
    grid: grids.map((_, i) => ({
      left: `${(100 * (i % across)) / across + 1 + beside}%`,
      width: `${100 / across - 3 - beside}%`,
      top: `${(100 * Math.floor(i / across) + 14) / down}%`,
      height: `${66 / down}%`,
      outerBoundsMode: "none",
    })),
    xAxis: grids.map(({ columns }, i) => ({
      ...axis(theme, namesScale(columns), {
        panel: i,
        labels: named,
        upright: columns.length > 4 || columns.some((name) => lettersOf(name) > 2.5),
      }),
      axisLine: { show: false },
    })),
    yAxis: grids.map(({ rows }, i) => ({
      ...axis(theme, namesScale(rows), { panel: i, labels: named, inverse: true }),
      axisLine: { show: false },
    })),
    series: grids.flatMap((grid, i) => [
      cells(theme, grid, i, scale, grid.title === view.element),
      heading(theme, i, grid.title, [0, 0]),
    ]),
  };
}

function namesScale(names: readonly string[]): Scale {
  return {
    min: -0.5,
    max: names.length - 0.5,
    ticks: names.map((_, k) => k),
    label: (k) => names[Math.round(k)] ?? "",
    place: (k) => k,
  };
}

function cells(
  theme: ChartTheme,
  { rows, columns, values, title }: Grid,
  panel: number,
  scale: ColourScale,
  picked: boolean,
): EChartsCoreOption {
  const data = Array.from(values, (value, at) => ({
    value: [at % columns.length, Math.floor(at / columns.length), value],
    name: `${title} ${rows[Math.floor(at / columns.length)]!} ← ${columns[at % columns.length]!}\n${showNumber(value)}`,
  }));
  return {
    type: "custom",
    xAxisIndex: panel,
    yAxisIndex: panel,
    data,
    tooltip: { formatter: "{b}" },
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const [column, row, value] = data[params.dataIndex]!.value as [number, number, number];
      const [x, y] = api.coord([column - 0.5, row - 0.5]) as [number, number];
      const [right, bottom] = api.coord([column + 0.5, row + 0.5]) as [number, number];
      return {
        type: "rect",
        shape: { x, y, width: right - x, height: bottom - y },
        style: {
          fill: cssColour(colourMaps.balance, normalised(scale, value)),
          stroke: picked ? theme.text : theme.grid,
          lineWidth: theme.lineWidth * 0.5,
        },
      };
    },
  };
}

function pick(run: RunResult, view: FigureView, { panel, y }: FigurePoint): FigureView | null {
  const grids = gridsOf(run);
  const ids = elementsOf(run.record);
  const id = grids[panel]?.title === "" ? ids[Math.round(y)] : ids[panel];
  return id === undefined ? null : { ...view, element: id };
}

export const matricesFigure: FigureDefinition = {
  id: "matrices",
  title: "The generators as matrices",
  caption:
    "Entries of each generator: the row is the component that moves, the column what it moves by, 1 for a shift. Of named candidates a row is a generator and a column a candidate. All on one scale, red above zero and blue below.",
  arrays: ["generators", "component_generators", "output_generators"],
  aspect: 0.8,
  applies: ({ arrays }) => (arrays.generators?.shape[0] ?? 0) > 0,
  option,
  table: (run) => ({
    columns: [
      { name: "generator", unit: "" },
      { name: "to", unit: "" },
      { name: "from", unit: "" },
      { name: "value", unit: "" },
    ],
    rows: gridsOf(run).flatMap(({ title, rows, columns, values }) =>
      [...values].map((value, at) => {
        const row = rows[Math.floor(at / columns.length)]!;
        const column = columns[at % columns.length]!;
        return title === "" ? [row, column, "", cell(value)] : [title, row, column, cell(value)];
      }),
    ),
  }),
  pick,
};
