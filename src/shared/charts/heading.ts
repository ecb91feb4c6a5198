/** Texts that a chart places itself: labels within a panel, and a panel's name above it. */
import type { CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { Box } from "./frame";
import type { ChartTheme } from "./theme";

/** A text centred at a place in pixels, as an element of an ECharts custom series. */
export function label(
  theme: ChartTheme,
  text: string,
  [x, y]: readonly [number, number],
  style: object,
): object {
  return {
    type: "text",
    style: {
      text,
      x,
      y,
      textAlign: "center",
      textVerticalAlign: "middle",
      fill: theme.text,
      fontSize: theme.fontSize,
      fontFamily: theme.font,
      ...style,
    },
  };
}

/**
 * A panel's name above it, which a clipped series could not hold.
 * @param at any point of the panel, in axis coordinates
 */
export function heading(
  theme: ChartTheme,
  panel: number,
  text: string,
  at: readonly [number, number],
): EChartsCoreOption {
  return {
    type: "custom",
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    clip: false,
    tooltip: { show: false },
    data: [at],
    renderItem: (params: CustomSeriesRenderItemParams) => {
      const box = params.coordSys as unknown as Box;
      return label(theme, text, [box.x + box.width / 2, box.y - theme.fontSize * 0.35], {
        textVerticalAlign: "bottom",
        ...(text.includes("\n") ? { lineHeight: theme.fontSize * 1.25 } : {}),
      });
    },
  };
}
