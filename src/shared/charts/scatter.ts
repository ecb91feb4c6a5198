/** Coherence against loss, a point a network: do networks that learn equivalent states together also predict better? */
import type { EChartsCoreOption } from "echarts/core";
import { number, object } from "../findings/json";
import type { RunRecord, RunResult } from "../run";
import { axis, em, frame, labelLetters } from "./frame";
import type { FigureDefinition } from "./figure";
import { heading } from "./heading";
import { cell } from "./reading";
import { linearScale, logScale, showNumber } from "./scale";
import { symbols } from "./symbols";
import type { ChartTheme } from "./theme";

export interface ScatterPoint {
  readonly name: string;
  /** Drawn beside the point; empty for none. */
  readonly label: string;
  /** Of its training or model: its colour and shape. */
  readonly family: number;
  readonly loss: number;
  readonly coherence: number;
}

/** Points in the order of training are joined. */
export function scatterFigure(
  pointsOf: (run: RunResult) => readonly ScatterPoint[],
  arrays: readonly string[],
  joined: boolean,
): FigureDefinition {
  return {
    id: "generalisation",
    title: "Coherence and generalisation",
    caption: `Each point is a ${joined ? "checkpoint" : "model"}: the mean loss at x on these samples, on a logarithmic axis, and the median cosine of g·x and x over all elements but the identity. Above, the correlation of the two, Pearson’s of the logarithm of the loss and Spearman’s of ranks, with bootstrap intervals of 95 %${joined ? " over trainings and the checkpoints within them; checkpoints of one training follow one another, so even an interval clear of zero shows no cause" : " over models"}. Take samples that the networks were not trained on.`,
    arrays,
    aspect: 0.75,
    option: (run, theme) => optionOf(run.record, theme, pointsOf(run), joined),
    table: (run) => ({
      columns: [
        { name: joined ? "checkpoint" : "model", unit: "" },
        { name: "loss", unit: "loss" },
        { name: "cosine", unit: "1" },
      ],
      rows: pointsOf(run).map(({ name, loss, coherence }) => [name, cell(loss), cell(coherence)]),
    }),
  };
}

function optionOf(
  record: RunRecord,
  theme: ChartTheme,
  points: readonly ScatterPoint[],
  joined: boolean,
): EChartsCoreOption {
  const xScale = logScale(points.map(({ loss }) => loss));
  const yScale = linearScale(points.map(({ coherence }) => coherence));
  const beside = Math.max(3.5, labelLetters(yScale) + 1.2);
  const families = [...new Set(points.map(({ family }) => family))];
  return {
    ...frame(theme),
    grid: [
      {
        left: em(theme, beside + 1.3),
        right: em(theme, 1.4),
        top: em(theme, 3.2),
        bottom: em(theme, 3.1),
        outerBoundsMode: "none",
      },
    ],
    xAxis: axis(theme, xScale, { panel: 0, name: "ℓ(x), mean", gap: 1.9 }),
    yAxis: axis(theme, yScale, { panel: 0, name: "cosine, median", gap: beside, lines: true }),
    series: [
      heading(theme, 0, correlationInWords(record).join("\n"), [xScale.min, yScale.min]),
      ...families.map((family) => ({
        type: "line",
        color: theme.series[family % theme.series.length]!,
        symbol: symbols[family % symbols.length]!,
        symbolSize: theme.fontSize * 0.65,
        showSymbol: true,
        lineStyle: { width: joined ? theme.lineWidth * 0.6 : 0, opacity: 0.5 },
        labelLayout: { hideOverlap: true },
        data: points
          .filter((point) => point.family === family)
          .flatMap(({ name, label, loss, coherence }) => {
            const [x, y] = [xScale.place(loss), yScale.place(coherence)];
            if (!Number.isFinite(x) || !Number.isFinite(y)) return [];
            // A label that would leave the figure goes to the other side.
            const right = x < (xScale.min + xScale.max) / 2;
            return [
              {
                value: [x, y],
                name: `${name}\nℓ(x) ${showNumber(loss)}\ncosine ${showNumber(coherence)}`,
                label: {
                  show: label !== "",
                  formatter: label,
                  position: right ? "right" : "left",
                  color: theme.text,
                  fontSize: theme.fontSize,
                  fontFamily: theme.font,
                },
              },
            ];
          }),
        tooltip: { formatter: "{b}" },
      })),
    ],
  };
}

/** "Pearson −0.71 (−0.9 … −0.3)" and "Spearman …", lines that fit at any width; or why there is none. */
function correlationInWords({ summary }: RunRecord): string[] {
  const found = object(summary["generalisation"]);
  if (found === null) return ["too few networks for a correlation"];
  return (["pearson", "spearman"] as const).map((kind) => {
    const one = object(found[kind]);
    const [value, low, high] = ["value", "low", "high"].map((key) =>
      showNumber(number(one?.[key]) ?? NaN, 2),
    );
    return `${kind === "pearson" ? "Pearson" : "Spearman"} ${value!} (${low!} … ${high!})`;
  });
}
