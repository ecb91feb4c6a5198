/** The generators as vector fields on the box: small pictures beside each other, arrows of each drawn to its own scale. */
import type { CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import { parseFormula } from "../generators/formula";
import type { RunRecord } from "../run";
import { elementColour, elementLabel } from "./elements";
import type { FigureDefinition, FigurePoint, FigureView } from "./figure";
import { axis, frame, type Box } from "./frame";
import type { Scale } from "./scale";
import type { ChartTheme } from "./theme";

export interface Flow {
  readonly id: string;
  readonly label: string;
  /** What stands beside the id however small the pictures are, in place of the label. */
  readonly beside?: string;
  /** The run's generators, and the position among them. */
  readonly among: readonly string[];
  readonly index: number;
  readonly arrows: readonly Arrow[];
  /** The same flow by parts of the data, at the same places: drawn faintly behind it. */
  readonly parts?: readonly (readonly Arrow[])[];
}

export interface Arrow {
  readonly at: readonly [x: number, y: number];
  /** ξ, in units of length over the group's parameter. */
  readonly velocity: readonly [x: number, y: number];
}

/** Arrows along each side. */
const ARROWS = 7;

/** The longest arrow's length, as a share of the distance between arrows. */
const LONGEST = 0.92;

/** Those whose points move, in the run's order; none where the data lie on no plane. */
function flowsOf(record: RunRecord): { flows: Flow[]; sides: readonly [number, number] } {
  const { generators = [], sides } = record.summary as {
    generators?: readonly {
      id: string;
      label: string;
      formula?: string;
      flow: readonly string[] | null;
      flow_halves?: readonly (readonly string[] | null)[];
    }[];
    sides?: readonly number[] | null;
  };
  const [width, height, ...further] = sides ?? [];
  if (width === undefined || height === undefined || further.length > 0) {
    return { flows: [], sides: [1, 1] };
  }
  const arrowsOf = (formulas: readonly string[]): Arrow[] => {
    const [u, v] = formulas.map(parseFormula);
    return arrowsOn([width, height], (at) => [u!.value(at), v!.value(at)]);
  };
  const among = generators.map(({ id }) => id);
  const flows = generators.flatMap(
    ({ id, label, formula, flow, flow_halves: halves = [] }, index): Flow[] => {
      if (flow?.length !== 2) return [];
      const parts = halves.flatMap((half) => (half?.length === 2 ? [arrowsOf(half)] : []));
      // What was found has no name but what it combines.
      const beside = halves.length > 0 && formula !== undefined ? { beside: formula } : {};
      return [{ id, label, ...beside, among, index, arrows: arrowsOf(flow), parts }];
    },
  );
  return { flows, sides: [width, height] };
}

/** A vector field at evenly spaced places of a rectangle about the origin. */
export function arrowsOn(
  [width, height]: readonly [number, number],
  field: (at: readonly [x: number, y: number]) => readonly [x: number, y: number],
): Arrow[] {
  return Array.from({ length: ARROWS ** 2 }, (_, k): Arrow => {
    const place = (i: number, side: number): number => ((i + 0.5) / ARROWS - 0.5) * side;
    const at = [place(k % ARROWS, width), place(Math.floor(k / ARROWS), height)] as const;
    return { at, velocity: field(at) };
  });
}

/** Per cent of a row's height that its names take. */
const HEADING = 15;

/** Each flow in a picture of its own, named above it. */
export function flowPictures(
  flows: readonly Flow[],
  sides: readonly [number, number],
  theme: ChartTheme,
  view: FigureView,
): EChartsCoreOption {
  const columns = flows.length > 4 ? 3 : Math.min(2, Math.max(1, flows.length));
  const rows = Math.max(1, Math.ceil(flows.length / columns));
  const bare = (panel: number, side: number): EChartsCoreOption => {
    const scale: Scale = {
      min: -side / 2,
      max: side / 2,
      ticks: [],
      label: String,
      place: (value) => value,
    };
    return { ...axis(theme, scale, { panel, labels: false }), axisLine: { show: false } };
  };
  return {
    ...frame(theme),
    grid: flows.map((_, i) => ({
      left: `${(100 * (i % columns)) / columns + 2}%`,
      width: `${100 / columns - 4}%`,
      top: `${(100 * Math.floor(i / columns) + HEADING) / rows}%`,
      height: `${(97 - HEADING) / rows}%`,
      outerBoundsMode: "none",
    })),
    xAxis: flows.map((_, i) => bare(i, sides[0])),
    yAxis: flows.map((_, i) => bare(i, sides[1])),
    series: flows.map((flow, i) =>
      arrowsOf(theme, flow, i, sides, flow.id === view.element, columns),
    ),
  };
}

function arrowsOf(
  theme: ChartTheme,
  { id, label, beside, among, index, arrows, parts = [] }: Flow,
  panel: number,
  sides: readonly [number, number],
  picked: boolean,
  columns: number,
): EChartsCoreOption {
  const colour = elementColour(theme, among, index);
  const speeds = arrows.map(({ velocity }) => Math.hypot(...velocity));
  const fastest = Math.max(...speeds.filter(Number.isFinite), 1e-300);
  return {
    type: "custom",
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    tooltip: { show: false },
    data: arrows.map(({ at }) => at),
    renderItem: (params: CustomSeriesRenderItemParams) => {
      const { at, velocity } = arrows[params.dataIndex]!;
      const box = params.coordSys as unknown as Box;
      // Lengths are the same along x and y, so that a circle stays one.
      const unit = Math.min(box.width / sides[0], box.height / sides[1]);
      const [width, height] = [unit * sides[0], unit * sides[1]];
      const x = box.x + width / 2 + unit * at[0];
      const y = box.y + height / 2 - unit * at[1];
      const longest = (LONGEST * Math.min(width, height)) / ARROWS / fastest;
      const pointing = (of: Arrow["velocity"], faint: boolean): object[] =>
        arrow(theme, x, y, of[0] * longest, -of[1] * longest, faint ? theme.quiet : colour);
      const pointed = [
        ...parts.flatMap((part) => pointing(part[params.dataIndex]!.velocity, true)),
        ...pointing(velocity, false),
      ];
      if (params.dataIndex > 0) return { type: "group", children: pointed };
      const short = beside === undefined ? elementLabel(id) : `${elementLabel(id)}: ${beside}`;
      const text = columns > 2 || beside !== undefined ? short : `${short}, ${label}`;
      return {
        type: "group",
        children: [
          {
            type: "rect",
            shape: { x: box.x, y: box.y, width, height },
            style: { stroke: theme.grid, lineWidth: theme.lineWidth, fill: "none" },
          },
          {
            type: "text",
            style: {
              text,
              x: box.x,
              y: box.y - theme.fontSize * 0.35,
              textVerticalAlign: "bottom",
              fill: picked ? theme.text : theme.quiet,
              fontWeight: picked ? "bold" : "normal",
              fontSize: theme.fontSize,
              fontFamily: theme.font,
              width: box.width,
              overflow: "truncate",
            },
          },
          ...pointed,
        ],
      };
    },
  };
}

/** Shaft and head about a point; a dot where nothing moves. */
function arrow(
  theme: ChartTheme,
  x: number,
  y: number,
  dx: number,
  dy: number,
  colour: string,
): object[] {
  const length = Math.hypot(dx, dy);
  if (!(length > 0.5)) {
    return [
      { type: "circle", shape: { cx: x, cy: y, r: theme.lineWidth }, style: { fill: colour } },
    ];
  }
  const head = Math.min(theme.fontSize * 0.45, length * 0.5);
  const [ux, uy] = [dx / length, dy / length];
  const [tipX, tipY] = [x + dx / 2, y + dy / 2];
  const side = (s: number): [number, number] => [
    tipX - head * ux - s * head * 0.5 * uy,
    tipY - head * uy + s * head * 0.5 * ux,
  ];
  return [
    {
      type: "line",
      shape: {
        x1: x - dx / 2,
        y1: y - dy / 2,
        x2: tipX - head * ux * 0.7,
        y2: tipY - head * uy * 0.7,
      },
      style: { stroke: colour, lineWidth: theme.lineWidth },
    },
    {
      type: "polygon",
      shape: { points: [[tipX, tipY], side(1), side(-1)] },
      style: { fill: colour },
    },
  ];
}

function pick(record: RunRecord, view: FigureView, { panel }: FigurePoint): FigureView | null {
  const flow = flowsOf(record).flows[panel];
  return flow === undefined ? null : { ...view, element: flow.id };
}

export const flowsFigure: FigureDefinition = {
  id: "flows",
  title: "The generators as flows",
  caption:
    "The velocity with which each generator moves the points of the box, seen from its centre, x to the right and y up; the longest arrow of each picture is as long as the arrows lie apart. Generators that move no point are left out.",
  arrays: [],
  aspect: 0.8,
  applies: (record) => flowsOf(record).flows.length > 0,
  option({ record }, theme, view) {
    const { flows, sides } = flowsOf(record);
    return flowPictures(flows, sides, theme, view);
  },
  table: ({ record }) => ({
    columns: [
      { name: "generator", unit: "" },
      { name: "x", unit: "" },
      { name: "y", unit: "" },
      { name: "velocity.x", unit: "" },
      { name: "velocity.y", unit: "" },
    ],
    rows: flowsOf(record).flows.flatMap(({ id, arrows }) =>
      arrows.map(({ at, velocity }) => [id, ...at, ...velocity]),
    ),
  }),
  pick: ({ record }, view, at) => pick(record, view, at),
};
