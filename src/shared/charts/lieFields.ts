/** Where in space a symmetry is broken: the Lie derivative of one sample's prediction, a map for each channel. */
import type { CustomSeriesRenderItemAPI, CustomSeriesRenderItemParams } from "echarts";
import type { EChartsCoreOption } from "echarts/core";
import { channelLabels, parseFieldSpec } from "../fields/spec";
import type { RunRecord, RunResult } from "../run";
import { toFloat64 } from "../tensor";
import { colourMaps, cssColour, scaleOf } from "./colormaps";
import { elementLabel } from "./elements";
import type { FigureDefinition, FigureView } from "./figure";
import { axis, em, frame, type Box } from "./frame";
import { shownElement } from "./matrix";
import { matrixImage } from "./matrixImage";
import { cell, sampleName } from "./reading";
import { showNumber, type Scale } from "./scale";
import type { ChartTheme } from "./theme";

/** More channels do not fit beside each other. */
const MOST_CHANNELS = 4;

interface Maps {
  readonly generator: string;
  /** Position of the sample in the run. */
  readonly sample: number;
  /** Points along each side. */
  readonly size: number;
  readonly names: readonly string[];
  /** Of L f in each channel; empty where the data state none. */
  readonly units: readonly string[];
  /** [size, size] a channel, y increasing with the row. */
  readonly channels: readonly Float64Array[];
}

/** Of the picked generator and sample, or of the first sample that was kept. */
function read(run: RunResult, view: FigureView): Maps | null {
  const { lie_field: field, kept } = run.arrays;
  if (field?.shape.length !== 5) return null;
  const [, count = 0, all = 0, size = 0] = field.shape;
  const samples = kept === undefined ? [] : [...toFloat64(kept)];
  const place = Math.max(0, samples.indexOf(view.row ?? 0));
  const { id, index } = shownElement(run, view);
  const values = toFloat64(field);
  const points = size * size;
  const first = (index * count + place) * all * points;
  const { fields, units = {} } = run.record.data;
  const labels = fields === "" ? [] : channelLabels(parseFieldSpec(fields));
  const used = Math.min(all, MOST_CHANNELS);
  return {
    generator: id,
    sample: samples[place] ?? 0,
    size,
    names: Array.from({ length: used }, (_, c) =>
      labels.length === all ? labels[c]!.name : `channel ${c}`,
    ),
    units: Array.from({ length: used }, (_, c) => {
      const unit = labels.length === all ? units[labels[c]!.group] : undefined;
      return unit === undefined ? "" : `${unit}${perParameter(id, units)}`;
    }),
    channels: Array.from({ length: used }, (_, c) =>
      values.subarray(first + c * points, first + (c + 1) * points),
    ),
  };
}

/** What a motion's parameter counts: lengths, times, angles, numbers; of a user's own nothing is known. */
const along: Readonly<Record<string, string>> = { tx: "x", ty: "y", tz: "z", time: "t" };
const numbers = ["scale", "shear-x", "shear-y", "squeeze", "amp", "density"];

/** L f is a slope: a field's unit per what the motion goes by. */
function perParameter(generator: string, units: Readonly<Record<string, string>>): string {
  const axis = along[generator];
  if (axis !== undefined) return ` per ${units[axis] ?? `unit of ${axis}`}`;
  if (/^rot(-|$)/.test(generator)) return " per rad";
  return numbers.includes(generator) ? "" : " per unit moved";
}

/** Pictures are square, as the states of a run on a square grid are. */
function applies({ arrays }: RunRecord): boolean {
  const shape = arrays.lie_field?.shape ?? [];
  return shape.length === 5 && shape[3] === shape[4] && shape[1]! > 0;
}

const bare: Scale = { min: 0, max: 1, ticks: [], label: String, place: (value) => value };

/** Per cent of the height that pictures take; the bar needs the rest also where a window is small. */
const PICTURES = 84;

/** Letters that a picture's name, and the bar under all of them, take in height. */
const [HEADING, FOOTING] = [1.6, 2.6];

