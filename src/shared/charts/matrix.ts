/** A [B, B] matrix of pairs of samples as a heat map: rows the transformed samples, columns the samples themselves. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { colourMaps, cssColour, normalised, scaleOf, type ColourScale } from "./colormaps";
import { elementLabel, elementsOf } from "./elements";
import type { FigurePoint, FigureView } from "./figure";
import { toFloat64 } from "../tensor";
import { axis, em, frame, type Box } from "./frame";
import { matrixImage } from "./matrixImage";
import { matrixOf, sampleName, type BatchMatrix } from "./reading";
import { fixedScale, showNumber, type Scale } from "./scale";
import type { ChartTheme } from "./theme";
import { showWithError } from "./uncertainty";

/** The element that is shown where none is picked: the first that is not the identity. */
export function shownElement(run: RunResult, view: FigureView): { id: string; index: number } {
  const ids = elementsOf(run.record);
  const picked = ids.indexOf(view.element ?? "");
  const index =
    picked >= 0
      ? picked
      : Math.max(
          0,
          ids.findIndex((id) => id !== "e"),
        );
  return { id: ids[index]!, index };
}

/** The matrix of the shown element, of the batch in which the picked sample is. */
export function shownMatrix(run: RunResult, view: FigureView, array: string): BatchMatrix | null {
  return matrixOf(run, array, shownElement(run, view).index, view.row ?? 0);
}

/** Sample axis: whole numbers only, half a cell beyond the first and the last. */
function sampleScale({ first, size }: BatchMatrix): Scale {
  const min = first - 0.5;
  const max = first + size - 0.5;
  const ticks = fixedScale(min, max, 8).ticks.filter(Number.isInteger);
  return { ...fixedScale(min, max), ticks, label: String };
}

/**
 * Square cells at every width: the margins, in letters, add up to the same across as down, and the figure's aspect
 * is 1 (left + right = top + bottom).
 */
const margins = { left: 4, right: 3, top: 0.6, bottom: 6.4 };

/** @param errorArray absolute errors of `array`, told with each value; runs without it tell the value alone */
export function matrixOption(
  run: RunResult,
  theme: ChartTheme,
  view: FigureView,
  array: string,
  title: string,
  errorArray?: string,
): EChartsCoreOption {
  const matrix = shownMatrix(run, view, array);
  if (matrix === null) return frame(theme);
  const errors = errorArray === undefined ? null : shownMatrix(run, view, errorArray);
  const map = colourMaps.balance;
  // Of all elements, so that picking another one does not change what a colour means.
  const scale = scaleOf(map, toFloat64(run.arrays[array]!));
  const samples = sampleScale(matrix);
  const g = elementLabel(shownElement(run, view).id);
  return {
    ...frame(theme),
    grid: {
      left: em(theme, margins.left),
      right: em(theme, margins.right),
      top: em(theme, margins.top),
      bottom: em(theme, margins.bottom),
      outerBoundsMode: "none",
    },
    xAxis: axis(theme, samples, { panel: 0, name: "sample xⱼ", gap: 1.8 }),
    // Row 0 on top, as matrices are written.
    yAxis: axis(theme, samples, {
      panel: 0,
      name: `transformed sample ${g}·xᵢ`,
      gap: 2.4,
      inverse: true,
    }),
    series: [
      matrix.size <= MOST_CELLS
        ? cellSeries(run, g, matrix, scale, title, errors)
        : imageSeries(matrix, scale),
      overlay(theme, view, matrix, scale, title),
    ],
  };
}

/** Beyond this side, cells are a picture: 10⁴ rectangles are drawn at once, 10⁶ are not. Hovering then tells nothing. */
const MOST_CELLS = 100;

function cellSeries(
  run: RunResult,
  g: string,
  matrix: BatchMatrix,
  scale: ColourScale,
  title: string,
  errors: BatchMatrix | null,
): EChartsCoreOption {
  const errorAt = (row: number, column: number): number | undefined =>
    errors?.values[(row - errors.first) * errors.size + column - errors.first];
  return {
    type: "custom",
    data: cells(matrix),
    dimensions: ["column", "row", "value"],
    encode: { x: 0, y: 1, tooltip: 2 },
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const box = params.coordSys as unknown as Box;
      const [column, row] = [Number(api.value(0)), Number(api.value(1))];
      const [x, y] = api.coord([column - 0.5, row - 0.5]) as [number, number];
      const [right, bottom] = api.coord([column + 0.5, row + 0.5]) as [number, number];
      return {
        type: "rect",
        // Neighbours overlap, else anti-aliasing draws a lattice between them.
        shape: {
          x,
          y,
          width: Math.min(right + OVERLAP, box.x + box.width) - x,
          height: Math.min(bottom + OVERLAP, box.y + box.height) - y,
        },
        style: { fill: cssColour(colourMaps.balance, normalised(scale, Number(api.value(2)))) },
      };
    },
    tooltip: {
      formatter: ({ value }: { value: [number, number, number] }) =>
        `${g}·xᵢ ${sampleName(run.record, value[1])}\nxⱼ ${sampleName(run.record, value[0])}\n${title} ${showWithError(value[2], errorAt(value[1], value[0]))}`,
    },
  };
}

