/** The loss on x and on g·x over one plane of parameters: contours side by side that share axes. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { colourMaps, cssColour, normalised } from "./colormaps";
import { contour, roundLevels, type Contour } from "./contour";
import { elementColour, elementLabel } from "./elements";
import { axis, em, frame } from "./frame";
import { levelEllipse, readLandscape, type Landscape, type Pair } from "./landscapeData";
import { extent, fixedScale, showNumber } from "./scale";
import type { ChartTheme } from "./theme";

const LEVELS = 9;

/** Centre gap in per cent of the width; the figure's aspect is (100 − gap) / 200, so both panels are square. */
const GAP = 4;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function planeOption(run: RunResult, theme: ChartTheme): EChartsCoreOption {
  const landscape = readLandscape(run);
  const { alpha, beta, element } = landscape;
  const g = elementLabel(element);
  const random = run.record.parameters.directions === "random";
  const x = fixedScale(alpha[0] ?? -1, alpha.at(-1) ?? 1, 4);
  const y = fixedScale(beta[0] ?? -1, beta.at(-1) ?? 1, 4);
  // Labels at the very ends would meet those of the other panel.
  const inner = { ...x, ticks: x.ticks.filter((tick) => Math.abs(tick) < 0.95 * x.max) };
  // left + right margins of a panel equal top + bottom: square panels at every width.
  const margin = 4.7;
  const [top, bottom] = [1.6, 3.1];
  return {
    ...frame(theme),
    grid: [0, 1].map((panel) => ({
      left: panel === 0 ? em(theme, margin) : `${50 + GAP / 2}%`,
      right: panel === 0 ? `${50 + GAP / 2}%` : em(theme, margin),
      top: em(theme, top),
      bottom: em(theme, bottom),
      outerBoundsMode: "none",
    })),
    xAxis: [0, 1].map((panel) =>
      axis(theme, inner, {
        panel,
        name: random ? "first direction, in r" : "along ∇ℓ(x), in r",
        gap: 1.7,
      }),
    ),
    yAxis: [0, 1].map((panel) =>
      axis(theme, y, {
        panel,
        name: panel === 0 ? (random ? "second, in r" : "across, in r") : "",
        gap: 3.3,
        position: panel === 0 ? "left" : "right",
      }),
    ),
    series: [0, 1]
      .map((panel): EChartsCoreOption => ({
        type: "custom",
        xAxisIndex: panel,
        yAxisIndex: panel,
        silent: true,
        clip: true,
        tooltip: { show: false },
        data: [[x.min, y.min]],
        renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
          const box = params.coordSys as unknown as Box;
          const pixel = ([a, b]: Pair): Pair => api.coord([a, b]) as [number, number];
          return {
            type: "group",
            children: [
              ...contours(theme, landscape, panel, box, pixel),
              ...overlay(theme, landscape, panel, g, box, pixel),
            ],
          };
        },
      }))
      .concat(
        [0, 1].map((panel) =>
          heading(theme, panel, panel === 0 ? "loss on x" : `loss on ${g}·x`, [x.min, y.min]),
        ),
      ),
  };
}

function contours(
  theme: ChartTheme,
  { alpha, beta, loss, models }: Landscape,
  panel: number,
  box: Box,
  pixel: (point: Pair) => Pair,
): object[] {
  const values = loss[panel]!;
  // Levels of its own: where the loss on g·x is many times that on x, common ones would leave one panel empty.
  const [min, max] = extent(values) ?? [0, 1];
  const levels = roundLevels(min, max, LEVELS);
  const colour = (level: number): string => {
    // The ends of the map that vanish on the surface are left out.
    const t = normalised({ min, max }, level);
    return cssColour(colourMaps.viridis, theme.name === "dark" ? 0.3 + 0.7 * t : 0.8 * t);
  };
  const lines = levels.map((level) => contour(values, alpha, beta, level));
  const present = contour(values, alpha, beta, models[panel]!.loss);
  const stroke = (line: readonly Pair[], style: object): object => ({
    type: "polyline",
    shape: { points: line.map(pixel) },
    style: { fill: "none", ...style },
  });
  const width = theme.lineWidth;
  const placed: Pair[] = [];
  return [
    ...lines.flatMap(({ level, lines: pieces }) =>
      pieces.map((piece) => stroke(piece, { stroke: colour(level), lineWidth: width * 1.4 })),
    ),
    ...present.lines.map((piece) => stroke(piece, { stroke: theme.text, lineWidth: width * 2.4 })),
    ...lines.flatMap((line) => levelLabel(theme, line, colour(line.level), box, pixel, placed)),
  ];
}

