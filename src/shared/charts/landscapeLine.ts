/**
 * The loss on x and on g·x along one direction, side by side, each with the parabola of its Gauss–Newton model. Each has
 * a range of its own: where one loss is many times the other, a common one would leave both flat.
 */
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { elementColour, elementLabel } from "./elements";
import { axis, DASHED, em, frame, labelLetters, legend } from "./frame";
import { heading } from "./heading";
import { labelledTicks, middleRow, modelValues, readLandscape } from "./landscapeData";
import { fixedScale, linearScale, showNumber } from "./scale";
import type { ChartTheme } from "./theme";

const MODEL = "Gauss–Newton model";
const NO_MODEL = "This run has no Gauss–Newton model to draw.";

/** @param checkpoint whose slice is drawn; absent: the last, or the only one */
export function lineOption(
  run: RunResult,
  theme: ChartTheme,
  checkpoint?: number,
): EChartsCoreOption {
  const { element, alpha, beta, loss, models } = readLandscape(run, checkpoint);
  const middle = middleRow(beta);
  const rows = loss.map((values) => [
    ...values.subarray(middle * alpha.length, (middle + 1) * alpha.length),
  ]);
  const parabolas = models.map((model) => modelValues(model, alpha, [0]));
  const modelName = models.some(({ curvature }) => curvature !== null) ? MODEL : NO_MODEL;
  const g = elementLabel(element);
  const names = ["loss on x", `loss on ${g}·x`];
  const colours = [0, 1].map((k) => elementColour(theme, ["e", element], k));
  const x = fixedScale(alpha[0] ?? -1, alpha.at(-1) ?? 1, 4);
  // The range is the loss's: where the model leaves it, it is no model of the loss any more.
  const scales = rows.map((row) => linearScale(row));
  const widest = Math.max(...scales.map(labelLetters));
  return {
    ...frame(theme),
    legend: {
      ...legend(theme, [
        { name: modelName, icon: modelName === MODEL ? DASHED : "none", colour: theme.text },
      ]),
      show: true,
      itemWidth: em(theme, 1.6),
    },
    grid: [0, 1].map((panel) => ({
      left: panel === 0 ? em(theme, widest + 2.6) : "52%",
      right: panel === 0 ? "52%" : em(theme, widest + 2.6),
      top: em(theme, 2.8),
      bottom: em(theme, 3.1),
      outerBoundsMode: "none",
    })),
    xAxis: scales.map((_, panel) =>
      axis(theme, x, { panel, labelled: labelledTicks(x), name: "α, in ρ", gap: 1.7 }),
    ),
    yAxis: scales.map((scale, panel) =>
      axis(theme, scale, {
        panel,
        name: panel === 0 ? "mean loss" : "",
        gap: widest + 1.2,
        lines: true,
        position: panel === 0 ? "left" : "right",
      }),
    ),
    series: [
      ...names.map((name, k) => heading(theme, k, name, [x.min, scales[k]!.min])),
      ...names.map((name, k) => ({
        type: "line",
        name,
        xAxisIndex: k,
        yAxisIndex: k,
        color: colours[k]!,
        symbol: k === 0 ? "circle" : "diamond",
        symbolSize: theme.fontSize * 0.5,
        showSymbol: alpha.length <= 60,
        lineStyle: { width: theme.lineWidth * 1.5, type: "solid" },
        data: rows[k]!.map((value, i) => ({
          value: [alpha[i], value],
          name: `${name}\nα = ${showNumber(alpha[i]!)}\n${showNumber(value, 4)}\nmodel ${showNumber(parabolas[k]![i]!, 4)}`,
        })),
        tooltip: { formatter: "{b}" },
      })),
      // Over the loss and in the colour of text: a good model lies exactly on the loss and would vanish in its colour.
      ...parabolas.map((values, k) => ({
        type: "line",
        name: modelName,
        xAxisIndex: k,
        yAxisIndex: k,
        color: theme.text,
        silent: true,
        symbol: "none",
        tooltip: { show: false },
        clip: true,
        z: 4,
        lineStyle: {
          width: theme.lineWidth * 1.8,
          type: [theme.fontSize * 0.5, theme.fontSize * 0.35],
        },
        data: models[k]!.curvature === null ? [] : alpha.map((a, i) => [a, values[i]!]),
      })),
    ],
  };
}
