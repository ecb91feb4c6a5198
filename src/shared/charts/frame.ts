/** What all figures share: text, axes, legend and tooltip in the theme's colours and sizes, as ECharts options. */
import type { EChartsCoreOption } from "echarts/core";
import type { Scale } from "./scale";
import type { ChartTheme } from "./theme";

/** A length in the theme's letters: charts are laid out in these, so they fit at 85 mm and on a wide screen alike. */
export function em(theme: ChartTheme, letters: number): number {
  return Math.round(letters * theme.fontSize * 10) / 10;
}

/** Letters that the widest tick label takes: digits are 0.64 of a letter's size in the export's font, points a third. */
export function labelLetters(scale: Scale): number {
  return Math.max(
    0,
    ...scale.ticks.map((tick) =>
      [...scale.label(tick)].reduce((sum, letter) => sum + (letterWidths[letter] ?? 0.64), 0),
    ),
  );
}

const letterWidths: Readonly<Record<string, number>> = {
  ".": 0.32,
  "−": 0.84,
  "-": 0.36,
  "·": 0.32,
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
      customValues: [...scale.ticks],
      formatter: (value: number) => scale.label(value),
      color: theme.quiet,
      fontSize: theme.fontSize,
      fontFamily: theme.font,
      margin: em(theme, 0.5),
      rotate: choice.upright === true ? 90 : 0,
      hideOverlap: true,
    },
    splitLine: {
      show: choice.lines ?? false,
      lineStyle: { color: theme.grid, width: theme.lineWidth * 0.75 },
    },
  };
}

/** Icon of a legend's entry for dashed lines. */
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
      transitionDuration: 0,
      backgroundColor: theme.surface,
      borderColor: theme.quiet,
      borderWidth: 1,
      textStyle: { color: theme.text, fontSize: theme.fontSize, fontFamily: theme.font },
    },
  };
}
