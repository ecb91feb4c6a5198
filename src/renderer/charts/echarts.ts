/** ECharts as the window uses it: the figures' parts and the canvas renderer, nothing else is bundled. */
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { registerCharts } from "../../shared/charts/register";

registerCharts();
use([CanvasRenderer]);

export { init };
export type { EChartsType } from "echarts/core";
