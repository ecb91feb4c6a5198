/** Figures of the equivariance error: over elements, channels and the steps of a rollout. */
import { channelLabels, parseFieldSpec } from "../fields/spec";
import type { RunRecord, RunResult } from "../run";
import { byElementOption, elementMarks, pickElement, type Panel } from "./byElement";
import { curvesOption, pickCurve, type Curves } from "./curves";
import { elementsOf } from "./elements";
import type { FigureDefinition } from "./figure";
import { mixingsFigure } from "./mixings";
import { cell, has, perElement } from "./reading";
import { sampleTable } from "./sampleTable";
import { fixedScale, logScale } from "./scale";

/** Number of rollout steps: the axis after the samples, where there is one. */
function steps(record: RunRecord): number {
  const array = record.arrays.equivariance_error;
  const rank = array?.axes[0] === "batch" ? 4 : 3;
  return array?.shape.length === rank ? array.shape[rank - 1]! : 1;
}

/** Every `stride`-th value from `start`: one column of rows that are `stride` long. */
function column(values: Float64Array, start: number, stride: number): Float64Array {
  return Float64Array.from(
    { length: values.length / stride },
    (_, i) => values[i * stride + start]!,
  );
}

/** Error after the first step, [N·B] an element. */
function firstStep(run: RunResult): Float64Array[] {
  const n = steps(run.record);
  return (perElement(run, "equivariance_error") ?? []).map((values) => column(values, 0, n));
}

function elementPanels(run: RunResult): Panel[] {
  const relative = perElement(run, "relative_loss");
  return [
    {
      axis: "equivariance error",
      scale: "log",
      reference: [],
      share: relative === null ? 1 : 0.62,
      quantities: [{ name: "equivariance error", values: firstStep(run), points: true }],
    },
    ...(relative === null
      ? []
      : [
          {
            axis: "ℓ(gx) / ℓ(x)",
            scale: "log" as const,
            reference: [1],
            share: 0.38,
            quantities: [{ name: "relative loss", values: relative, points: true }],
          },
        ]),
  ];
}

/** One array [N·B] an element, for each channel, with the channel's name from the field spec. */
function channels(run: RunResult): { name: string; values: Float64Array[] }[] {
  const all = perElement(run, "channel_error");
  const shape = run.record.arrays.channel_error?.shape ?? [];
  if (all === null) return [];
  const count = shape.at(-1) ?? 1;
  const labels = channelLabels(parseFieldSpec(run.record.data.fields));
  return Array.from({ length: count }, (_, c) => ({
    name: labels[c]?.name ?? `channel ${c}`,
    values: all.map((values) => column(values, c, count)),
  }));
}

function channelPanels(run: RunResult): Panel[] {
  return [
    {
      axis: "relative error of the channel",
      scale: "log",
      reference: [],
      share: 1,
      quantities: channels(run).map((channel) => ({ ...channel, points: false })),
    },
  ];
}

function rolloutCurves(run: RunResult): Curves {
  const all = perElement(run, "equivariance_error") ?? [];
  const n = steps(run.record);
  const scale = fixedScale(1, n);
  return {
    xs: Array.from({ length: n }, (_, k) => k + 1),
    xAxis: { name: "step k", scale: { ...scale, ticks: scale.ticks.filter(Number.isInteger) } },
    yAxis: { name: "equivariance error, median", scale: logScale(all.flatMap((one) => [...one])) },
    sets: [
      { name: "equivariance error", dash: "solid", values: (g, k) => [...column(all[g]!, k, n)] },
    ],
  };
}

const byElement: FigureDefinition = {
  id: "by-element",
  title: "Equivariance error by element",
  caption:
    "Relative difference between the network's output for g·x and g applied to its output for x, for each group element g, on a logarithmic axis with a row for exact zeros: points are samples, bars quartiles, large marks medians. Below, where the data have targets, the loss at g·x relative to the loss at x.",
  arrays: ["equivariance_error", "relative_loss"],
  aspect: 0.75,
  marks: elementMarks,
  option: (run, theme, view, beside) => byElementOption(run, theme, view, elementPanels, beside),
  table: (run) =>
    sampleTable(run, [
      { name: "equivariance_error", unit: "1", values: firstStep(run) },
      { name: "relative_loss", unit: "1", values: perElement(run, "relative_loss") },
    ]),
  pick: (run, view, at) => pickElement(run, view, elementPanels(run), at),
};

const byChannel: FigureDefinition = {
  id: "channels",
  title: "Equivariance error by channel",
  caption:
    "The same error for each output channel by itself, median and quartiles over samples; the shape tells the channel, the colour the group element.",
  arrays: ["channel_error"],
  aspect: 0.6,
  marks: elementMarks,
  applies: (record) => has(record, "channel_error"),
  option: (run, theme, view, beside) => byElementOption(run, theme, view, channelPanels, beside),
  table: (run) =>
    sampleTable(
      run,
      channels(run).map(({ name, values }) => ({ name, unit: "1", values })),
    ),
  pick: (run, view, at) => pickElement(run, view, channelPanels(run), at),
};

const rollout: FigureDefinition = {
  id: "rollout",
  title: "Equivariance error along the rollout",
  caption:
    "Median over samples of the error after k steps, ‖fᵏ(g·x) − g·fᵏ(x)‖ relative to the prediction, for each group element g; for the picked element a band between the quartiles.",
  arrays: ["equivariance_error"],
  aspect: 0.65,
  applies: (record) => steps(record) > 1,
  option: (run, theme, view) => curvesOption(run, theme, view, rolloutCurves(run)),
  table(run) {
    const n = steps(run.record);
    const all = perElement(run, "equivariance_error") ?? [];
    return {
      columns: [
        { name: "element", unit: "" },
        { name: "sample", unit: "" },
        { name: "step", unit: "" },
        { name: "equivariance_error", unit: "1" },
      ],
      rows: elementsOf(run.record).flatMap((id, g) =>
        [...(all[g] ?? [])].map((value, k) => [id, Math.floor(k / n), (k % n) + 1, cell(value)]),
      ),
    };
  },
  pick: (run, view, at) => pickCurve(run, view, rolloutCurves(run), at),
};

export const equivarianceFigures: readonly FigureDefinition[] = [
  byElement,
  byChannel,
  rollout,
  mixingsFigure,
];
