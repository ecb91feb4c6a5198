/** The chart types and components that the figures use, and no others: what is not registered is not bundled. */
import { CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendPlainComponent, TooltipComponent } from "echarts/components";
import { use } from "echarts/core";

/** Makes the figures' parts known to ECharts. The renderer (canvas, SVG) is registered by who draws. */
export function registerCharts(): void {
  use([
    CustomChart,
    LineChart,
    ScatterChart,
    GridComponent,
    LegendPlainComponent,
    TooltipComponent,
  ]);
}
