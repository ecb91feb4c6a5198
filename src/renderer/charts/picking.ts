/** Clicks on a chart as places on its axes, so that a figure can say what they pick. */
import type { FigurePoint } from "../../shared/charts/figure";

/** The part of an ECharts instance that answers where a pixel is. */
export interface Locator {
  containPixel(finder: { gridIndex: number }, pixel: [number, number]): boolean;
  convertFromPixel(finder: { gridIndex: number }, pixel: [number, number]): number[] | number;
}

/** The panel under a pixel and the place on its axes; null beside all panels. */
export function pointAt(
  chart: Locator,
  panels: number,
  pixel: [number, number],
): FigurePoint | null {
  for (let panel = 0; panel < panels; panel++) {
    if (!chart.containPixel({ gridIndex: panel }, pixel)) continue;
    const [x, y] = chart.convertFromPixel({ gridIndex: panel }, pixel) as [number, number];
    return { panel, x, y };
  }
  return null;
}

/** How many panels an option has. */
export function panelCount(option: Readonly<Record<string, unknown>>): number {
  return Array.isArray(option.grid) ? option.grid.length : option.grid === undefined ? 0 : 1;
}