/** The level's value on its longest line, where it is inside the panel and far from other labels. */
function levelLabel(
  theme: ChartTheme,
  { level, lines }: Contour,
  colour: string,
  box: Box,
  pixel: (point: Pair) => Pair,
  placed: Pair[],
): object[] {
  const longest = lines.reduce<readonly Pair[]>((a, b) => (b.length > a.length ? b : a), []);
  const size = theme.fontSize * 0.85;
  const text = showNumber(level, 4);
  const halfWidth = size * 0.33 * text.length;
  const free = longest
    .map(pixel)
    .filter(
      ([x, y]) =>
        x > box.x + halfWidth + 2 &&
        x < box.x + box.width - halfWidth - 2 &&
        y > box.y + size &&
        y < box.y + box.height - size,
    );
  const clearance = (point: Pair): number =>
    Math.min(
      ...placed.map(([x, y]) =>
        Math.max(Math.abs(x - point[0]) / (halfWidth * 2.4), Math.abs(y - point[1]) / (size * 1.3)),
      ),
      // The middle is where the start, the arrows and their names are.
      Math.max(
        Math.abs(box.x + box.width / 2 - point[0]) / (box.width * 0.22),
        Math.abs(box.y + box.height / 2 - point[1]) / (box.height * 0.22),
      ),
    );
  const best = free.reduce<Pair | null>(
    (chosen, point) => (chosen === null || clearance(point) > clearance(chosen) ? point : chosen),
    null,
  );
  if (best === null || clearance(best) < 1) return [];
  placed.push(best);
  return [
    {
      type: "rect",
      shape: {
        x: best[0] - halfWidth,
        y: best[1] - size * 0.55,
        width: halfWidth * 2,
        height: size * 1.1,
      },
      style: { fill: theme.surface },
    },
    label(theme, text, best, { fill: colour, fontSize: size }),
  ];
}

function label(theme: ChartTheme, text: string, [x, y]: Pair, style: object): object {
  return {
    type: "text",
    style: {
      text,
      x,
      y,
      textAlign: "center",
      textVerticalAlign: "middle",
      fill: theme.text,
      fontSize: theme.fontSize,
      fontFamily: theme.font,
      ...style,
    },
  };
}

/** A panel's name above it, which a clipped series could not hold. */
function heading(theme: ChartTheme, panel: number, text: string, at: Pair): EChartsCoreOption {
  return {
    type: "custom",
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    clip: false,
    tooltip: { show: false },
    data: [at],
    renderItem: (params: CustomSeriesRenderItemParams) => {
      const box = params.coordSys as unknown as Box;
      return label(theme, text, [box.x + box.width / 2, box.y - theme.fontSize * 0.35], {
        textVerticalAlign: "bottom",
      });
    },
  };
}

/** Ellipse, arrows down both gradients with their names, and the start. */
function overlay(
  theme: ChartTheme,
  { models, element }: Landscape,
  panel: number,
  g: string,
  box: Box,
  pixel: (point: Pair) => Pair,
): object[] {
  const start = pixel([0, 0]);
  const ellipse = levelEllipse(models[panel]!);
  const units = models.map(({ gradient }): Pair => {
    const ahead = pixel([-gradient[0], -gradient[1]]);
    const length = Math.hypot(ahead[0] - start[0], ahead[1] - start[1]);
    return [(ahead[0] - start[0]) / length, (ahead[1] - start[1]) / length];
  });
  const [first, second] = units as [Pair, Pair];
  // Names on the outer sides of the two arrows, so that they stay readable where the arrows nearly agree.
  const turn = first[0] * second[1] - first[1] * second[0] > 0 ? 1 : -1;
  const arrows = units.flatMap((unit, k) => {
    if (!Number.isFinite(unit[0])) return [];
    const colour = k === 0 ? elementColour(theme, "e", 0) : elementColour(theme, element, 1);
    const name = k === 0 ? "−∇ℓ(x)" : `−∇ℓ(${g}·x)`;
    return arrow(theme, start, unit, box, colour, name, k === 0 ? -turn : turn);
  });
  return [
    ...(ellipse === null
      ? []
      : [
          {
            type: "polyline",
            shape: { points: ellipse.map(pixel) },
            style: {
              fill: "none",
              stroke: theme.text,
              lineWidth: theme.lineWidth * 1.4,
              lineDash: [theme.fontSize * 0.5, theme.fontSize * 0.35],
            },
          },
        ]),
    ...arrows,
    {
      type: "circle",
      shape: { cx: start[0], cy: start[1], r: theme.fontSize * 0.3 },
      style: { fill: theme.text, stroke: theme.surface, lineWidth: theme.fontSize * 0.1 },
    },
  ];
}

function arrow(
  theme: ChartTheme,
  [x, y]: Pair,
  [u, v]: Pair,
  box: Box,
  colour: string,
  name: string,
  side: number,
): object[] {
  const head = theme.fontSize * 0.6;
  const length = box.width * 0.24;
  const tip: Pair = [x + u * length, y + v * length];
  const neck: Pair = [tip[0] - u * head, tip[1] - v * head];
  const aside: Pair = [-v * side, u * side];
  const half = name.length * theme.fontSize * 0.31;
  const across = tip[0] + u * 0.3 * theme.fontSize + aside[0] * (half + 0.4 * theme.fontSize);
  const at: Pair = [
    Math.min(box.x + box.width - half, Math.max(box.x + half, across)),
    tip[1] + (v * 0.3 + aside[1] * 0.8) * theme.fontSize,
  ];
  return [
    {
      type: "line",
      shape: { x1: x, y1: y, x2: neck[0], y2: neck[1] },
      style: { stroke: colour, lineWidth: Math.max(1.2, theme.lineWidth * 1.6) },
    },
    {
      type: "polygon",
      shape: {
        points: [
          tip,
          [neck[0] - v * head * 0.45, neck[1] + u * head * 0.45],
          [neck[0] + v * head * 0.45, neck[1] - u * head * 0.45],
        ],
      },
      style: { fill: colour },
    },
    label(theme, name, at, {
      fill: colour,
      backgroundColor: theme.surface,
      padding: theme.fontSize * 0.1,
    }),
  ];
}
