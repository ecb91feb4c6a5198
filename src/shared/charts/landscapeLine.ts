/** The loss on x and on g·x along one direction, each with the parabola of its Gauss–Newton model. */
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { elementColour, elementLabel } from "./elements";
import { axis, em, frame } from "./frame";
import { middleRow, modelAt, readLandscape } from "./landscapeData";
import { fixedScale, linearScale, showNumber } from "./scale";
import type { ChartTheme } from "./theme";

export function lineOption(run: RunResult, theme: ChartTheme): EChartsCoreOption {
  const { element, alpha, beta, loss, models } = readLandscape(run);
  const middle = middleRow(beta);
  const rows = loss.map((values) => [
    ...values.subarray(middle * alpha.length, (middle + 1) * alpha.length),
  ]);
  const g = elementLabel(element);
  const names = ["on x", `on ${g}·x`];
  const colours = [elementColour(theme, "e", 0), elementColour(theme, element, 1)];
  const x = fixedScale(alpha[0] ?? -1, alpha.at(-1) ?? 1);
  const y = linearScale(rows.flat());
  return {
    ...frame(theme),
    legend: {
      top: em(theme, 0.3),
      left: "center",
      padding: 0,
      itemGap: em(theme, 1),
      itemWidth: em(theme, 1.6),
      itemHeight: em(theme, 0.7),
      selectedMode: false,
      textStyle: { color: theme.text, fontSize: theme.fontSize, fontFamily: theme.font },
      data: names,
    },
    grid: {
      left: em(theme, 5),
      right: em(theme, 1.2),
      top: em(theme, 1.8),
      bottom: em(theme, 3.1),
      outerBoundsMode: "none",
    },
    xAxis: axis(theme, x, { panel: 0, name: "distance along the direction, in r", gap: 1.9 }),
    yAxis: axis(theme, y, { panel: 0, name: "mean loss", gap: 3.7, lines: true }),
    series: names.flatMap((name, k) => [
      {
        type: "line",
        name,
        color: colours[k]!,
        symbol: k === 0 ? "circle" : "diamond",
        symbolSize: theme.fontSize * 0.42,
        showSymbol: alpha.length <= 60,
        lineStyle: { width: theme.lineWidth * 1.5, type: "solid" },
        data: rows[k]!.map((value, i) => ({
          value: [alpha[i], value],
          name: `loss ${name}\nα = ${showNumber(alpha[i]!)}\n${showNumber(value, 4)}`,
        })),
        tooltip: { formatter: "{b}" },
      },
      {
        type: "line",
        color: colours[k]!,
        silent: true,
        symbol: "none",
        tooltip: { show: false },
        clip: true,
        lineStyle: { width: theme.lineWidth * 1.5, type: "dashed" },
        data: alpha.map((a) => [a, modelAt(models[k]!, a, 0)]),
      },
    ]),
  };
}
