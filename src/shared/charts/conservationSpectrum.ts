/** How well the best conserved functionals are conserved: relative defects, ascending, with the gap marked. */
import type { EChartsCoreOption } from "echarts/core";
import type { RunResult } from "../run";
import { toFloat64 } from "../tensor";
import type { FigureDefinition } from "./figure";
import { axis, axisBreak, em, frame, labelLetters, legend } from "./frame";
import { cell, has } from "./reading";
import { fixedScale, logScale, showNumber } from "./scale";
import type { ChartTheme } from "./theme";

interface Spectra {
  readonly model: Float64Array;
  readonly heldOut: Float64Array;
  readonly data: Float64Array;
  readonly dimension: number;
  readonly found: readonly { readonly formula: string; readonly names: readonly string[] }[];
}

function read({ record, arrays }: RunResult): Spectra {
  const all = toFloat64(arrays.invariant_defect ?? { data: new Float64Array() });
  const other = toFloat64(arrays.invariant_held_out ?? { data: new Float64Array() });
  const stated = (record.summary.invariants ?? {}) as Partial<Spectra>;
  return {
    model: all.subarray(0, all.length / 2),
    heldOut: other.subarray(0, other.length / 2),
    data: all.subarray(all.length / 2),
    dimension: stated.dimension ?? 0,
    found: stated.found ?? [],
  };
}

function option(run: RunResult, theme: ChartTheme): EChartsCoreOption {
  const { model, heldOut, data, dimension, found } = read(run);
  const scale = logScale([...model, ...heldOut, ...data].filter((value) => value >= 0));
  const across = fixedScale(0.5, model.length + 0.5);
  const beside = Math.max(3.5, labelLetters(scale) + 1.2);
  const series = [
    { name: "network", values: model, symbol: "circle", colour: theme.series[0]! },
    {
      name: "network, held out",
      values: heldOut,
      symbol: "triangle",
      colour: theme.series[1]!,
    },
    { name: "data", values: data, symbol: "diamond", colour: theme.series[2]! },
  ].filter(({ values }) => values.some(Number.isFinite));
  return {
    ...frame(theme),
    legend: legend(
      theme,
      series.map(({ name, symbol, colour }) => ({ name, icon: symbol, colour })),
    ),
    grid: {
      left: em(theme, beside + 1.3),
      right: em(theme, 1.4),
      top: em(theme, 2),
      bottom: em(theme, 3.1),
      outerBoundsMode: "none",
    },
    xAxis: axis(
      theme,
      { ...across, ticks: across.ticks.filter((tick) => Number.isInteger(tick) && tick >= 1) },
      { panel: 0, name: "functional, best conserved first", gap: 1.9 },
    ),
    yAxis: axis(theme, scale, { panel: 0, name: "relative defect", gap: beside, lines: true }),
    series: [
      ...axisBreak(theme, scale, 0, "left"),
      ...(dimension === 0
        ? []
        : [
            {
              type: "line",
              silent: true,
              symbol: "none",
              tooltip: { show: false },
              lineStyle: { color: theme.quiet, width: theme.lineWidth, type: "dashed" },
              data: [
                [dimension + 0.5, scale.min],
                [dimension + 0.5, scale.max],
              ],
            },
          ]),
      ...series.map(({ name, values, symbol, colour }) => ({
        type: "scatter",
        name,
        symbol,
        symbolSize: theme.fontSize * 0.6,
        color: colour,
        tooltip: { formatter: "{b}" },
        data: [...values].flatMap((value, k) =>
          Number.isFinite(value)
            ? [
                {
                  value: [k + 1, scale.place(value)],
                  name: `${name}, ${k + 1}\ndefect ${showNumber(value)}${k === 0 && found.length > 0 && name === "network" ? `\nfound: ${found.map(({ formula }) => formula).join("; ")}` : ""}`,
                },
              ]
            : [],
        ),
      })),
    ],
  };
}

export const spectrumFigure: FigureDefinition = {
  id: "invariants",
  title: "Invented invariants",
  caption:
    "Relative defect of the functionals that change least along rollouts, best first: how far each moves from its start, over how much it differs between states; triangles for those that four fifths of the rollouts made, tried on the rest. What lies left of the dashed line, below the widest gap, is conserved whether or not somebody named it; the table says what it is.",
  arrays: ["invariant_defect", "invariant_held_out"],
  aspect: 0.6,
  applies: (record) => has(record, "invariant_defect"),
  option,
  table(run) {
    const { model, heldOut, data, found } = read(run);
    return {
      columns: [
        { name: "functional", unit: "" },
        { name: "defect_network", unit: "1" },
        { name: "defect_held_out", unit: "1" },
        { name: "defect_data", unit: "1" },
        { name: "formula", unit: "" },
        { name: "known_as", unit: "" },
      ],
      rows: [...model].map((value, k) => [
        k + 1,
        cell(value),
        cell(heldOut[k]),
        cell(data[k]),
        found[k]?.formula ?? "",
        found[k]?.names.join(", ") ?? "",
      ]),
    };
  },
};
