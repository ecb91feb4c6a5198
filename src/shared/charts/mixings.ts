/** The convention check with a model, as a small table: error for each mixing of components and each element. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import { d4 } from "../groups/catalogue";
import { showImage } from "../groups/element";
import type { RunRecord, RunResult } from "../run";
import { toFloat64 } from "../tensor";
import { elementLabel, elementsOf } from "./elements";
import type { FigureDefinition, FigureTable } from "./figure";
import { axis, em, frame, lettersOf } from "./frame";
import { cell, has } from "./reading";
import { fixedScale, showNumber, type Scale } from "./scale";
import type { ChartTheme } from "./theme";

interface Mixings {
  /** Elements that turn or mirror, by name. */
  readonly elements: readonly string[];
  /** Images of (vx, vy). */
  readonly names: readonly string[];
  readonly error: (element: string, mixing: number) => number;
  /** The mixing that the stated convention gives an element. */
  readonly stated: (element: string) => number;
}

function readMixings(run: RunResult): Mixings {
  const { mixings } = run.record.summary as { mixings: { names: string[] } };
  const values = toFloat64(run.arrays.mixing_error!);
  const all = elementsOf(run.record);
  const count = mixings.names.length;
  const error = (element: string, mixing: number): number =>
    values[all.indexOf(element) * count + mixing]!;
  return {
    elements: all.filter((id) => Number.isFinite(error(id, 0))),
    names: mixings.names,
    error,
    stated: (element) => {
      const matrix = d4.elements.find(({ id }) => id === element)?.matrix;
      return matrix === undefined ? -1 : mixings.names.indexOf(showImage(matrix, ["vx", "vy"]));
    },
  };
}

/** Positions 0 … count − 1 with their names, half a cell beyond either end. */
function cellScale(names: readonly string[]): Scale {
  return {
    ...fixedScale(-0.5, names.length - 0.5),
    ticks: names.map((_, i) => i),
    label: (i) => names[i] ?? "",
  };
}

function option(run: RunResult, theme: ChartTheme): EChartsCoreOption {
  const mixings = readMixings(run);
  const { elements, names } = mixings;
  return {
    ...frame(theme),
    grid: {
      left: em(theme, 8),
      right: em(theme, 1),
      top: em(theme, 0.6),
      bottom: em(theme, 3.4),
      outerBoundsMode: "none",
    },
    xAxis: axis(theme, cellScale(elements.map(elementLabel)), {
      panel: 0,
      name: "group element",
      gap: 1.8,
    }),
    yAxis: axis(theme, cellScale(names), {
      panel: 0,
      name: "(vx, vy) goes to",
      gap: 6.6,
      inverse: true,
    }),
    series: [
      {
        type: "custom",
        silent: true,
        tooltip: { show: false },
        data: elements.flatMap((_, x) => names.map((__, y) => [x, y])),
        renderItem: (_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) =>
          drawCell(theme, mixings, api),
      },
    ],
  };
}

function drawCell(theme: ChartTheme, mixings: Mixings, api: CustomSeriesRenderItemAPI): object {
  const [x, y] = [Number(api.value(0)), Number(api.value(1))];
  const element = mixings.elements[x]!;
  const error = mixings.error(element, y);
  const least = Math.min(...mixings.names.map((_, k) => mixings.error(element, k)));
  const [left, top] = api.coord([x - 0.5, y - 0.5]) as [number, number];
  const [right, bottom] = api.coord([x + 0.5, y + 0.5]) as [number, number];
  const inset = em(theme, 0.15);
  const text = showNumber(error, 2);
  const stated = mixings.stated(element) === y;
  return {
    type: "group",
    children: [
      {
        type: "rect",
        shape: {
          x: left + inset,
          y: top + inset,
          width: right - left - 2 * inset,
          height: bottom - top - 2 * inset,
        },
        style: {
          fill: error === least ? theme.mark : "none",
          stroke: stated ? theme.text : "none",
          lineWidth: theme.lineWidth,
        },
      },
      {
        type: "text",
        style: {
          text,
          x: (left + right) / 2,
          y: (top + bottom) / 2,
          align: "center",
          verticalAlign: "middle",
          fill: error === least ? theme.text : theme.quiet,
          // Powers of ten are as wide as three other numbers.
          fontSize: Math.min(theme.fontSize, (right - left - 3 * inset) / lettersOf(text)),
          fontFamily: theme.font,
        },
      },
    ],
  };
}

function table(run: RunResult): FigureTable {
  const { elements, names, error, stated } = readMixings(run);
  return {
    columns: [
      { name: "element", unit: "" },
      { name: "components", unit: "" },
      { name: "stated", unit: "" },
      { name: "error", unit: "1" },
    ],
    rows: elements.flatMap((id) =>
      names.map((name, k) => [id, name, stated(id) === k ? "yes" : "no", cell(error(id, k))]),
    ),
  };
}

export const mixingsFigure: FigureDefinition = {
  id: "convention",
  title: "Would other components fit better?",
  caption:
    "Equivariance error with vector components mixed in each of the eight possible ways: framed as stated, shaded the smallest. A smallest far below the framed one means that the components may be stored in another order or sign than stated.",
  arrays: ["mixing_error"],
  aspect: 0.5,
  applies: (record: RunRecord) => has(record, "mixing_error"),
  option,
  table,
};
