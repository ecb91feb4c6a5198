/** Landscapes of a few checkpoints of a training as small multiples: x above, g·x below, square panels. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { elementLabel } from "./elements";
import { axis, frame, type Box } from "./frame";
import { heading } from "./heading";
import { labelledTicks, readLandscape, type Landscape, type Pair } from "./landscapeData";
import { drawnPath, landscapeMoments, momentName, pathOf } from "./landscapePath";
import { contours, start, surfaceOf } from "./landscapePlane";
import { fixedScale, showNumber } from "./scale";
import type { ChartTheme } from "./theme";

/** In hundredths of the width: panels are square at every one. */
const SIDE = 26;
const LEFT = 13;
const STEP = 29.5;
const TOP = 9;
const DOWN = 32;
const BOTTOM = 8.5;
const HEIGHT = TOP + DOWN + SIDE + BOTTOM;

export const EPOCHS_ASPECT = HEIGHT / 100;

/**
 * Positions of those that are drawn: the ends, and between them the one that is picked, or else the middle one.
 * @param count of all, at least 2
 */
export function chosenMoments(count: number, picked?: number): number[] {
  const last = count - 1;
  const inside = picked !== undefined && picked > 0 && picked < last;
  return [...new Set([0, inside ? picked : Math.floor(last / 2), last])];
}

/** @param picked checkpoint to draw between the first and the last */
export function epochsOption(
  run: RunResult,
  theme: ChartTheme,
  picked?: number,
): EChartsCoreOption {
  const { record } = run;
  const chosen = chosenMoments(landscapeMoments(record).length, picked);
  const path = pathOf(run);
  const landscapes = chosen.map((k) => readLandscape(run, k));
  const { alpha, beta, element } = landscapes[0]!;
  const states = ["x", `${elementLabel(element)}·x`];
  const x = fixedScale(alpha[0] ?? -1, alpha.at(-1) ?? 1, 2);
  const y = fixedScale(beta[0] ?? -1, beta.at(-1) ?? 1, 2);
  const panels = [0, 1].flatMap((side) =>
    chosen.map((moment, column) => ({
      side,
      moment,
      column,
      panel: side * chosen.length + column,
    })),
  );
  return {
    ...frame(theme),
    grid: panels.map(({ side, column }) => ({
      left: `${LEFT + STEP * column}%`,
      width: `${SIDE}%`,
      top: `${(100 * (TOP + DOWN * side)) / HEIGHT}%`,
      height: `${(100 * SIDE) / HEIGHT}%`,
      outerBoundsMode: "none",
    })),
    xAxis: panels.map(({ side, column, panel }) =>
      axis(theme, x, {
        panel,
        labels: side === 1,
        labelled: labelledTicks(x),
        name: side === 1 && column === Math.floor((chosen.length - 1) / 2) ? "in ρ" : "",
        gap: 1.5,
      }),
    ),
    yAxis: panels.map(({ side, column, panel }) =>
      axis(theme, y, {
        panel,
        labels: column === 0,
        labelled: labelledTicks(y),
        name: column === 0 ? `loss on ${states[side]!}` : "",
        gap: 2.6,
      }),
    ),
    series: panels.flatMap(({ side, moment, column, panel }) => {
      const landscape = landscapes[column]!;
      const present = `ℓ = ${showNumber(landscape.models[side]!.loss, 3)}`;
      const text = side === 0 ? `${momentName(record, moment)}\n${present}` : present;
      return [
        surfaceSeries(theme, landscape, side, panel, path, moment),
        heading(theme, panel, text, [x.min, y.min]),
      ];
    }),
  };
}

function surfaceSeries(
  theme: ChartTheme,
  landscape: Landscape,
  side: number,
  panel: number,
  path: readonly Pair[],
  moment: number,
): EChartsCoreOption {
  const surface = surfaceOf(landscape, side);
  const { xs, ys } = surface.fine;
  return {
    type: "custom",
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    clip: true,
    tooltip: { show: false },
    data: [[xs[0]!, ys[0]!]],
    renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const box = params.coordSys as unknown as Box;
      const pixel = ([a, b]: Pair): Pair => api.coord([a, b]) as [number, number];
      return {
        type: "group",
        children: [
          ...contours(theme, surface, landscape, side, box, pixel, null),
          ...drawnPath(theme, path, moment, pixel),
          start(theme, pixel([0, 0])),
        ],
      };
    },
  };
}
