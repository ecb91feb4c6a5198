/**
 * A figure: pure functions from a run's numbers to an ECharts option and to a table. The window, the command
 * line and every export call the same ones, so they cannot disagree.
 */
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import type { ChartTheme } from "./theme";

/** What is picked in the window and shown marked in every figure; absent parts are unmarked. */
export interface FigureView {
  /** Name of a group element: "r2". */
  readonly element?: string;
  /** Position in the batch of the transformed sample (row) and the other (column). */
  readonly row?: number;
  readonly column?: number;
  /** Key of a subgroup ("e,r2,sr,sr3") whose elements are set apart from the others. */
  readonly subgroup?: string;
  /** Position of a checkpoint among those of the run, where a figure is of one at a time; absent: the last. */
  readonly checkpoint?: number;
  /** Which quantity, where a figure can show several: "cosine", "influence", "gram". */
  readonly quantity?: string;
}

/** The numbers behind a figure, a row an observation: what CSV exports and screen readers get. */
export interface FigureTable {
  readonly columns: readonly { readonly name: string; readonly unit: string }[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** A place in a figure: which panel (in the order of the option's grids), and where on that panel's axes. */
export interface FigurePoint {
  readonly panel: number;
  readonly x: number;
  readonly y: number;
}

/** The view less its marks: for a paper, where nothing is picked. */
export function unmarked(
  { marks = [] }: Pick<FigureDefinition, "marks">,
  view: FigureView,
): FigureView {
  return Object.fromEntries(
    Object.entries(view).filter(([part]) => !(marks as readonly string[]).includes(part)),
  );
}

export interface FigureDefinition {
  readonly id: string;
  readonly title: string;
  /** One sentence under the figure: what the axes and marks are. */
  readonly caption: string;
  /** Arrays of the run that `option` and `table` read; those that the run lacks are done without. */
  readonly arrays: readonly string[];
  /** Height as a fraction of the width. */
  readonly aspect: number;
  /** Whether the run has what this figure shows (a plane, a rollout); absent: always. */
  applies?(run: RunResult["record"]): boolean;
  /** @param beside a run drawn next to this one: value axes take in its values too, where the figure can */
  option(
    run: RunResult,
    theme: ChartTheme,
    view: FigureView,
    beside?: RunResult,
  ): EChartsCoreOption;
  /** Whether it shows the view's checkpoint, one at a time, so that a training can be played through. */
  readonly plays?: true;
  /** Parts of the view that only mark what is picked: without them the figure shows the same numbers. */
  readonly marks?: readonly (keyof FigureView)[];
  table(run: RunResult, view: FigureView): FigureTable;
  /** What a click there picks; null for nothing. Absent: the figure has nothing to pick. */
  pick?(run: RunResult, view: FigureView, at: FigurePoint): FigureView | null;
}
