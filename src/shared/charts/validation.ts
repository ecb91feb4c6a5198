/** Figures of influence validated: predicted against measured changes of the loss, and how well they agree. */
import type { EChartsCoreOption } from "echarts/core";
import { number, object } from "../findings/json";
import type { RunRecord, RunResult } from "../run";
import { toFloat64 } from "../tensor";
import { elementColour, elementLabel, elementsOf } from "./elements";
import { axis, em, frame, labelLetters } from "./frame";
import type { FigureDefinition, FigurePoint, FigureView } from "./figure";
import { heading } from "./heading";
import { linesOption, type Line } from "./lines";
import { cell, sampleName } from "./reading";
import { fixedScale, linearScale, logScale, showNumber, type Scale } from "./scale";
import { symbols } from "./symbols";
import type { ChartTheme } from "./theme";

/** How kinds of steps are called. */
export const stepNames: Readonly<Record<string, string>> = {
  metric: "inverse metric",
  gradient: "plain gradient",
  adamw: "AdamW’s scaling",
};

/** The same beside a row of panels. */
const rowNames: Readonly<Record<string, string>> = {
  metric: "metric",
  gradient: "gradient",
  adamw: "AdamW",
};

interface Fit {
  readonly preconditioner: string;
  readonly share: number;
  readonly r2: number | null;
  readonly slope: number | null;
}

/** Of each kind and size of step, in the order of the arrays. */
export function fitsOf({ summary }: RunRecord): Fit[] {
  const all = Array.isArray(summary["fits"]) ? summary["fits"].map(object) : [];
  return all.flatMap((one) =>
    one === null
      ? []
      : [
          {
            preconditioner: String(one["preconditioner"]),
            share: number(one["share"]) ?? NaN,
            r2: number(one["r2"]),
            slope: number(one["slope"]),
          },
        ],
  );
}

interface Pair {
  readonly element: number;
  readonly sample: number;
  /** Changes as shares of the loss at g·x. */
  readonly predicted: number;
  readonly measured: number;
}

/** The pairs of one kind and size of step, by its position among the fits. */
function pairsOf(run: RunResult, panel: number): Pair[] {
  const { predicted, measured, loss } = run.arrays;
  if (predicted === undefined || measured === undefined || loss === undefined) return [];
  const base = toFloat64(loss);
  const [p, m] = [predicted, measured].map((array) =>
    toFloat64(array).subarray(panel * base.length, (panel + 1) * base.length),
  );
  const n = loss.shape[1] ?? 1;
  return [...base].map((at, k) => ({
    element: Math.floor(k / n),
    sample: k % n,
    predicted: p![k]! / at,
    measured: m![k]! / at,
  }));
}

/** Panels: a row a kind of step, a column a size. */
interface Layout {
  readonly fits: readonly Fit[];
  readonly rows: number;
  readonly columns: number;
}

function layoutOf(record: RunRecord): Layout {
  const fits = fitsOf(record);
  const rows = new Set(fits.map(({ preconditioner }) => preconditioner)).size;
  return { fits, rows, columns: fits.length / Math.max(1, rows) };
}

/** The same pairs in units of the share that the step should take away, so that all panels speak of the same sizes. */
function drawnPairs(run: RunResult, panel: number, { share }: Fit): Pair[] {
  return pairsOf(run, panel).map((pair) => ({
    ...pair,
    predicted: pair.predicted / share,
    measured: pair.measured / share,
  }));
}

/** Both axes of a panel, so that its diagonal is one. */
function scaleOf(pairs: readonly Pair[]): Scale {
  const finite = pairs.flatMap(({ predicted, measured }) =>
    [predicted, measured].filter(Number.isFinite),
  );
  const { min, max } = linearScale(finite, [0]);
  return fixedScale(min, max, 3);
}

