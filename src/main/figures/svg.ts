/** A chart's option to SVG at a width in millimetres: text stays text, and the file says what made it. */
import { init, setPlatformAPI, use, type EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { registerCharts } from "../../shared/charts/register";
import type { ChartTheme } from "../../shared/charts/theme";
import { FONT_FAMILY, textWidth } from "./font";
import { encodeRecord, escapeXml, type FigureRecord } from "./record";

registerCharts();
use([SVGRenderer]);
// Without a canvas ECharts guesses the widths of letters.
setPlatformAPI({ measureText: (text, font) => ({ width: textWidth(text, font ?? "") }) });

const MM_PER_INCH = 25.4;

/** A print chart is laid out in points; a screen chart in CSS pixels, so that its 12 px letters become 9 points. */
function pixelsPerInch(theme: ChartTheme): number {
  return theme.name === "print" ? 72 : 96;
}

/** The theme as exports draw it: on its own surface, in the font that goes with the file. */
export function exportTheme(theme: ChartTheme): ChartTheme {
  return { ...theme, font: FONT_FAMILY, background: theme.surface, animation: false };
}

export interface SvgFigure {
  readonly svg: string;
  /** Size on paper. */
  readonly widthMm: number;
  readonly heightMm: number;
}

/**
 * @param aspect height as a fraction of the width
 * @param record goes into <metadata>; absent for pictures on their way to another format
 */
export function renderSvg(
  option: EChartsCoreOption,
  theme: ChartTheme,
  widthMm: number,
  aspect: number,
  title: string,
  record?: FigureRecord,
): SvgFigure {
  const width = (widthMm / MM_PER_INCH) * pixelsPerInch(theme);
  const height = width * aspect;
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption(option);
    const drawn = chart.renderToSVGString();
    const heightMm = widthMm * aspect;
    const size = `width="${round(widthMm)}mm" height="${round(heightMm)}mm" viewBox="0 0 ${round(width)} ${round(height)}"`;
    const head = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" ${size} role="img">`;
    const metadata =
      record === undefined
        ? ""
        : `<metadata id="noetherscope">${escapeXml(encodeRecord(record))}</metadata>\n`;
    const body = still(drawn.slice(drawn.indexOf(">") + 1));
    return {
      svg: `${head}\n<title>${escapeXml(title)}</title>\n${metadata}${body}`,
      widthMm,
      heightMm,
    };
  } finally {
    // Else a timer of its own keeps the process alive.
    chart.dispose();
  }
}

/**
 * The drawing without what ECharts adds for a page that answers the pointer (classes, hover styles, marks of its own),
 * and with names of clip paths that do not count the charts drawn before: same figure, same bytes.
 */
function still(svg: string): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>\s*/g, "")
    .replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, "")
    .replace(/\bzr\d+-/g, "part-");
}

function round(value: number): string {
  return String(Number(value.toFixed(3)));
}