function option(run: RunResult, theme: ChartTheme, view: FigureView): EChartsCoreOption {
  const maps = read(run, view);
  if (maps === null) return frame(theme);
  const columns = Math.min(2, maps.channels.length);
  const rows = Math.ceil(maps.channels.length / columns);
  const map = colourMaps.balance;
  const scale = scaleOf(
    map,
    maps.channels.flatMap((values) => [...values]),
  );
  const axes = maps.channels.map((_, panel) => ({
    ...axis(theme, bare, { panel, labels: false }),
    axisLine: { show: false },
  }));
  return {
    ...frame(theme),
    grid: maps.channels.map((_, i) => ({
      left: `${(100 * (i % columns)) / columns + 1}%`,
      width: `${100 / columns - 2}%`,
      top: `${(PICTURES * Math.floor(i / columns)) / rows}%`,
      height: `${PICTURES / rows}%`,
      outerBoundsMode: "none",
    })),
    xAxis: axes,
    yAxis: axes,
    series: [
      ...maps.channels.map((values, i) => {
        const image = matrixImage(upward(values, maps.size), maps.size, map, scale);
        const unit = maps.units[i]! === "" ? "" : ` (${maps.units[i]!})`;
        const name = `${maps.names[i]!} of L f, ${elementLabel(maps.generator)}${unit}`;
        return picture(theme, i, image, name);
      }),
      bar(theme, scale.max),
    ],
  };
}

/** Row 0 comes last. */
function upward(values: Float64Array, size: number): Float64Array {
  const turned = new Float64Array(values.length);
  for (let row = 0; row < size; row++) {
    turned.set(values.subarray(row * size, (row + 1) * size), (size - 1 - row) * size);
  }
  return turned;
}

function text(theme: ChartTheme, words: string, x: number, y: number, align: string): object {
  return {
    type: "text",
    style: {
      text: words,
      x,
      y,
      textAlign: align,
      textVerticalAlign: "top",
      fill: theme.text,
      fontSize: theme.fontSize,
      fontFamily: theme.font,
    },
  };
}

function picture(theme: ChartTheme, panel: number, image: string, name: string): EChartsCoreOption {
  return {
    type: "custom",
    xAxisIndex: panel,
    yAxisIndex: panel,
    silent: true,
    tooltip: { show: false },
    data: [[0, 0]],
    renderItem: (params: CustomSeriesRenderItemParams) => {
      const box = params.coordSys as unknown as Box;
      const heading = em(theme, HEADING);
      const side = Math.min(box.width, box.height - heading);
      const x = box.x + (box.width - side) / 2;
      const y = box.y + heading;
      return {
        type: "group",
        children: [
          text(theme, name, x, box.y + em(theme, 0.3), "left"),
          { type: "image", style: { image, x, y, width: side, height: side } },
        ],
      };
    },
  };
}

/** What the colours mean, under all pictures. */
function bar(theme: ChartTheme, max: number): EChartsCoreOption {
  const stops = Array.from({ length: 9 }, (_, k) => ({
    offset: k / 8,
    color: cssColour(colourMaps.balance, k / 8),
  }));
  return {
    type: "custom",
    silent: true,
    tooltip: { show: false },
    data: [[0, 0]],
    renderItem: (_: CustomSeriesRenderItemParams, api: CustomSeriesRenderItemAPI) => {
      const width = Math.min(api.getWidth() * 0.5, em(theme, 14));
      const x = (api.getWidth() - width) / 2;
      const y = api.getHeight() - em(theme, FOOTING) + em(theme, 0.4);
      const height = em(theme, 0.6);
      const below = y + height + em(theme, 0.2);
      return {
        type: "group",
        children: [
          {
            type: "rect",
            shape: { x, y, width, height },
            style: { fill: { type: "linear", x: 0, y: 0, x2: 1, y2: 0, colorStops: stops } },
          },
          text(theme, showNumber(-max), x, below, "center"),
          text(theme, "0", x + width / 2, below, "center"),
          text(theme, showNumber(max), x + width, below, "center"),
        ],
      };
    },
  };
}

export const lieFieldsFigure: FigureDefinition = {
  id: "where",
  title: "Where it is broken",
  caption:
    "L f of the picked sample (of the first that was kept, where its fields were not) along the picked generator, a picture for each of the first four channels, x to the right and y up, all on one scale about zero: where the colour is light, the prediction moves with the state.",
  arrays: ["lie_field", "kept"],
  aspect: 0.62,
  applies,
  option,
  table(run, view) {
    const maps = read(run, view);
    const name = maps === null ? "" : sampleName(run.record, maps.sample);
    const stated = maps?.units.some((unit) => unit !== "") === true;
    return {
      columns: [
        { name: "generator", unit: "" },
        { name: "sample", unit: "" },
        { name: "channel", unit: "" },
        { name: "row", unit: "" },
        { name: "column", unit: "" },
        { name: "lie_field", unit: "" },
        ...(stated ? [{ name: "unit", unit: "" }] : []),
      ],
      rows: (maps?.channels ?? []).flatMap((values, c) =>
        [...values].map((value, i) => [
          maps!.generator,
          name,
          maps!.names[c]!,
          Math.floor(i / maps!.size),
          i % maps!.size,
          cell(value),
          ...(stated ? [maps!.units[c]!] : []),
        ]),
      ),
    };
  },
};