function panelsOption(run: RunResult, theme: ChartTheme, view: FigureView): EChartsCoreOption {
  const { fits, rows, columns } = layoutOf(run.record);
  const ids = elementsOf(run.record);
  const panels = fits.map((fit, k) => drawnPairs(run, k, fit));
  const scales = panels.map(scaleOf);
  // Room for the legend above and the names of axes around the panels, as shares of the figure.
  const [left, top, right, bottom] = [8, 9, 1, 6];
  const [width, height] = [(100 - left - right) / columns, (100 - top - bottom) / rows];
  return {
    ...frame(theme),
    legend: {
      top: em(theme, 0.3),
      left: "center",
      padding: 0,
      itemGap: em(theme, 0.9),
      itemWidth: em(theme, 0.9),
      itemHeight: em(theme, 0.6),
      selectedMode: false,
      textStyle: { color: theme.text, fontSize: theme.fontSize, fontFamily: theme.font },
      data: ids.map((id, g) => ({
        name: elementLabel(id),
        icon: "circle",
        itemStyle: { color: elementColour(theme, ids, g) },
      })),
    },
    grid: fits.map((_, k) => {
      const [row, column] = [Math.floor(k / columns), k % columns];
      return {
        left: `${left + column * width + width * 0.14}%`,
        width: `${width * 0.82}%`,
        top: `${top + row * height + height * 0.1}%`,
        height: `${height * 0.7}%`,
        outerBoundsMode: "none",
      };
    }),
    xAxis: fits.map((_, k) =>
      axis(theme, scales[k]!, {
        panel: k,
        gap: 1.9,
        ...(Math.floor(k / columns) === rows - 1 ? { name: "predicted" } : {}),
      }),
    ),
    yAxis: fits.map(({ preconditioner }, k) =>
      axis(theme, scales[k]!, {
        panel: k,
        gap: labelLetters(scales[k]!) + 1.2,
        lines: true,
        ...(k % columns === 0
          ? { name: rows > 1 ? (rowNames[preconditioner] ?? preconditioner) : "measured" }
          : {}),
      }),
    ),
    series: fits.flatMap((fit, k) => [
      heading(theme, k, `${showNumber(fit.share)}: R² ${showNumber(fit.r2 ?? NaN, 2)}`, [
        scales[k]!.min,
        scales[k]!.min,
      ]),
      {
        type: "line",
        xAxisIndex: k,
        yAxisIndex: k,
        silent: true,
        symbol: "none",
        z: 1,
        lineStyle: { color: theme.quiet, width: theme.lineWidth, type: "dashed" },
        data: [
          [scales[k]!.min, scales[k]!.min],
          [scales[k]!.max, scales[k]!.max],
        ],
        tooltip: { show: false },
      },
      ...ids.map((id, g) => ({
        type: "scatter",
        name: elementLabel(id),
        xAxisIndex: k,
        yAxisIndex: k,
        z: id === view.element ? 4 : 3,
        symbolSize: theme.fontSize * (id === view.element ? 0.7 : 0.45),
        itemStyle: { color: elementColour(theme, ids, g), opacity: 0.8 },
        data: panels[k]!.filter(({ element }) => element === g).flatMap(
          ({ sample, predicted, measured }) =>
            Number.isFinite(predicted) && Number.isFinite(measured)
              ? [
                  {
                    value: [predicted, measured],
                    name: `${elementLabel(id)}, ${sampleName(run.record, sample)}\npredicted ${showNumber(predicted * fit.share)} of the loss\nmeasured ${showNumber(measured * fit.share)}`,
                  },
                ]
              : [],
        ),
        tooltip: { formatter: "{b}" },
      })),
    ]),
  };
}

