/** The path of a training in the plane of its landscapes, and the names of its checkpoints. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunRecord, RunResult } from "../run";
import { toFloat64 } from "../tensor";
import { axis, em, frame, labelLetters, lettersOf, type Box } from "./frame";
import { heading, label } from "./heading";
import type { Pair } from "./landscapeData";
import { linearScale, showNumber } from "./scale";
import type { ChartTheme } from "./theme";

/** Its name and number, in the order of training; empty for the landscape of one network. */
export function landscapeMoments({ summary }: RunRecord): { name: string; epoch: number | null }[] {
  return (summary["checkpoints"] ?? []) as { name: string; epoch: number | null }[];
}

/** The number of a checkpoint in words: "epoch 7" of epoch-0007.safetensors. */
export function momentName(record: RunRecord, k: number): string {
  const moment = landscapeMoments(record)[k];
  if (moment === undefined) return "";
  const { name, epoch } = moment;
  return epoch === null ? name : `${/step/i.test(name) ? "step" : "epoch"} ${epoch}`;
}

/** Apart from both arrows' colours and from the contours. */
function pathColour(theme: ChartTheme): string {
  return theme.series[5] ?? theme.text;
}

/** Its places in the slice's coordinates, the last at zero; empty where the run has no path. */
export function pathOf({ arrays }: RunResult): Pair[] {
  const { path } = arrays;
  if (path === undefined) return [];
  const [count = 0, d = 1] = path.shape;
  const all = toFloat64(path);
  return Array.from({ length: count }, (_, k): Pair => [all[k * d]!, d > 1 ? all[k * d + 1]! : 0]);
}

/** What the two axes run along. With checkpoints the gradient is that of the last one. */
export function directionNames({ parameters }: RunRecord, path: readonly Pair[]): [string, string] {
  switch (parameters["directions"] ?? "orbit") {
    case "random":
      return ["first random direction, in ρ", "second, in ρ"];
    case "path":
      return ["widest direction of the path, in ρ", "second widest, in ρ"];
    default:
      return [path.length > 1 ? "along the last ∇ℓ(x), in ρ" : "along ∇ℓ(x), in ρ", "across, in ρ"];
  }
}

/**
 * The path as seen from one of its moments, as elements of a custom series: a line with a dot a checkpoint.
 * @param from the moment at the origin of the slice
 */
export function drawnPath(
  theme: ChartTheme,
  path: readonly Pair[],
  from: number,
  pixel: (point: Pair) => Pair,
): object[] {
  const [x, y] = path[from] ?? [0, 0];
  const points = path.map(([a, b]) => pixel([a - x, b - y]));
  const radius = theme.fontSize * 0.16;
  return [
    {
      type: "polyline",
      shape: { points },
      style: { fill: "none", stroke: pathColour(theme), lineWidth: theme.lineWidth * 2 },
    },
    ...points.map(([cx, cy]) => ({
      type: "circle",
      shape: { cx, cy, r: radius },
      style: { fill: pathColour(theme), stroke: theme.surface, lineWidth: theme.fontSize * 0.06 },
    })),
  ];
}

/** Both axes as wide as the path, each in its own scale; some checkpoints are named. */
export function pathOption(
  run: RunResult,
  theme: ChartTheme,
  checkpoint: number,
): EChartsCoreOption {
  const { record } = run;
  const path = pathOf(run);
  const [x, y] = [0, 1].map((k) => linearScale(path.map((place) => place[k]!)));
  const letters = labelLetters(y!);
  const named = namedMoments(path);
  const share = Number(record.summary["pathShare"]);
  const [along, across] = directionNames(record, path);
  return {
    ...frame(theme),
    grid: [
      {
        left: em(theme, letters + 2.6),
        right: em(theme, 2),
        top: em(theme, 2.4),
        bottom: em(theme, 3.1),
        outerBoundsMode: "none",
      },
    ],
    xAxis: [axis(theme, x!, { panel: 0, name: along, gap: 1.7, lines: true })],
    yAxis: [axis(theme, y!, { panel: 0, name: across, gap: letters + 1.2, lines: true })],
    series: [
      heading(theme, 0, `${showNumber(100 * share, 3)} % of the path’s variance is in this plane`, [
        x!.min,
        y!.min,
      ]),
      {
        type: "line",
        color: pathColour(theme),
        symbol: "circle",
        symbolSize: theme.fontSize * 0.55,
        lineStyle: { width: theme.lineWidth * 1.5, color: pathColour(theme) },
        data: path.map(([a, b], k) => ({
          value: [a, b],
          name: `${momentName(record, k)}\n${showNumber(a)}, ${showNumber(b)} ρ`,
        })),
        tooltip: { formatter: "{b}" },
      },
      {
        type: "custom",
        silent: true,
        z: 5,
        tooltip: { show: false },
        data: [[x!.min, y!.min]],
        renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
          const box = params.coordSys as unknown as Box;
          const pixel = ([a, b]: Pair): Pair => api.coord([a, b]) as [number, number];
          const [cx, cy] = pixel(path[checkpoint] ?? [0, 0]);
          return {
            type: "group",
            children: [
              ...named.map((k) => nameAt(theme, momentName(record, k), pixel(path[k]!), box)),
              {
                type: "circle",
                shape: { cx, cy, r: theme.fontSize * 0.5 },
                style: { fill: "none", stroke: theme.text, lineWidth: theme.lineWidth * 1.6 },
              },
            ],
          };
        },
      },
    ],
  };
}

/** Above its point, or below where it would leave the panel; on paper of its own. */
function nameAt(theme: ChartTheme, text: string, [x, y]: Pair, box: Box): object {
  const half = (lettersOf(text) / 2) * theme.fontSize;
  const away = theme.fontSize * 1.05;
  const at: Pair = [
    Math.max(box.x + half, Math.min(box.x + box.width - half, x)),
    y - away - theme.fontSize * 0.6 < box.y ? y + away : y - away,
  ];
  return {
    type: "group",
    children: [
      {
        type: "rect",
        shape: {
          x: at[0] - half,
          y: at[1] - theme.fontSize * 0.55,
          width: 2 * half,
          height: theme.fontSize * 1.1,
        },
        style: { fill: theme.surface, opacity: 0.8 },
      },
      label(theme, text, at, {}),
    ],
  };
}

/** The ends, and those between that are far from all named before. */
function namedMoments(path: readonly Pair[]): number[] {
  const last = path.length - 1;
  const span = [0, 1].map((k) => {
    const values = path.map((place) => place[k]!);
    return Math.max(...values) - Math.min(...values) || 1;
  });
  const named = last > 0 ? [0, last] : [0];
  for (let k = 1; k < last; k++) {
    const far = named.every(
      (other) =>
        Math.abs(path[k]![0] - path[other]![0]) > 0.2 * span[0]! ||
        Math.abs(path[k]![1] - path[other]![1]) > 0.12 * span[1]!,
    );
    if (far) named.push(k);
  }
  return named;
}
