/** A line across a panel at zero, at one: where a quantity means "nothing" or "the same". */
import type { EChartsCoreOption } from "echarts/core";
import type { Scale } from "./scale";
import type { ChartTheme } from "./theme";

/** @param along the horizontal axis @param scale the vertical one @param panel whose axes are meant */
export function level(
  theme: ChartTheme,
  { min, max }: { readonly min: number; readonly max: number },
  scale: Scale,
  value: number,
  panel: number,
): EChartsCoreOption {
  return {
    type: "line",
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    symbol: "none",
    z: 1,
    tooltip: { show: false },
    lineStyle: { color: theme.quiet, width: theme.lineWidth, type: "solid" },
    data: [
      [min, scale.place(value)],
      [max, scale.place(value)],
    ],
  };
}
