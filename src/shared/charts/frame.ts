/** What all figures share: text, axes, legend and tooltip in the theme's colours and sizes, as ECharts options. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { Scale } from "./scale";
import type { ChartTheme } from "./theme";

/** A panel's rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A length in the theme's letters: charts are laid out in these, so they fit at 85 mm and on a wide screen alike. */
export function em(theme: ChartTheme, letters: number): number {
  return Math.round(letters * theme.fontSize * 10) / 10;
}

/** Width of a text in letters, as the export's font has it; the window's is narrower. */
export function lettersOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letterWidths[letter] ?? 0.57), 0);
}

/** Letters that the widest tick label takes. */
export function labelLetters(scale: Scale): number {
  return Math.max(0, ...scale.ticks.map((tick) => lettersOf(scale.label(tick))));
}

/** Letters across the narrowest figure, 85 mm, less a margin: what is longer is wrapped or turned. */
const LINE = 27;

/** Rows that a legend of these names takes at most. */
export function legendRows(names: readonly string[]): number {
  return Math.max(1, Math.ceil(names.reduce((sum, name) => sum + lettersOf(name) + 2.5, 0) / LINE));
}

/**
 * A name that leaves room for others, both ends kept: names of one kind differ in the last word as often as in the first.
 * In full it stands in the tooltip and the table.
 */
export function shortened(name: string): string {
  const letters = [...name];
  return letters.length > 18
    ? `${letters.slice(0, 10).join("")}…${letters.slice(-7).join("")}`
    : name;
}

const letterWidths: Readonly<Record<string, number>> = {
  ...Object.fromEntries([..."0123456789"].map((digit) => [digit, 0.64])),
  ...Object.fromEntries([..."fijlt(),. ·"].map((narrow) => [narrow, 0.33])),
  ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((digit) => [digit, 0.4])),
  r: 0.42,
  m: 0.98,
  w: 0.82,
  "⁻": 0.53,
  "−": 0.84,
};

export interface AxisChoice {
  readonly panel: number;
  readonly name?: string;
  /** Letters between the axis and its name. */
  readonly gap?: number;
  readonly labels?: boolean;
  readonly position?: "left" | "right" | "top" | "bottom";
  /** Lines across the panel at the ticks. */
  readonly lines?: boolean;
  readonly inverse?: boolean;
  /** Ticks that are labelled, every one of them, at whatever width; absent: all that do not meet. */
  readonly labelled?: readonly number[];
  /** Labels upright along the axis, where there are too many to lie side by side. */
  readonly upright?: boolean;
}

/** A value axis that shows the ticks of `scale`, and nothing that ECharts would choose by itself. */
export function axis(theme: ChartTheme, scale: Scale, choice: AxisChoice): EChartsCoreOption {
  const labels = choice.labels ?? true;
  return {
    type: "value",
    gridIndex: choice.panel,
    min: scale.min,
    max: scale.max,
    ...(choice.position === undefined ? {} : { position: choice.position }),
    inverse: choice.inverse ?? false,
    name: choice.name ?? "",
    nameLocation: "middle",
    nameMoveOverlap: false,
    nameGap: em(theme, choice.gap ?? 3),
    nameTextStyle: { color: theme.text, fontSize: theme.fontSize, fontFamily: theme.font },
    axisLine: {
      show: true,
      onZero: false,
      lineStyle: { color: theme.quiet, width: theme.lineWidth },
    },
    axisTick: {
      show: labels,
      customValues: [...scale.ticks],
      length: em(theme, 0.3),
      lineStyle: { color: theme.quiet, width: theme.lineWidth },
    },
    minorTick: { show: false },
    axisLabel: {
      show: labels,
      customValues: [...(choice.labelled ?? scale.ticks)],
      formatter: (value: number) => scale.label(value),
      color: theme.quiet,
      fontSize: theme.fontSize,
      fontFamily: theme.font,
      margin: em(theme, 0.5),
      rotate: choice.upright === true ? 90 : 0,
      hideOverlap: choice.labelled === undefined,
    },
    splitLine: {
      show: choice.lines ?? false,
      lineStyle: { color: theme.grid, width: theme.lineWidth * 0.75 },
    },
  };
}

/**
 * Two strokes across a broken axis line, between its row for exact zeros and the rest; nothing on other axes.
 * @param side which of the panel's axes `scale` is
 */