const OVERLAP = 1;

function imageSeries({ values, size, first }: BatchMatrix, scale: ColourScale): EChartsCoreOption {
  const image = matrixImage(values, size, colourMaps.balance, scale);
  return {
    type: "custom",
    silent: true,
    tooltip: { show: false },
    data: [[first, first]],
    renderItem: (params: CustomSeriesRenderItemParams) => {
      const { x, y, width, height } = params.coordSys as unknown as Box;
      return { type: "image", style: { image, x, y, width, height } };
    },
  };
}

function cells({ values, size, first }: BatchMatrix): [number, number, number][] {
  const list: [number, number, number][] = [];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const value = values[i * size + j]!;
      if (Number.isFinite(value)) list.push([first + j, first + i, value]);
    }
  }
  return list;
}

/** The map is light around zero in every theme, so what marks a cell is dark. */
const MARK = "#111111";

/** Lines through the picked row and column, and the bar that tells what the colours mean. */
function overlay(
  theme: ChartTheme,
  view: FigureView,
  { first, size }: BatchMatrix,
  scale: ColourScale,
  title: string,
): EChartsCoreOption {
  return {
    type: "custom",
    silent: true,
    clip: false,
    z: 5,
    tooltip: { show: false },
    data: [[first, first]],
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const box = params.coordSys as unknown as Box;
      const cell = box.width / size;
      const inside = (position: number | undefined): position is number =>
        position !== undefined && position >= first && position < first + size;
      const frameOf = (
        x: number,
        y: number,
        width: number,
        height: number,
        stroke: string,
      ): object => ({
        type: "rect",
        shape: { x, y, width, height },
        style: { fill: "none", stroke, lineWidth: Math.max(theme.lineWidth, 0.8) },
      });
      const [, rowY] = api.coord([first, (view.row ?? 0) - 0.5]);
      const [columnX] = api.coord([(view.column ?? 0) - 0.5, first]);
      return {
        type: "group",
        children: [
          frameOf(box.x, box.y, box.width, box.height, theme.quiet),
          ...(inside(view.row) ? [frameOf(box.x, rowY!, box.width, cell, MARK)] : []),
          ...(inside(view.column) ? [frameOf(columnX!, box.y, cell, box.height, MARK)] : []),
          ...colourBar(theme, box, scale, title),
        ],
      };
    },
  };
}

/** A strip of colours below the axis with its ends, zero and name. */
function colourBar(theme: ChartTheme, box: Box, scale: ColourScale, title: string): object[] {
  const top = box.y + box.height + em(theme, 3.4);
  const height = em(theme, 0.7);
  const { stops } = colourMaps.balance;
  const text = (label: string, x: number, y: number, textAlign: string): object => ({
    type: "text",
    style: {
      text: label,
      x,
      y,
      textAlign,
      textVerticalAlign: "top",
      fill: theme.quiet,
      fontSize: theme.fontSize,
      fontFamily: theme.font,
    },
  });
  const below = top + height + em(theme, 0.3);
  return [
    {
      type: "rect",
      shape: { x: box.x, y: top, width: box.width, height },
      style: {
        fill: {
          type: "linear",
          x: 0,
          y: 0,
          x2: 1,
          y2: 0,
          colorStops: stops.map((color, k) => ({ offset: k / (stops.length - 1), color })),
        },
      },
    },
    text(showNumber(scale.min), box.x, below, "left"),
    text(`0  (${title})`, box.x + box.width / 2, below, "center"),
    text(showNumber(scale.max), box.x + box.width, below, "right"),
  ];
}

/** A click takes the pair of samples under it. */
export function pickPair(
  run: RunResult,
  view: FigureView,
  array: string,
  at: FigurePoint,
): FigureView | null {
  const matrix = shownMatrix(run, view, array);
  if (matrix === null) return null;
  const [row, column] = [Math.round(at.y), Math.round(at.x)];
  const inside = (position: number): boolean =>
    position >= matrix.first && position < matrix.first + matrix.size;
  if (!inside(row) || !inside(column)) return null;
  return { ...view, element: shownElement(run, view).id, row, column };
}
