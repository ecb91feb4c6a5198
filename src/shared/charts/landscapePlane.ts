/** The loss on x and on g·x over one plane of parameters: contours side by side that share axes. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { colourMaps, cssColour, normalised } from "./colormaps";
import { contour, roundLevels, type Contour } from "./contour";
import { elementColour, elementLabel } from "./elements";
import { axis, DASHED, em, frame, legend, lettersOf, type Box } from "./frame";
import { heading, label } from "./heading";
import { refined, type Grid } from "./refine";
import {
  labelledTicks,
  modelLine,
  readLandscape,
  type Landscape,
  type Pair,
} from "./landscapeData";
import { directionNames, drawnPath, pathOf } from "./landscapePath";
import { extent, fixedScale, showNumber } from "./scale";
import type { ChartTheme } from "./theme";

const LEVELS = 9;

/** Centre gap in per cent of the width; the figure's aspect is (100 − gap) / 200, so both panels are square. */
const GAP = 4;

/** @param checkpoint whose slice is drawn, with the training's path through it; absent: the last, or the only one */
export function planeOption(
  run: RunResult,
  theme: ChartTheme,
  checkpoint?: number,
): EChartsCoreOption {
  const landscape = readLandscape(run, checkpoint);
  const path = pathOf(run);
  const from = checkpoint ?? path.length - 1;
  const { alpha, beta, element } = landscape;
  const g = elementLabel(element);
  const names = directionNames(run.record, path);
  const x = fixedScale(alpha[0] ?? -1, alpha.at(-1) ?? 1, 4);
  const y = fixedScale(beta[0] ?? -1, beta.at(-1) ?? 1, 4);
  // left + right margins of a panel equal top + bottom: square panels at every width.
  const margin = 6.3;
  const [top, bottom] = [3.2, 3.1];
  const surfaces = [0, 1].map((panel) => surfaceOf(landscape, panel));
  const said = modelLegend(surfaces, ["x", `${g}·x`]);
  return {
    ...frame(theme),
    legend: {
      ...legend(theme, [
        { name: said.text, icon: said.drawn ? DASHED : "none", colour: theme.text },
      ]),
      show: true,
      itemWidth: said.drawn ? em(theme, 1.6) : 0,
    },
    grid: [0, 1].map((panel) => ({
      left: panel === 0 ? em(theme, margin) : `${50 + GAP / 2}%`,
      right: panel === 0 ? `${50 + GAP / 2}%` : em(theme, margin),
      top: em(theme, top),
      bottom: em(theme, bottom),
      outerBoundsMode: "none",
    })),
    xAxis: [0, 1].map((panel) =>
      axis(theme, x, {
        panel,
        labelled: labelledTicks(x),
        name: names[0],
        gap: 1.7,
      }),
    ),
    yAxis: [0, 1].map((panel) =>
      axis(theme, y, {
        panel,
        name: panel === 0 ? names[1] : "",
        gap: 3.3,
        position: panel === 0 ? "left" : "right",
      }),
    ),
    series: [0, 1]
      .map((panel): EChartsCoreOption => ({
        type: "custom",
        name: said.text,
        xAxisIndex: panel,
        yAxisIndex: panel,
        silent: true,
        clip: true,
        tooltip: { show: false },
        data: [[x.min, y.min]],
        renderItem: (params: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
          const box = params.coordSys as unknown as Box;
          const pixel = ([a, b]: Pair): Pair => api.coord([a, b]) as [number, number];
          const arrows = arrowsOf(theme, landscape, g, box, pixel);
          const places = arrows.map(({ name }) => name);
          return {
            type: "group",
            children: [
              ...contours(theme, surfaces[panel]!, landscape, panel, box, pixel, places),
              ...(path.length === 0 ? [] : drawnPath(theme, path, from, pixel)),
              ...arrows.flatMap(({ drawn }) => drawn),
              start(theme, pixel([0, 0])),
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

/** Where a text stands, and half its width: others keep off. */
interface Place {
  readonly at: Pair;
  readonly half: number;
}

export interface Surface {
  /** The loss, with points between the computed ones for smooth lines. */
  readonly fine: Grid;
  readonly min: number;
  readonly max: number;
  /** Of the drawn contours. */
  readonly levels: readonly number[];
  /** Of the Gauss–Newton model. */
  readonly model: Contour | null;
}

/** A loss that grows by more than this over the plane has levels of equal ratios: even ones would leave its valley empty. */
const WIDE = 30;

function ratioLevels(min: number, max: number): number[] {
  const levels = Array.from({ length: LEVELS }, (_, k) =>
    Number((min * (max / min) ** ((k + 1) / (LEVELS + 1))).toPrecision(2)),
  );
  return [...new Set(levels)];
}

export function surfaceOf({ alpha, beta, loss, models }: Landscape, panel: number): Surface {
  // Levels of its own: where the loss on g·x is many times that on x, common ones would leave one panel empty.
  const [min, max] = extent(loss[panel]!) ?? [0, 1];
  const levels =
    max > WIDE * min && min > 0 ? ratioLevels(min, max) : roundLevels(min, max, LEVELS);
  const fine = refined({ xs: alpha, ys: beta, values: loss[panel]! });
  return { fine, min, max, levels, model: modelLine(models[panel]!, fine.xs, fine.ys, levels) };
}

/** At which level each panel's dashed line is, or why there is none. */
function modelLegend(
  surfaces: readonly Surface[],
  states: readonly string[],
): { text: string; drawn: boolean } {
  const levels = surfaces.map(({ model }) => (model === null ? null : showNumber(model.level, 4)));
  const on = levels.flatMap((level, k) => (level === null ? [] : [`${level} (${states[k]})`]));
  if (on.length === 0) {
    return { text: "No Gauss–Newton model: it is flat in this plane.", drawn: false };
  }
  const flat = on.length === 1 ? `; flat on ${states[levels.indexOf(null)]}` : "";
  return { text: `Gauss–Newton model at ${on.join(", ")}${flat}`, drawn: true };
}

/** @param names places that labels keep off; null: too small a panel for labels */
export function contours(
  theme: ChartTheme,
  { fine, min, max, levels, model }: Surface,
  { models }: Landscape,
  panel: number,
  box: Box,
  pixel: (point: Pair) => Pair,
  names: readonly Place[] | null,
): object[] {
  const evenly = !(max > WIDE * min && min > 0);
  const colour = (level: number): string => {
    // The ends of the map that vanish on the surface are left out.
    const t = evenly ? normalised({ min, max }, level) : levels.indexOf(level) / levels.length;
    return cssColour(colourMaps.viridis, theme.name === "dark" ? 0.36 + 0.64 * t : 0.8 * t);
  };
  const lines = levels.map((level) => contour(fine.values, fine.xs, fine.ys, level));
  const present = contour(fine.values, fine.xs, fine.ys, models[panel]!.loss);
  const stroke = (line: readonly Pair[], style: object): object => ({
    type: "polyline",
    shape: { points: line.map(pixel) },
    style: { fill: "none", ...style },
  });
  const width = theme.lineWidth;
  const placed = [...(names ?? [])];
  return [
    ...lines.flatMap(({ level, lines: pieces }) =>
      pieces.map((piece) => stroke(piece, { stroke: colour(level), lineWidth: width * 1.4 })),
    ),
    ...present.lines.map((piece) => stroke(piece, { stroke: theme.text, lineWidth: width * 2.4 })),
    ...(model?.lines ?? []).map((piece) =>
      stroke(piece, {
        stroke: theme.text,
        lineWidth: width * 1.8,
        lineDash: [theme.fontSize * 0.5, theme.fontSize * 0.35],
      }),
    ),
    ...(names === null ? [] : lines).flatMap((line) => levelLabel(theme, line, box, pixel, placed)),
  ];
}

/** The level's value on its longest line, where it is inside the panel and far from other labels. */
function levelLabel(
  theme: ChartTheme,
  { level, lines }: Contour,
  box: Box,
  pixel: (point: Pair) => Pair,
  placed: Place[],
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
      ...placed.map(({ at: [x, y], half }) =>
        Math.max(
          Math.abs(x - point[0]) / (1.15 * (halfWidth + half)),
          Math.abs(y - point[1]) / (size * 1.3),
        ),
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
  placed.push({ at: best, half: halfWidth });
  return [
    halo(theme, best, halfWidth, size * 0.55),
    // In the text's colour: both ends of the colour map are faint on one of the papers.
    label(theme, text, best, { fontSize: size }),
  ];
}

/** Paper under a label, so that no line runs into it. */
function halo(theme: ChartTheme, [x, y]: Pair, halfWidth: number, halfHeight: number): object {
  return {
    type: "rect",
    shape: { x: x - halfWidth, y: y - halfHeight, width: 2 * halfWidth, height: 2 * halfHeight },
    style: { fill: theme.surface },
  };
}

/** The present parameters. */
export function start(theme: ChartTheme, [cx, cy]: Pair): object {
  return {
    type: "circle",
    shape: { cx, cy, r: theme.fontSize * 0.3 },
    style: { fill: theme.text, stroke: theme.surface, lineWidth: theme.fontSize * 0.1 },
  };
}

/** Arrows from the start down both gradients, with their names. */
function arrowsOf(
  theme: ChartTheme,
  { models, element }: Landscape,
  g: string,
  box: Box,
  pixel: (point: Pair) => Pair,
): Arrow[] {
  const from = pixel([0, 0]);
  const units = models.map(({ gradient }): Pair => {
    const ahead = pixel([-gradient[0], -gradient[1]]);
    const length = Math.hypot(ahead[0] - from[0], ahead[1] - from[1]);
    return [(ahead[0] - from[0]) / length, (ahead[1] - from[1]) / length];
  });
  const [first, second] = units as [Pair, Pair];
  // Names on the outer sides of the two arrows, so that they stay readable where the arrows nearly agree.
  const turn = first[0] * second[1] - first[1] * second[0] > 0 ? 1 : -1;
  return units.flatMap((unit, k) => {
    if (!Number.isFinite(unit[0])) return [];
    const colour = elementColour(theme, ["e", element], k === 0 ? 0 : 1);
    const name = k === 0 ? "−∇ℓ(x)" : `−∇ℓ(${g}·x)`;
    return [arrow(theme, from, unit, box, colour, name, k === 0 ? -turn : turn)];
  });
}

interface Arrow {
  readonly drawn: readonly object[];
  readonly name: Place;
}

function arrow(
  theme: ChartTheme,
  [x, y]: Pair,
  [u, v]: Pair,
  box: Box,
  colour: string,
  name: string,
  side: number,
): Arrow {
  const head = theme.fontSize * 0.6;
  const length = box.width * 0.24;
  const tip: Pair = [x + u * length, y + v * length];
  const neck: Pair = [tip[0] - u * head, tip[1] - v * head];
  const aside: Pair = [-v * side, u * side];
  const half = (lettersOf(name) / 2) * theme.fontSize;
  const across = tip[0] + u * 0.3 * theme.fontSize + aside[0] * (half + 0.4 * theme.fontSize);
  const at: Pair = [
    Math.min(box.x + box.width - half, Math.max(box.x + half, across)),
    tip[1] + (v * 0.3 + aside[1] * 0.8) * theme.fontSize,
  ];
  const drawn = [
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
    // Its own halo: what a text's background measures differs between the screen and an export.
    halo(theme, at, half + theme.fontSize * 0.3, theme.fontSize * 0.62),
    label(theme, name, at, { fill: colour }),
  ];
  return { drawn, name: { at, half } };
}