export function axisBreak(
  theme: ChartTheme,
  scale: Scale,
  panel: number,
  side: "left" | "bottom",
): EChartsCoreOption[] {
  const { breakAt } = scale;
  if (breakAt === undefined) return [];
  return [
    {
      type: "custom",
      xAxisIndex: panel,
      yAxisIndex: panel,
      silent: true,
      clip: false,
      z: 6,
      tooltip: { show: false },
      data: [[breakAt, breakAt]],
      renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
        const box = params.coordSys as unknown as Box;
        const [along, up] = api.coord([breakAt, breakAt]) as [number, number];
        const [x, y] = side === "left" ? [box.x, up] : [along, box.y + box.height];
        const unit = theme.fontSize;
        const gap = unit * 0.22;
        const stroke = (shift: number): object => {
          const [cx, cy] = side === "left" ? [x, y + shift] : [x + shift, y];
          return {
            type: "line",
            shape: {
              x1: cx - unit * 0.32,
              y1: cy + unit * 0.16,
              x2: cx + unit * 0.32,
              y2: cy - unit * 0.16,
            },
            style: { stroke: theme.quiet, lineWidth: Math.max(theme.lineWidth, 0.7) },
          };
        };
        const [width, height] = side === "left" ? [unit * 0.4, 2 * gap] : [2 * gap, unit * 0.4];
        return {
          type: "group",
          children: [
            {
              type: "rect",
              shape: { x: x - width / 2, y: y - height / 2, width, height },
              style: { fill: theme.surface },
            },
            stroke(-gap),
            stroke(gap),
          ],
        };
      },
    },
  ];
}

/**
 * Where a tooltip goes: beside the pointer where it fits, else above or below, within the chart and never on the place
 * that it speaks of.
 * @param gap between them, in pixels
 */
export function tooltipPlace(
  [x, y]: readonly [number, number],
  [width, height]: readonly [number, number],
  [viewWidth, viewHeight]: readonly [number, number],
  gap: number,
): [number, number] {
  const within = (from: number, size: number, view: number): number =>
    Math.max(0, Math.min(from, view - size));
  const level = within(y - height / 2, height, viewHeight);
  if (x + gap + width <= viewWidth) return [x + gap, level];
  if (x - gap - width >= 0) return [x - gap - width, level];
  const middle = within(x - width / 2, width, viewWidth);
  return [middle, y - gap - height >= 0 ? y - gap - height : y + gap];
}

/** Icons of a legend's entries for lines: solid, dashed, dotted. */
export const SOLID = "path://M0 4h29v2h-29z";
export const DOTTED =
  "path://M0 4h2v2h-2zM5.4 4h2v2h-2zM10.8 4h2v2h-2zM16.2 4h2v2h-2zM21.6 4h2v2h-2zM27 4h2v2h-2z";
export const DASHED = "path://M0 4h7v2h-7zM11 4h7v2h-7zM22 4h7v2h-7z";

/** Entries of a legend in words and shapes; one entry alone needs none. */
export function legend(
  theme: ChartTheme,
  entries: readonly {
    readonly name: string;
    readonly icon: string;
    /** Colours are left to group elements where it is absent. */
    readonly colour?: string;
  }[],
): EChartsCoreOption {
  return {
    show: entries.length > 1,
    top: em(theme, 0.3),
    left: "center",
    padding: 0,
    itemGap: em(theme, 1),
    itemWidth: em(theme, 0.9),
    itemHeight: em(theme, 0.7),
    selectedMode: false,
    textStyle: { color: theme.text, fontSize: theme.fontSize, fontFamily: theme.font },
    data: entries.map(({ name, icon, colour }) => ({
      name,
      icon,
      itemStyle: { color: colour ?? theme.quiet },
    })),
  };
}

/** The parts of an option that do not depend on the figure. Tooltips are drawn on the canvas: no markup is made. */
export function frame(theme: ChartTheme): EChartsCoreOption {
  return {
    animation: theme.animation,
    backgroundColor: theme.background,
    textStyle: { fontFamily: theme.font, fontSize: theme.fontSize, color: theme.text },
    tooltip: {
      trigger: "item",
      renderMode: "richText",
      confine: true,
      position: (
        point: [number, number],
        _params: unknown,
        _element: unknown,
        _rect: unknown,
        size: { contentSize: [number, number]; viewSize: [number, number] },
      ) => tooltipPlace(point, size.contentSize, size.viewSize, em(theme, 1)),
      transitionDuration: 0,
      backgroundColor: theme.surface,
      borderColor: theme.quiet,
      borderWidth: 1,
      textStyle: { color: theme.text, fontSize: theme.fontSize, fontFamily: theme.font },
    },
  };
}
