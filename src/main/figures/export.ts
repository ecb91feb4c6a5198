/** A figure of a run as a file. The option is the one that the window draws; only theme and size differ. */
import type { FigureDefinition, FigureView } from "../../shared/charts/figure";
import { themes, type ChartTheme } from "../../shared/charts/theme";
import { UserError } from "../../shared/errors";
import type { RunResult } from "../../shared/run";
import { renderNpz } from "./archive";
import { renderCsv } from "./csv";
import { renderPdf } from "./pdf";
import { renderPng } from "./png";
import { recordOf } from "./record";
import { exportTheme, renderSvg } from "./svg";

export const figureFormats = ["svg", "pdf", "png", "csv", "npz"] as const;
export type FigureFormat = (typeof figureFormats)[number];

export interface FigureExport {
  /** With at least the arrays that the figure reads. */
  readonly run: RunResult;
  readonly figure: FigureDefinition;
  readonly view: FigureView;
  readonly format: FigureFormat;
  /** Width on paper; 85 and 170 mm are common columns. Tables have none. */
  readonly widthMm: number;
  readonly theme: ChartTheme["name"];
  /** Folder of the run's study, which the file names so that dropping it there reopens the run. */
  readonly study?: string | null;
  /** Folder of a run that is in no study, for the same. */
  readonly folder?: string | null;
}

/**
 * The file's bytes; the same figure gives the same bytes.
 * @throws UserError "figure/absent" where the run has not what the figure shows
 */
export async function exportFigure(request: FigureExport): Promise<Uint8Array> {
  const { run, figure, view, format, widthMm } = request;
  if (figure.applies?.(run.record) === false) {
    throw new UserError(
      "figure/absent",
      `Run ${run.record.id} (${run.record.analysis}) has no figure "${figure.id}": it was made without what that shows.`,
      { where: run.record.id },
    );
  }
  const record = recordOf(run.record, figure, view, {
    study: request.study ?? null,
    folder: request.folder ?? null,
  });
  if (format === "csv") return renderCsv(figure, figure.table(run, view), record);
  if (format === "npz") return renderNpz(run, figure.arrays, figure.table(run, view), record);
  const theme = exportTheme(themes[request.theme]);
  const option = figure.option(run, theme, view);
  const drawn = renderSvg(
    option,
    theme,
    widthMm,
    figure.aspect,
    figure.title,
    format === "svg" ? record : undefined,
  );
  if (format === "svg") return new TextEncoder().encode(drawn.svg);
  return format === "pdf" ? renderPdf(drawn, figure.title, record) : renderPng(drawn, record);
}