const predicted: FigureDefinition = {
  id: "predicted",
  title: "Predicted and measured",
  caption:
    "Change of the loss at g·x by one step on x, as a share of that loss: across as influence predicts it, up as measured; on the dashed line both agree. A row of panels for each kind of step, named beside it, a column for each size, the share of its own loss that the step on x should take away, which is the unit of both axes. R² counts all elements but the identity.",
  arrays: ["predicted", "measured", "loss"],
  aspect: 1,
  marks: ["element"],
  option: panelsOption,
  table: (run) => ({
    columns: [
      { name: "step", unit: "" },
      { name: "share", unit: "1" },
      { name: "element", unit: "" },
      { name: "sample", unit: "" },
      { name: "predicted", unit: "1" },
      { name: "measured", unit: "1" },
    ],
    rows: fitsOf(run.record).flatMap(({ preconditioner, share }, k) =>
      pairsOf(run, k).map((pair) => [
        preconditioner,
        share,
        elementsOf(run.record)[pair.element]!,
        sampleName(run.record, pair.sample),
        cell(pair.predicted),
        cell(pair.measured),
      ]),
    ),
  }),
  pick: pickPoint,
};

/** The element of the point nearest to the place, within a tenth of the panel. */
function pickPoint(run: RunResult, view: FigureView, at: FigurePoint): FigureView | null {
  const fit = fitsOf(run.record)[at.panel];
  const pairs = fit === undefined ? [] : drawnPairs(run, at.panel, fit);
  const { min, max } = scaleOf(pairs);
  let best = { distance: 0.1 * (max - min), element: -1 };
  for (const { element, predicted: x, measured: y } of pairs) {
    const distance = Math.hypot(x - at.x, y - at.y);
    if (distance < best.distance) best = { distance, element };
  }
  const id = elementsOf(run.record)[best.element];
  return id === undefined ? null : { ...view, element: id };
}

/** Below this a fit is as bad as any, and would squeeze the rest. */
const WORST = -1;

function fitLines(record: RunRecord, theme: ChartTheme): { shares: number[]; lines: Line[] } {
  const all = fitsOf(record);
  const shares = [...new Set(all.map(({ share }) => share))];
  const kinds = [...new Set(all.map(({ preconditioner }) => preconditioner))];
  return {
    shares,
    lines: kinds.map((kind, k): Line => {
      const of = shares.map((share) =>
        all.find((fit) => fit.preconditioner === kind && fit.share === share),
      );
      return {
        name: stepNames[kind] ?? kind,
        colour: theme.series[k]!,
        symbol: symbols[k]!,
        values: of.map((fit) => Math.max(WORST, fit?.r2 ?? NaN)),
        about: (at) =>
          `${stepNames[kind] ?? kind}, ${showNumber(shares[at]!)} of the own loss\nR² ${showNumber(of[at]?.r2 ?? NaN)}, slope ${showNumber(of[at]?.slope ?? NaN)}`,
      };
    }),
  };
}

const agreement: FigureDefinition = {
  id: "agreement",
  title: "Agreement by size of the step",
  caption:
    "Share of the measured changes’ variance that influence predicts, over the size of the step: 1 where it foretells every change, 0 where their mean would do as well; what is below −1 is drawn there. Every prediction fails where steps are so large that the loss bends; how early it fails is how far influence speaks.",
  arrays: [],
  aspect: 0.6,
  option(run, theme) {
    const { shares, lines } = fitLines(run.record, theme);
    const values = lines.flatMap((line) => line.values);
    return linesOption(
      theme,
      shares,
      { name: "share of its own loss that the step should take away", scale: logScale(shares) },
      [
        {
          axis: "R²",
          scale: linearScale(values, [0, 1]),
          lines,
          reference: [0, 1],
          share: 1,
        },
      ],
    );
  },
  table: (run) => ({
    columns: [
      { name: "step", unit: "" },
      { name: "share", unit: "1" },
      { name: "r2", unit: "1" },
      { name: "slope", unit: "1" },
    ],
    rows: fitsOf(run.record).map(({ preconditioner, share, r2, slope }) => [
      preconditioner,
      share,
      r2,
      slope,
    ]),
  }),
};

export const validationFigures: readonly FigureDefinition[] = [predicted, agreement];
